/** `service install|status|uninstall`: the service under systemd. */
import { copyFileSync, existsSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { type Config, type ConfigReading, flagName, readConfig, type SettingName } from "../../config";
import { messageOf } from "../../log";
import { platform } from "../../platform/current";
import { writePrivate } from "../../platform/private_file";
import type { ParsedArguments } from "../arguments";
import { readSettings } from "../settings";
import { complain, type Terminal } from "../terminal";
import { unitText } from "./unit";

const UNIT = "jaot-triggers.service";
const UNIT_PATH = `/etc/systemd/system/${UNIT}`;
const PROGRAM_PATH = "/usr/local/bin/jaot-triggers";
const ENVIRONMENT_PATH = "/etc/jaot-triggers/environment";
const LOW_PORTS_END = 1024;
const ADMIN_KEY_BYTES = 32;
/** Settings whose values are paths. They are made absolute, because a unit does not run in our working directory. */
const PATH_SETTINGS: readonly SettingName[] = ["data_dir", "backup_dir", "webhook_ca", "tls_cert", "tls_key"];
const USER_PATTERN = /^[a-z_][a-z0-9_-]{0,31}$/;

export async function service(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const action = parsed.positionals[0]!;
  const actions: Readonly<Record<string, typeof install>> = { install, status, uninstall };
  const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (run === undefined)
    return complain(terminal, [`service ${action}: one of install, status, uninstall is expected`], 2);
  const user = parsed.options.user?.[0];
  if (user !== undefined && !USER_PATTERN.test(user))
    return complain(terminal, [`--user: ${user} is no user's name`], 2);
  if (platform.service_manager !== "systemd") {
    return complain(
      terminal,
      ["service knows systemd on Linux alone; let this system's own supervisor run jaot-triggers serve"],
      1,
    );
  }
  return run(terminal, parsed);
}

function install(terminal: Terminal, parsed: ParsedArguments): number {
  const reading = parsed.options.print === undefined ? readSettings : readPrintSettings;
  const { config, faults } = reading({ ...terminal, environment: {} }, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const text = unitText({
    program: PROGRAM_PATH,
    words: wordsOf(parsed),
    user: parsed.options.user?.[0] ?? null,
    data_dir: parsed.settings.data_dir === undefined ? null : resolve(config.data_dir),
    writable: config.backup_dir === null ? [] : [resolve(config.backup_dir)],
    drain_seconds: config.drain_seconds,
    environment_file: ENVIRONMENT_PATH,
    needs_low_port: config.port > 0 && config.port < LOW_PORTS_END,
  });
  if (parsed.options.print !== undefined) {
    terminal.out(text);
    return 0;
  }
  const root = rootOf(parsed);
  try {
    installProgram(terminal, join(root, PROGRAM_PATH));
    const is_key_new = installKey(terminal, join(root, ENVIRONMENT_PATH));
    installFile(join(root, UNIT_PATH), text);
    systemctl(root, "daemon-reload");
    systemctl(root, "enable", UNIT);
    // A running service is restarted too: it would go on as the old program and start its solvers from the new one.
    if (root === "/") systemctl(root, "restart", UNIT);
    tell(terminal, config, root, is_key_new);
    return 0;
  } catch (error) {
    const reason = messageOf(error);
    return complain(
      terminal,
      [`cannot install: ${reason}; this needs root and systemd, service install --print only shows the unit`],
      1,
    );
  }
}

/** The configuration file is read only if it exists: a package may be built on a machine that does not have it. */
function readPrintSettings(terminal: Terminal, parsed: ParsedArguments): ConfigReading {
  const path = parsed.options.config?.[0];
  const file_text = path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : null;
  return readConfig({ flags: parsed.settings, environment: terminal.environment, file_text });
}

function status(terminal: Terminal, parsed: ParsedArguments): number {
  const root = rootOf(parsed);
  if (!existsSync(join(root, UNIT_PATH))) {
    terminal.out("not installed; jaot-triggers service install does that\n");
    return 1;
  }
  const { exitCode, stdout, stderr } = run("systemctl", "status", "--no-pager", "--lines=10", UNIT);
  terminal.out(stdout.toString());
  terminal.err(stderr.toString());
  return exitCode === 0 ? 0 : 1;
}

/** Removes the unit and the executable; data, backups and keys stay. */
function uninstall(terminal: Terminal, parsed: ParsedArguments): number {
  const root = rootOf(parsed);
  if (!existsSync(join(root, UNIT_PATH))) return complain(terminal, ["not installed"], 1);
  try {
    systemctl(root, "disable", ...(root === "/" ? ["--now"] : []), UNIT);
    rmSync(join(root, UNIT_PATH));
    systemctl(root, "daemon-reload");
    rmSync(join(root, PROGRAM_PATH), { force: true });
    terminal.out(`removed ${UNIT_PATH} and ${PROGRAM_PATH}; the data and ${dirname(ENVIRONMENT_PATH)} stay\n`);
    return 0;
  } catch (error) {
    return complain(terminal, [`cannot uninstall: ${messageOf(error)}`], 1);
  }
}

/** The settings as they were given, with absolute paths. */
function wordsOf(parsed: ParsedArguments): string[] {
  const config_file = parsed.options.config?.[0];
  const settings = Object.entries(parsed.settings).map(([name, value]) => {
    const is_path = PATH_SETTINGS.includes(name as SettingName);
    return `${flagName(name as SettingName)}=${is_path ? resolve(value) : value}`;
  });
  return [...(config_file === undefined ? [] : [`--config=${resolve(config_file)}`]), ...settings];
}

function installProgram(terminal: Terminal, path: string): void {
  if (terminal.self.length > 1) throw new Error("only the built executable can be installed");
  const own = realpathSync(terminal.self[0]!);
  if (existsSync(path) && realpathSync(path) === own) return;
  mkdirSync(dirname(path), { recursive: true });
  copyFileSync(own, `${path}.new`);
  platform.files.makePublic(`${path}.new`, true);
  // A running executable cannot be written to, but a new file can take its name.
  platform.files.replaceDurably(`${path}.new`, path);
}

/** Puts the first admin key into a file that only root can read: nobody watches the first start, and a journal must not hold a key. */
function installKey(terminal: Terminal, path: string): boolean {
  if (existsSync(path)) return false;
  if (!existsSync(dirname(path))) platform.files.makePrivateDirectory(dirname(path));
  const key = `ok_live_${Buffer.from(terminal.ids.bytes(ADMIN_KEY_BYTES)).toString("hex")}`;
  writePrivate(path, `JAOT_ADMIN_KEY=${key}\n`);
  return true;
}

function installFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  platform.files.makePublic(path, false);
}

function tell(terminal: Terminal, config: Config, root: string, is_key_new: boolean): void {
  terminal.out(`installed ${UNIT_PATH}${root === "/" ? ", enabled and (re)started" : " and enabled"}\n`);
  if (is_key_new)
    terminal.out(`first admin key: in ${ENVIRONMENT_PATH}, as JAOT_ADMIN_KEY; take it out once it is kept elsewhere\n`);
  terminal.out(
    `Next: jaot-triggers service status; journalctl -u ${UNIT}; curl http://${config.host}:${config.port}/health\n`,
  );
}

function rootOf(parsed: ParsedArguments): string {
  return resolve(parsed.options.root?.[0] ?? "/");
}

function systemctl(root: string, ...words: string[]): void {
  // Under another root there is no running systemd to talk to.
  if (root !== "/" && words[0] === "daemon-reload") return;
  const { exitCode, stderr } = run("systemctl", ...(root === "/" ? [] : [`--root=${root}`]), ...words);
  if (exitCode !== 0) throw new Error(`systemctl ${words[0]}: ${stderr.toString().trim()}`);
}

function run(...words: string[]) {
  return Bun.spawnSync(words, { stdout: "pipe", stderr: "pipe" });
}
