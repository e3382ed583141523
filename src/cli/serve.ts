/** `serve`: the service, until it is asked to stop. */
import { type App, defaultWorkers, isLoopback, openApp } from "../app";
import type { Config } from "../config";
import { createLog } from "../log";
import { platform } from "../platform/current";
import { DataDirectoryError } from "../storage/directory/data_directory";
import type { ParsedArguments } from "./arguments";
import { EXIT_CODES } from "./exit_codes";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

export async function serve(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, problems } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, problems, 2);
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
        log.error("storage_lost", { error: failure.message, next: "check the disk, then start again" });
        process.exit(EXIT_CODES.storage_failed);
      },
    });
    // Before anyone can know that the service is up: a signal then already means a graceful stop.
    const stopped = terminal.untilStopped();
    const address = app.start();
    announce(terminal, config, address, app);
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
    throw error;
  }
}

type FirstStart = Pick<App, "new_admin_key" | "sign_in_link">;

function announce(terminal: Terminal, config: Config, address: string, first: FirstStart): void {
  const { new_admin_key, sign_in_link } = first;
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
    `  curl -H 'Authorization: Bearer ${key}' ${address}/api/v2/triggers`,
  );
  if (!isLoopback(config.host) && config.tls_cert === null) {
    lines.push(
      `Warning: ${config.host} is reachable from other machines, and without TLS keys travel in the clear; give --tls-cert and --tls-key`,
    );
  }
  terminal.out(`${lines.join("\n")}\n`);
}
