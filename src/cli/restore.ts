/** `restore FILE`: puts a backup in the place of a stopped service's database. */
import { existsSync } from "node:fs";
import {
  DataDirectoryError,
  directoryProblem,
  lockDirectory,
  prepareDirectory,
} from "../storage/directory/data_directory";
import { type RestoreResult, restoreDatabase } from "../storage/directory/restore";
import { hasSealKey } from "../storage/directory/seal";
import type { ParsedArguments } from "./arguments";
import { progressBar } from "./progress";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

export async function restore(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const file = parsed.positionals[0]!;
  if (!existsSync(file)) return complain(terminal, [`there is no file ${file}; nothing was changed`], 1);
  const progress = progressBar(terminal, "restored");
  try {
    prepareDirectory(config.data_dir);
    const unlock = lockDirectory(config.data_dir);
    try {
      const result = restoreDatabase(config.data_dir, file, {
        is_forced: parsed.options.force !== undefined,
        now: terminal.clock.now(),
        given_key: config.secret_key,
        onProgress: progress.show,
      });
      progress.clear();
      tell(terminal, parsed, config.data_dir, result, config.secret_key !== null || hasSealKey(config.data_dir));
      return 0;
    } finally {
      unlock();
    }
  } catch (error) {
    progress.clear();
    const problem = directoryProblem(config.data_dir, error);
    if (problem instanceof DataDirectoryError) return complain(terminal, [problem.message], problem.exit_code);
    throw error;
  }
}

function tell(
  terminal: Terminal,
  parsed: ParsedArguments,
  data_dir: string,
  { facts, kept, sealed_shut }: RestoreResult,
  has_key: boolean,
): void {
  if (facts.is_plain_copy) {
    terminal.err(
      "warning: this is a plain copy of a database and no backup; writes that lay in its log are not in it\n",
    );
  }
  if (sealed_shut > 0) {
    terminal.err(
      `warning: the webhook secrets of ${sealed_shut} triggers do not open ${has_key ? "with this key" : "without a key"}; put the seal.key of that time into ${data_dir} (or JAOT_SECRET_KEY), or set each webhook_secret again\n`,
    );
  }
  if (parsed.options.json !== undefined) {
    terminal.out(`${JSON.stringify({ data_dir, ...facts, kept, sealed_shut })}\n`);
    return;
  }
  terminal.out(
    `${data_dir}: restored ${(facts.bytes / 1e6).toFixed(1)} MB of instance ${facts.instance_id}, checked\n`,
  );
  for (const name of kept) terminal.out(`  kept ${name}\n`);
  terminal.out(`Next: jaot-triggers serve --data-dir ${data_dir}\n`);
}
