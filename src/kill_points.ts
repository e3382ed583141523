/**
 * Places where a crash test ends the process as a power cut would: at once, with nothing written or closed. This happens
 * only in a process that was started with JAOT_KILL_AT.
 */

/** In the order in which one run passes them. */
export const KILL_POINTS = [
  /** A fire is committed, and its 202 has not been sent. */
  "accepted",
  /** A run is claimed, and no solver has it yet. */
  "claimed",
  /** A solver has answered. */
  "solved",
  "before_result_commit",
  "after_result_commit",
  /** An attempt is counted, and nothing has been sent. */
  "before_delivery",
  /** The receiver has answered, and nothing has been recorded. */
  "after_delivery",
  /** The outcome of the attempt is on disk. */
  "delivery_recorded",
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

export type PassKillPoint = (point: KillPoint) => void;

export const KILL_AT_PATTERN = new RegExp(`^(${KILL_POINTS.join("|")}):([1-9]\\d{0,8})$`);

/** `kill_at` names a point and how often it is passed before the process ends: `claimed:17` ends it the 17th time. Null: never. */
export function killPoints(kill_at: string | null): PassKillPoint {
  const match = kill_at === null ? null : KILL_AT_PATTERN.exec(kill_at);
  if (match === null) return () => {};
  let left = Number(match[2]);
  return (point) => {
    if (point !== match[1]) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, "SIGKILL");
  };
}
