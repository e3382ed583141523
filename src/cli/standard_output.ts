/**
 * The standard output of a command. Each text is written before the command goes on, so that a failure is known at once and a slow
 * reader slows the command down instead of filling its memory. After a failure nothing more is written; a command that changes
 * something still runs to its end, and the exit code says that not all of its output arrived.
 */
import { writeSync } from "node:fs";
import { EXIT_CODES } from "./exit_codes";

const STANDARD_OUTPUT = 1;
const FULL_PIPE_PAUSE_MS = 5;

export class StandardOutput {
  readonly #descriptor: number;
  #fault: NodeJS.ErrnoException | null = null;

  constructor(descriptor = STANDARD_OUTPUT) {
    this.#descriptor = descriptor;
  }

  /** False once something could not be written: nobody receives what is printed after that. */
  get is_open(): boolean {
    return this.#fault === null;
  }

  write(text: string): void {
    const bytes = Buffer.from(text, "utf8");
    for (let written = 0; written < bytes.length && this.#fault === null; ) {
      try {
        written += writeSync(this.#descriptor, bytes, written);
      } catch (error) {
        const fault = error as NodeJS.ErrnoException;
        // Another process that shares the pipe may have made it non-blocking.
        if (fault.code === "EAGAIN") pause();
        else this.#fault = fault;
      }
    }
  }

  /** The exit code of a command that ended with `exit_code`, and a message about output that did not arrive; null: all arrived. */
  settle(exit_code: number): { readonly exit_code: number; readonly problem: string | null } {
    if (this.#fault === null) return { exit_code, problem: null };
    if (this.#fault.code === "EPIPE")
      return { exit_code: exit_code === 0 ? EXIT_CODES.reader_gone : exit_code, problem: null };
    const problem = `standard output took no more (${this.#fault.code}): what was printed is cut short; make room, or give another place`;
    return { exit_code: EXIT_CODES.storage_failed, problem };
  }
}

function pause(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_PAUSE_MS);
}
