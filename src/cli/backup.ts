/** `backup FILE`: copies the database, also while the service runs. A process of its own makes the copy. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { BackupFailure, takeBackup } from "../background/backup_process";
import { messageOf } from "../log";
import { platform } from "../platform/current";
import { copyDatabase } from "../storage/directory/backup";
import { DATABASE_FILE } from "../storage/directory/data_directory";
import type { ParsedArguments } from "./arguments";
import { progressBar } from "./progress";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

export async function backup(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const file = parsed.positionals[0]!;
  if (!existsSync(join(config.data_dir, DATABASE_FILE))) {
    return complain(terminal, [`there is no database in ${config.data_dir}; give the service's --data-dir`], 1);
  }
  if (existsSync(file) && parsed.options.replace === undefined) {
    return complain(terminal, [`${file} is there already; give another name, or --replace`], 1);
  }
  const progress = progressBar(terminal, "copied");
  try {
    const result = await takeBackup({
      data_dir: config.data_dir,
      file,
      self: terminal.self,
      clock: terminal.clock,
      onProgress: progress.show,
    });
    progress.clear();
    if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify(result)}\n`);
    else {
      const { bytes, duration_ms, key_file } = result;
      terminal.out(`${result.file}: ${(bytes / 1e6).toFixed(1)} MB in ${(duration_ms / 1000).toFixed(1)} s, checked\n`);
      terminal.out(
        key_file === null
          ? "no key file: webhook secrets open with JAOT_SECRET_KEY alone, keep it\n"
          : `${key_file}: opens the webhook secrets in it; keep the two together, and from other people\n`,
      );
    }
    return 0;
  } catch (error) {
    progress.clear();
    if (error instanceof BackupFailure) return complain(terminal, [error.message], 1);
    throw error;
  }
}

/** `backup-copy DATA_DIR DRAFT`: copies, syncs and checks, and says on standard error why it could not. */
export async function backupCopy(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const [data_dir, draft] = parsed.positionals;
  try {
    // The service gets the processor first.
    platform.processes.yieldProcessor("to_all");
    // The parent pauses this process at times. Without its parent it must end, or it would hold its view of the database for ever.
    platform.processes.endWithParent(terminal.clock);
    copyDatabase(join(data_dir!, DATABASE_FILE), draft!);
    return 0;
  } catch (error) {
    terminal.err(`cannot copy the database of ${data_dir}: ${messageOf(error)}\n`);
    return 1;
  }
}
