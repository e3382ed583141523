/**
 * The best solution so far of a running solve, in the form in which it is stored beside its solver: complete except for the bound, which
 * keeps improving after the solution was found. At the end only gap and bound are put at the head of the JSON, so that nobody has to parse a large
 * result to finish it.
 */
import type { Solution } from "../problem/solution";
import { relativeGap } from "./answer";
import type { SolveRecord } from "./messages";

/** From this size on a result is stored compressed, with a summary beside it. */
export const COMPRESS_BYTES_MIN = 4096;

export interface Incumbent {
  readonly record: Omit<SolveRecord, "gap" | "result" | "result_summary">;
  readonly solution: Solution;
}

/** The kind of solve, for a sentence about why it was cut short. */
export type WorkKind = "linear" | "quadratic" | "mixed";

/** Facts about a solve besides its solutions. */
export interface Standing {
  readonly kind: WorkKind;
  /** Proven bound of the objective; null while there is none. */
  readonly bound: number | null;
}

interface Head {
  readonly job: number;
  readonly record: Incumbent["record"];
  /** The solution without its large parts, gap and bound. */
  readonly summary: string;
}

/** A line of JSON, then the solution as JSON, gap and bound left out of both. */
export function encodeIncumbent(job: number, { record, solution }: Incumbent): Buffer {
  const { gap: _g, dual_bound: _b, ...rest } = solution;
  const head: Head = { job, record, summary: JSON.stringify(summaryOf(rest)) };
  return Buffer.from(`${JSON.stringify(head)}\n${JSON.stringify(rest)}`);
}

/** The record of that job's incumbent with this bound; null when the bytes belong to another job. Compresses off the caller's thread. */
export async function finishIncumbent(bytes: Buffer, job: number, bound: number | null): Promise<SolveRecord | null> {
  const end = bytes.indexOf(10);
  const head = JSON.parse(bytes.toString("utf8", 0, end)) as Head;
  if (head.job !== job) return null;
  const gap = relativeGap(head.record.objective_value!, bound);
  const figures = `${JSON.stringify({ gap, dual_bound: bound }).slice(0, -1)},`;
  const data = Buffer.concat([Buffer.from(figures), bytes.subarray(end + 2)]);
  if (data.length < COMPRESS_BYTES_MIN) {
    return {
      ...head.record,
      gap,
      result: { is_compressed: false, data },
      result_summary: null,
    };
  }
  const result = { is_compressed: true, data: await Bun.zstdCompress(data) };
  return {
    ...head.record,
    gap,
    result,
    result_summary: figures + head.summary.slice(1),
  };
}

/** A solution without the parts that grow with its problem. */
export function summaryOf(solution: Partial<Solution>): Partial<Solution> {
  const { variables: _v, solution: _s, constraints: _c, sensitivity: _d, ...summary } = solution;
  return summary;
}

/** Why a solve that was cut short has no solution; null: it was still being compiled. */
export function cutMessage(kind: WorkKind | null, limit_seconds: number): string {
  const cut = `the time limit of ${limit_seconds} s was reached`;
  if (kind === null) return `${cut} while the model was compiled; raise time_limit_seconds`;
  if (kind === "mixed") return `${cut} before any solution; raise time_limit_seconds or loosen gap_tolerance`;
  return `${cut} before the ${kind} problem was solved, and such a solve has no solution to show before its end; raise time_limit_seconds`;
}
