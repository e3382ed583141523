/**
 * Places where a crash test ends the process, as a power cut would: at once, with nothing written or closed. Only a
 * process that was started with JAOT_KILL_AT ever does.
 */

/** In the order in which one run passes them. */
export const KILL_POINTS = [
  /** A fire is committed, its 202 not sent. */
  "accepted",
  /** A run is claimed, no solver has it. */
  "claimed",
  /** A solver has answered. */
  "solved",
  "before_result_commit",
  "after_result_commit",
  /** A delivery is counted, nothing sent. */
  "before_delivery",
  /** The receiver has answered, nothing recorded. */
  "after_delivery",
  /** What came of the attempt is on disk. */
  "delivery_recorded",
] as const;
export type KillPoint = (typeof KILL_POINTS)[number];

export type PassKillPoint = (point: KillPoint) => void;

export const KILL_AT_PATTERN = new RegExp(`^(${KILL_POINTS.join("|")}):([1-9]\\d{0,8})$`);

/** `kill_at` is a point and the how-manieth passing ends the process, as in `claimed:17`; null: none ever does. */
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
