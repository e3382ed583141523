/** Exit codes of the commands, for scripts. The manual (manual/errors.md) says what to do about each. */
export const EXIT_CODES = {
  done: 0,
  failed: 1,
  wrong_usage: 2,
  directory_in_use: 3,
  newer_database: 4,
  unreachable: 5,
  refused: 6,
  /** The code that sysexits.h gives an input/output error: a write to the disk failed. */
  storage_failed: 74,
  /** The code that a shell shows for a program that SIGPIPE ended: the reader of its output is gone. */
  reader_gone: 141,
} as const;

export type ExitCode = (typeof EXIT_CODES)[keyof typeof EXIT_CODES];
