/** The message for a failure that a command has no message of its own for: a sentence and an exit code, never a stack trace. */
import { messageOf } from "../log";
import { DataDirectoryError } from "../storage/directory/data_directory";
import { EXIT_CODES, type ExitCode } from "./exit_codes";
import { FileFault } from "./model_file";
import { complain, type Terminal } from "./terminal";

const STACK_LINES_SHOWN = 3;

/** The next step for each error of the operating system that a command may meet. */
const NEXT_STEPS: Readonly<Record<string, string>> = {
  EACCES: "this user may not: run as the owner, or grant the right",
  EPERM: "this user may not: run as the owner, or grant the right",
  ENOENT: "check the path",
  ENOTDIR: "a directory is expected there; check the path",
  EISDIR: "a file is expected there; check the path",
  EEXIST: "something has that name already; give another",
  ENOSPC: "make room on the disk",
  EDQUOT: "the user's share of the disk is used up; make room",
  EROFS: "that file system takes no writes; give another path",
  EIO: "check the disk",
  EMFILE: "raise the limit of open files (ulimit -n)",
  ENFILE: "raise the system's limit of open files",
  ENOMEM: "free some memory",
  EADDRNOTAVAIL: "this machine has no such address; give one of its own with --host",
};
const STORAGE_CODES = ["ENOSPC", "EDQUOT", "EIO", "EROFS"];

/** Reports a failure that no inner function has reported. */
export function tellFailure(terminal: Terminal, error: unknown): ExitCode {
  if (error instanceof DataDirectoryError) return told(terminal, error.message, error.exit_code);
  if (error instanceof FileFault) return told(terminal, error.message, EXIT_CODES.failed);
  const code = String((error as { code?: unknown } | null)?.code ?? "");
  const next = Object.hasOwn(NEXT_STEPS, code) ? NEXT_STEPS[code] : undefined;
  if (next !== undefined) {
    const exit_code = STORAGE_CODES.includes(code) ? EXIT_CODES.storage_failed : EXIT_CODES.failed;
    return told(terminal, `${messageOf(error)}; ${next}`, exit_code);
  }
  const places = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  const where = places.slice(0, STACK_LINES_SHOWN).map((line) => line.trim());
  const message = `this is a fault of jaot-triggers itself, which a report helps to mend: ${messageOf(error)} (${where.join(", ")})`;
  return told(terminal, message, EXIT_CODES.failed);
}

function told(terminal: Terminal, message: string, exit_code: ExitCode): ExitCode {
  complain(terminal, [message], exit_code);
  return exit_code;
}
