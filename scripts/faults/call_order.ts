/** Reads the output of strace -f -y and checks that each accepted run was on disk before its answer was sent. */
import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

const LINE_PATTERN = /^(\d+) +[\d.]+ (.*)$/;
const RESUMED_PATTERN = /^<\.\.\. \w+ resumed>(.*)$/;
const RUN_ID_PATTERN = /run_[0-9a-z]{27}/g;
const UNFINISHED = "<unfinished ...>";

export interface Order {
  /** Answers checked, one per run. */
  readonly answers: number;
  readonly syncs: number;
}

interface Sync {
  readonly begun: number;
  readonly ended: number;
}

/** Positions are numbers of lines; a call that others interrupt in the trace has two. */
class Trace {
  /** Line where the first write of a run to the log ended. */
  readonly written = new Map<string, number>();
  /** Line where the answer that names a run began. */
  readonly answered = new Map<string, number>();
  /** Ordered by their beginning. */
  readonly syncs: Sync[] = [];
  readonly #open = new Map<string, { text: string; begun: number }>();
  #line = 0;

  read(line: string): void {
    this.#line += 1;
    const [, thread = "", text = ""] = LINE_PATTERN.exec(line) ?? [];
    if (text.endsWith(UNFINISHED)) {
      this.#open.set(thread, { text: text.slice(0, -UNFINISHED.length), begun: this.#line });
      return;
    }
    const rest = RESUMED_PATTERN.exec(text)?.[1];
    const open = this.#open.get(thread);
    if (rest === undefined) this.#note(text, this.#line);
    else if (open !== undefined) this.#note(open.text + rest, open.begun);
  }

  #note(call: string, begun: number): void {
    const is_log = /^\w+\(\d+<[^>]*-wal>/.test(call);
    if (is_log && /^f(data)?sync\(/.test(call) && call.endsWith("= 0")) this.syncs.push({ begun, ended: this.#line });
    else if (is_log) this.#keepFirst(this.written, call, this.#line);
    else if (call.includes("HTTP/1.1 202")) this.#keepFirst(this.answered, call, begun);
  }

  #keepFirst(places: Map<string, number>, call: string, line: number): void {
    for (const [run_id] of call.matchAll(RUN_ID_PATTERN)) if (!places.has(run_id)) places.set(run_id, line);
  }
}

/** The sync that began first after a line; syncs do not overlap, so it is also the first that ended. */
function firstAfter(syncs: readonly Sync[], line: number): Sync | null {
  let low = 0;
  let high = syncs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (syncs[middle]!.begun > line) high = middle;
    else low = middle + 1;
  }
  return syncs[low] ?? null;
}

/** Throws at the first run of `run_ids` that was answered too early, or that the trace does not show. */
export async function checkOrder(path: string, run_ids: readonly string[]): Promise<Order> {
  const trace = new Trace();
  for await (const line of createInterface({ input: createReadStream(path) })) trace.read(line);
  const syncs = trace.syncs.sort((a, b) => a.begun - b.begun);
  for (const run_id of run_ids) {
    const written = trace.written.get(run_id);
    const answered = trace.answered.get(run_id);
    if (written === undefined || answered === undefined) throw new Error(`the trace does not show ${run_id}`);
    const sync = firstAfter(syncs, written);
    if (sync === null || sync.ended > answered) {
      throw new Error(
        `${run_id} was written at line ${written} and answered at line ${answered}, with no sync between`,
      );
    }
  }
  return { answers: run_ids.length, syncs: syncs.length };
}
