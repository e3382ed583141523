/** Holds an answer against the truth. Wrong is what the product claims and is not so: an answer that it holds back is not wrong. */
import type { Specimen, Truth } from "./family";

/** What the product made of a model, whichever way it was asked. */
export interface Answer {
  /** Of the solution; `refused` when there is none and no claim that there is none. */
  readonly status: "optimal" | "feasible" | "infeasible" | "unbounded" | "refused";
  readonly objective: number | null;
  /** Relative to the objective, as the answer states it. */
  readonly gap: number | null;
  /** The bound that the answer states. */
  readonly bound: number | null;
  /** Why it was refused, in a word, and in the product's own sentence. */
  readonly reason: string;
  readonly message: string;
}

/** `right` and `wrong` are solutions; `right_none` and `wrong_none` are claims that there is no optimum. */
export type Verdict = "right" | "wrong" | "feasible" | "refused" | "right_none" | "wrong_none";

const TOLERANCE = 1e-6;
const ROUNDING = 1e-12;

export function judge(answer: Answer, specimen: Specimen): Verdict {
  switch (answer.status) {
    case "refused":
      return "refused";
    case "infeasible":
    case "unbounded":
      return answer.status === specimen.truth ? "right_none" : "wrong_none";
    case "optimal":
      return isNear(answer, specimen) ? "right" : "wrong";
    case "feasible":
      return isPossible(answer, specimen) ? "feasible" : "wrong";
  }
}

/** Within 1e-6 of the truth, absolute below 1, and the gap that the answer states. */
function isNear({ objective, gap }: Answer, { truth }: Specimen): boolean {
  if (typeof truth !== "number" || objective === null) return false;
  return Math.abs(objective - truth) <= toleranceAt(truth) + (gap ?? 0) * Math.abs(objective);
}

/** A solution cannot be better than the optimum, nor can its bound be worse than it. */
function isPossible({ objective, bound }: Answer, { truth, model }: Specimen): boolean {
  if (typeof truth !== "number" || objective === null) return truth === "unbounded";
  const sign = isMaximized(model) ? -1 : 1;
  const allowed = toleranceAt(truth);
  return sign * (objective - truth) >= -allowed && (bound === null || sign * (bound - truth) <= allowed);
}

function isMaximized({ objective, content }: Specimen["model"]): boolean {
  if (typeof content === "string") return /^\s*MAX/im.test(content);
  return (objective as { readonly sense: string }).sense === "maximize";
}

/** Further from a small truth than 1e-6 of it. */
function isCoarse({ objective, gap }: Answer, truth: Truth): boolean {
  if (typeof truth !== "number" || objective === null) return false;
  return Math.abs(objective - truth) > (TOLERANCE + (gap ?? 0)) * Math.abs(truth) + ROUNDING;
}

function toleranceAt(truth: number): number {
  return TOLERANCE * Math.max(1, Math.abs(truth));
}

/** The verdicts of one family. */
export class Tally {
  readonly counts: Record<Verdict, number> = {
    right: 0,
    wrong: 0,
    feasible: 0,
    refused: 0,
    right_none: 0,
    wrong_none: 0,
  };
  readonly reasons = new Map<string, number>();
  /** Models that have an optimum. */
  solvable = 0;
  /** Right only because the tolerance is absolute below 1. */
  coarse = 0;

  add(verdict: Verdict, answer: Answer, { truth }: Specimen): void {
    this.counts[verdict] += 1;
    if (typeof truth === "number") this.solvable += 1;
    if (verdict === "right" && isCoarse(answer, truth)) this.coarse += 1;
    if (verdict === "refused") this.reasons.set(answer.reason, (this.reasons.get(answer.reason) ?? 0) + 1);
  }

  /** Adds what another family came to. */
  addAll(other: Tally): void {
    for (const verdict of Object.keys(this.counts) as Verdict[]) this.counts[verdict] += other.counts[verdict];
    for (const [reason, count] of other.reasons) this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + count);
    this.solvable += other.solvable;
    this.coarse += other.coarse;
  }

  get total(): number {
    return Object.values(this.counts).reduce((sum, count) => sum + count, 0);
  }

  get wrong(): number {
    return this.counts.wrong + this.counts.wrong_none;
  }

  /** Of the models that have an optimum, those answered with it. */
  get optimal_share(): number {
    return this.solvable === 0 ? 1 : this.counts.right / this.solvable;
  }

  get refused_share(): number {
    return this.total === 0 ? 0 : this.counts.refused / this.total;
  }
}
