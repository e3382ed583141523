/**
 * Judges paired measurements of two builds. Every measure is a cost (less is better), and every turn gives one ratio: this build's
 * cost divided by the other's, so that a temporary slowdown of the machine affects both.
 */

/** A spread above this says more about the machine than about the builds. */
export const SPREAD_MAX = 0.03;
/** Processors that other processes may keep busy during a round. */
export const OTHER_CORES_MAX = 0.1;
/** Smaller differences are never reported: the processor's clock, caches and the layout of a build cause as much. */
const DIFFERENCE_MIN = 0.01;
/** Fewer turns have no meaningful spread, and all fall on one side of 1 by chance more often than once in sixteen times. */
export const TURNS_MIN = 5;

/** Successive turns of one measure. */
export interface Round {
  readonly ratios: readonly number[];
  /** Processors that other processes kept busy meanwhile, median of the turns. */
  readonly other_cores: number;
}

export type Verdict = "better" | "the same within the spread" | "worse" | "cannot be told";

export interface Judgement {
  readonly verdict: Verdict;
  /** Which of the rounds was judged, from 0. */
  readonly round: number;
  /** Median of that round. */
  readonly ratio: number;
  readonly spread: number;
}

/**
 * The value below which the share `q` of the values lies, interpolated between neighbours.
 * @throws RangeError for no values.
 */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError("no values to take a quantile of");
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below]! + (sorted[above]! - sorted[below]!) * (place - below);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** The distance between the quartiles as a share of the median, which one disturbed turn does not change. */
export function spreadOf(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

/** True when the round can be judged: enough turns, little spread, and no other load on the machine. */
function isSteady({ ratios, other_cores }: Round): boolean {
  return ratios.length >= TURNS_MIN && spreadOf(ratios) <= SPREAD_MAX && other_cores <= OTHER_CORES_MAX;
}

/**
 * Judges by the steady round with the least spread: a median further from 1 than its spread is a difference. Without a steady
 * round a difference is reported only when all turns of all rounds show it and the median is beyond the spread.
 * @throws RangeError for no rounds.
 */
export function judge(rounds: readonly Round[]): Judgement {
  const steady = rounds.filter(isSteady);
  const candidates = steady.length > 0 ? steady : rounds;
  const [judged] = candidates.toSorted((a, b) => spreadOf(a.ratios) - spreadOf(b.ratios));
  if (judged === undefined) throw new RangeError("no rounds to judge");
  const ratio = median(judged.ratios);
  const spread = spreadOf(judged.ratios);
  const is_different = Math.abs(ratio - 1) > Math.max(spread, DIFFERENCE_MIN);
  const is_told = steady.length > 0 || (is_different && areOnOneSide(rounds.flatMap(({ ratios }) => ratios)));
  return { verdict: verdictOf(ratio, is_different, is_told), round: rounds.indexOf(judged), ratio, spread };
}

function verdictOf(ratio: number, is_different: boolean, is_told: boolean): Verdict {
  if (!is_told) return "cannot be told";
  if (!is_different) return "the same within the spread";
  return ratio < 1 ? "better" : "worse";
}

function areOnOneSide(ratios: readonly number[]): boolean {
  const is_enough = ratios.length >= TURNS_MIN;
  return is_enough && (ratios.every((ratio) => ratio < 1) || ratios.every((ratio) => ratio > 1));
}
