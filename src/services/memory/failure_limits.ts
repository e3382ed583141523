/**
 * Counts failed authentications per client and target, a minute at a time, so that guessing is slow. The caller
 * checks the secret first and asks here only when it was wrong: the right secret is never locked out.
 */
import type { Clock } from "../../clock";

const WINDOW_MS = 60_000;
const ENTRIES_MAX = 100_000;

export interface Failure {
  /** Set when this client has used up its failures of the minute. */
  readonly retry_after_seconds: number | null;
  /** False when the client's failures were used up before, so that this one tells nothing new. */
  readonly is_news: boolean;
}

export class FailureLimits {
  readonly #clock: Clock;
  readonly #failures_max: number;
  readonly #windows = new Map<string, { started_at: number; failures: number }>();

  constructor(clock: Clock, failures_max: number) {
    this.#clock = clock;
    this.#failures_max = failures_max;
  }

  /** Counts one failure. */
  fail(client: string, target: string): Failure {
    const now = this.#clock.monotonic();
    const key = `${networkOf(client)} ${target}`;
    const window = this.#windows.get(key);
    if (window === undefined || now - window.started_at >= WINDOW_MS) {
      if (this.#windows.size >= ENTRIES_MAX) this.#windows.clear();
      this.#windows.set(key, { started_at: now, failures: 1 });
      return { retry_after_seconds: null, is_news: true };
    }
    window.failures += 1;
    if (window.failures <= this.#failures_max) return { retry_after_seconds: null, is_news: true };
    const retry_after_seconds = Math.ceil((window.started_at + WINDOW_MS - now) / 1000);
    return { retry_after_seconds, is_news: window.failures === this.#failures_max + 1 };
  }
}

/** The network that counts as one client: a /64 for IPv6. An IPv4 client may come through a socket of either kind. */
function networkOf(client: string): string {
  if (!client.includes(":")) return client;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(client);
  if (mapped !== null) return mapped[1]!;
  const [head = "", tail] = client.split("%")[0]!.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) groups.push(...Array<string>(Math.max(0, 4 - groups.length)).fill("0"));
  return `${groups.slice(0, 4).join(":")}::/64`;
}
