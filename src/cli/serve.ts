/** `serve`: the service, until it is asked to stop. */
import { defaultWorkers, isLoopback, openApp, type Started } from "../app";
import type { Config } from "../config";
import { createLog } from "../log";
import { platform } from "../platform/current";
import { DataDirectoryError } from "../storage/directory/data_directory";
import type { ParsedArguments } from "./arguments";
import { EXIT_CODES } from "./exit_codes";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

export async function serve(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const format = config.log === "auto" ? (terminal.is_interactive ? "text" : "json") : config.log;
  const log = createLog(format, terminal.clock, terminal.err);
  try {
    const app = await openApp({
      config,
      clock: terminal.clock,
      ids: terminal.ids,
      log,
      machine_start: platform.machine.startId(),
      self: terminal.self,
      onStorageLost: (failure) => {
        log.error("storage_lost", {
          error: failure.message,
          next: "check the disk and the data directory, then start again",
        });
        process.exit(EXIT_CODES.storage_failed);
      },
    });
    // Done before anyone can know that the service is up, so that any signal after that leads to a graceful stop.
    const stopped = terminal.untilStopped();
    const started = await app.start();
    const { address } = started;
    announce(terminal, config, started);
    if (started.new_admin_key !== null && !terminal.isRead()) {
      await app.stop(0);
      const next = `make another: ${keyCommand(config)}`;
      return complain(terminal, [`the first admin key could not be shown; ${next}`], EXIT_CODES.storage_failed);
    }
    log.info("started", { address, data_dir: config.data_dir });
    await stopped;
    log.info("stopping", { drain_seconds: config.drain_seconds });
    await app.stop(config.drain_seconds);
    log.info("stopped");
    return 0;
  } catch (error) {
    if (error instanceof DataDirectoryError) return complain(terminal, [error.message], error.exit_code);
    if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
      return complain(terminal, [`port ${config.port} on ${config.host} is in use; give another with --port`], 1);
    }
    const words = listenFault(config, error);
    if (words !== null) return complain(terminal, [words], EXIT_CODES.failed);
    throw error;
  }
}

/** Explains why the service cannot listen on the address, by the system's error code; null for any other failure. */
function listenFault({ host, port }: Config, error: unknown): string | null {
  const { code, syscall } = error as { code?: unknown; syscall?: unknown };
  if (syscall !== "listen") return null;
  if (code === "EADDRNOTAVAIL")
    return `--host ${host} is not an address of this machine; give one of its own, or 0.0.0.0 for all`;
  if (code === "EACCES")
    return `port ${port} needs a right that this user lacks (ports below 1024); give another with --port`;
  return `--host ${host} cannot be listened on (${String(code)}); give an address of this machine`;
}

/** The command that creates an admin key in the data directory itself, for which write access is enough. */
function keyCommand({ data_dir }: Config): string {
  return `jaot-triggers keys create --name admin --role admin --data-dir ${data_dir}`;
}

function announce(terminal: Terminal, config: Config, started: Started): void {
  const { address, new_admin_key, sign_in_link, is_first_key_unused } = started;
  const workers = config.workers ?? defaultWorkers();
  const lines = [
    `jaot-triggers listens on ${address}`,
    `  data directory    ${config.data_dir}`,
    `  solver processes  ${workers}${workers === 0 ? " (accepts and keeps runs, solves nothing)" : ""}`,
  ];
  if (new_admin_key !== null) {
    lines.push(`  admin key         ${new_admin_key}`, "                    shown this once: keep it somewhere safe");
  }
  if (sign_in_link !== null) {
    lines.push("Next, in a browser, once and within the hour:", `  ${address}/#link=${sign_in_link}`);
  }
  const key = new_admin_key ?? "$JAOT_API_KEY";
  lines.push(
    sign_in_link === null ? "Next:" : "Or with curl:",
    // Double quotes, because a shell does not expand variables within single quotes.
    `  curl -H "Authorization: Bearer ${key}" ${address}/api/v2/triggers`,
  );
  if (is_first_key_unused)
    lines.push("If the first admin key was never seen, make another:", `  ${keyCommand(config)}`);
  if (!isLoopback(config.host) && config.tls_cert === null) {
    lines.push(
      `Warning: ${config.host} is reachable from other machines, and without TLS keys travel in the clear; give --tls-cert and --tls-key`,
    );
  }
  terminal.out(`${lines.join("\n")}\n`);
}
