/** When a delivery is tried again. */

/** Waiting times after the first attempt, in seconds: 75 hours in all, each varied by up to a tenth so that retries do not arrive all at once. */
const WAITS_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];
const VARIATION = 0.1;
const RETRY_AFTER_SECONDS_MAX = 86_400;
/** Statuses whose Retry-After is followed. */
const PATIENT_STATUSES = [429, 502, 503, 504];

export interface FailedAttempt {
  /** Attempts so far, including this one. */
  readonly attempts: number;
  readonly http_status: number | null;
  readonly retry_after_seconds: number | null;
}

/** Milliseconds until the next attempt, or null when there is none. `fraction` is uniform in [0, 1), `scale` a factor for tests. */
export function retryDelay(failed: FailedAttempt, fraction: number, scale: number): number | null {
  const wait = WAITS_SECONDS[failed.attempts - 1];
  if (wait === undefined) return null;
  const varied = wait * (1 - VARIATION + 2 * VARIATION * fraction);
  const is_patient = failed.http_status !== null && PATIENT_STATUSES.includes(failed.http_status);
  const asked = is_patient ? Math.min(failed.retry_after_seconds ?? 0, RETRY_AFTER_SECONDS_MAX) : 0;
  return Math.max(varied, asked) * 1000 * scale;
}
