/**
 * The two files beside each solver process, for when its thread is inside a solve and reads no messages.
 * `<path>.interrupt` holds the number of the job that is to stop (8 bytes, little-endian double); the pool writes it, the
 * process looks at it from the solver's callbacks. `<path>.incumbent` holds the report of the best solution so far, replaced
 * as a whole by rename: when the process is killed the pool still has it. Messages would not do for these: one that is
 * larger than the socket's buffer leaves a process only when its event loop turns.
 */
import { closeSync, openSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { platform } from "../../platform/current";
import type { SolveReport } from "../messages";

/** The pool's side. */
export class ControlFiles {
  readonly path: string;
  readonly #interrupt: number;
  readonly #number = new Float64Array(1);

  /** Makes or empties the files. */
  constructor(path: string) {
    this.path = path;
    this.#interrupt = platform.files.openPrivate(`${path}.interrupt`, "w");
    writeSync(this.#interrupt, this.#number, 0, 8, 0);
    rmSync(`${path}.incumbent`, { force: true });
  }

  /** Asks the process to stop this job as soon as it looks. */
  interruptJob(job: number): void {
    this.#number[0] = job;
    writeSync(this.#interrupt, this.#number, 0, 8, 0);
  }

  /** The best solution of that job which the process left behind; null when there is none. */
  readIncumbent(job: number): SolveReport | null {
    let bytes: Buffer;
    try {
      bytes = readFileSync(`${this.path}.incumbent`);
    } catch {
      return null;
    }
    return decodeIncumbent(bytes, job);
  }

  /** Closes and removes everything, the process's other leavings of that name included. */
  remove(): void {
    closeSync(this.#interrupt);
    for (const kind of ["interrupt", "incumbent", "incumbent.new", "stderr"])
      rmSync(`${this.path}.${kind}`, { force: true });
  }
}

/** The process's side of the interrupt file. */
export class InterruptFlag {
  readonly #file: number;
  readonly #number = new Float64Array(1);

  constructor(path: string) {
    this.#file = openSync(`${path}.interrupt`, "r");
  }

  isSetFor(job: number): boolean {
    readSync(this.#file, this.#number, 0, 8, 0);
    return this.#number[0] === job;
  }
}

/** Replaces the incumbent file: a line of JSON, then the bytes of the result. */
export function writeIncumbent(path: string, job: number, report: SolveReport): void {
  const { result, ...rest } = report;
  const head = `${JSON.stringify({ job, is_compressed: result.is_compressed, report: rest })}\n`;
  const file = platform.files.openPrivate(`${path}.incumbent.new`, "w");
  try {
    writeFileSync(file, Buffer.concat([Buffer.from(head), result.data]));
  } finally {
    closeSync(file);
  }
  platform.files.replace(`${path}.incumbent.new`, `${path}.incumbent`);
}

function decodeIncumbent(bytes: Buffer, job: number): SolveReport | null {
  const end = bytes.indexOf(10);
  const head = JSON.parse(bytes.toString("utf8", 0, end)) as {
    readonly job: number;
    readonly is_compressed: boolean;
    readonly report: Omit<SolveReport, "result">;
  };
  if (head.job !== job) return null;
  const data = new Uint8Array(bytes.subarray(end + 1));
  return { ...head.report, result: { is_compressed: head.is_compressed, data } };
}
