/**
 * How a time limit is enforced: the solver is told to stop somewhat earlier, so that its answer can still be checked and written; a solver
 * process that has not answered at the limit is killed, and the last solution that it wrote is the answer.
 */

const MARGIN_SECONDS_MAX = 0.5;
const MARGIN_PART = 0.1;
/** Time for an answer to arrive, however short the limit. */
const ARRIVAL_SECONDS_MIN = 0.1;

/** Seconds from the start of an attempt, compilation included, after which it begins no further solve and ends the one in hand. */
export function secondsToSolve(limit_seconds: number): number {
  return limit_seconds - marginSeconds(limit_seconds);
}

/** The time that remains for checking and writing the answer. */
export function marginSeconds(limit_seconds: number): number {
  return Math.min(MARGIN_SECONDS_MAX, MARGIN_PART * limit_seconds);
}

/** Milliseconds after which the process is killed: the limit itself from 1 s on. */
export function killAfterMs(limit_ms: number): number {
  return Math.max(limit_ms, secondsToSolve(limit_ms / 1000) * 1000 + ARRIVAL_SECONDS_MIN * 1000);
}
