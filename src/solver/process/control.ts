/**
 * Files beside each solver process, used while its thread is inside a solve and reads no messages.
 * `<path>.interrupt` has the number of the job to stop (8 bytes, little-endian double); the pool writes it, and the
 * process reads it in the solver's callbacks. `<path>.standing` has the state of the job in hand (job, kind of work, bound; three
 * doubles) and `<path>.incumbent` the best solution so far, replaced as a whole by rename: when the process is killed the pool still has them. `<path>.in_hand` has the number of the job
 * that the process began last, as one double: answers are sent together, so the first unanswered job is not always it. Messages would not work here: one that is
 * larger than the socket's buffer is sent only when the event loop turns.
 */
import { closeSync, openSync, readdirSync, readFileSync, readSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { platform } from "../../platform/current";
import { encodeIncumbent, finishIncumbent, type Incumbent, type Standing, type WorkKind } from "../incumbent";
import type { SolveRecord } from "../messages";

const WORK_KINDS: readonly WorkKind[] = ["linear", "quadratic", "mixed"];
const STANDING_BYTES = 24;

/** The pool's side. */
export class ControlFiles {
  readonly path: string;
  readonly #interrupt: number;
  readonly #in_hand: number;
  readonly #number = new Float64Array(1);

  /** Creates or empties the files. */
  constructor(path: string) {
    this.path = path;
    this.#interrupt = platform.files.openPrivate(`${path}.interrupt`, "w");
    writeSync(this.#interrupt, this.#number, 0, 8, 0);
    closeSync(platform.files.openPrivate(`${path}.standing`, "w"));
    closeSync(platform.files.openPrivate(`${path}.in_hand`, "w"));
    this.#in_hand = openSync(`${path}.in_hand`, "r");
    rmSync(`${path}.incumbent`, { force: true });
  }

  /** The job that the process began most recently; 0: none yet. */
  readInHand(): number {
    const number = new Float64Array(1);
    readSync(this.#in_hand, number, 0, 8, 0);
    return number[0]!;
  }

  /** Asks the process to stop this job at its next callback. */
  interruptJob(job: number): void {
    this.#number[0] = job;
    writeSync(this.#interrupt, this.#number, 0, 8, 0);
  }

  /** Tells a process that warms itself that this job is on its way; no job has a negative number. */
  announceJob(job: number): void {
    this.interruptJob(-job);
  }

  /** The best solution that the process left for that job, with the last known bound; null when there is none. */
  async readIncumbent(job: number): Promise<SolveRecord | null> {
    const bytes = this.#read("incumbent");
    if (bytes === null) return null;
    return finishIncumbent(bytes, job, this.readStanding(job)?.bound ?? null).catch(() => null);
  }

  /** The state of that job as the process wrote it; null when it was not compiled yet. */
  readStanding(job: number): Standing | null {
    const bytes = this.#read("standing");
    if (bytes === null || bytes.length < STANDING_BYTES || bytes.readDoubleLE(0) !== job) return null;
    const bound = bytes.readDoubleLE(16);
    return { kind: WORK_KINDS[bytes.readDoubleLE(8)]!, bound: Number.isNaN(bound) ? null : bound };
  }

  #read(kind: "incumbent" | "standing"): Buffer | null {
    try {
      return readFileSync(`${this.path}.${kind}`);
    } catch {
      return null;
    }
  }

  /** Closes and removes all files of that name, including others that the process left. */
  remove(): void {
    closeSync(this.#interrupt);
    closeSync(this.#in_hand);
    for (const kind of ["interrupt", "in_hand", "standing", "incumbent", "incumbent.new", "stderr"])
      rmSync(`${this.path}.${kind}`, { force: true });
  }
}

/** Prefix of the control files in their directory. */
export const CONTROL_PREFIX = "solver-";

/** True when a solver process of a service that was killed had begun a job. Ask before a pool opens the directory: it removes the files. */
export function wasJobBegun(control_dir: string): boolean {
  const marks = readdirSync(control_dir).filter((name) => name.startsWith(CONTROL_PREFIX) && name.endsWith(".in_hand"));
  return marks.some((name) => readFileSync(join(control_dir, name)).some((byte) => byte !== 0));
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

  /** What stands in the file: a change tells a warm-up that a job has come. */
  read(): number {
    readSync(this.#file, this.#number, 0, 8, 0);
    return this.#number[0]!;
  }
}

/** The process's side of the file that says which job it has begun. */
export class InHandMark {
  readonly #file: number;
  readonly #number = new Float64Array(1);

  constructor(path: string) {
    this.#file = openSync(`${path}.in_hand`, "r+");
  }

  begin(job: number): void {
    this.#number[0] = job;
    writeSync(this.#file, this.#number, 0, 8, 0);
  }
}

/** The process's side of the standing file: one short write in place. */
export class StandingFile {
  readonly #file: number;
  readonly #figures = new Float64Array(3);

  constructor(path: string) {
    this.#file = openSync(`${path}.standing`, "r+");
  }

  write(job: number, { kind, bound }: Standing): void {
    this.#figures.set([job, WORK_KINDS.indexOf(kind), bound ?? Number.NaN]);
    writeSync(this.#file, this.#figures, 0, STANDING_BYTES, 0);
  }
}

/** Replaces the incumbent file. */
export function writeIncumbent(path: string, job: number, incumbent: Incumbent): void {
  const file = platform.files.openPrivate(`${path}.incumbent.new`, "w");
  try {
    writeFileSync(file, encodeIncumbent(job, incumbent));
  } finally {
    closeSync(file);
  }
  platform.files.replace(`${path}.incumbent.new`, `${path}.incumbent`);
}
