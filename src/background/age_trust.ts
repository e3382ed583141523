/**
 * Limits how far the clock is trusted when records are removed for their age. If the clock were years ahead, everything would
 * be removed at once, before anybody could set it back. So a clock that has jumped ahead by more than a day, while the service
 * ran or while it was stopped, is believed only after the service has been running for `clock_trust_hours`.
 */
import type { Context, StorageParts } from "../services/context";
import { agedAt, noteAgedAt } from "../storage/run_retention";

type AgeTrustContext = StorageParts & Pick<Context, "clock" | "config" | "log">;

const JUMP_MS_MAX = 86_400_000;
const HOUR_MS = 3_600_000;
/** How often the believed time is stored. */
const NOTE_MS = 3_600_000;

export class AgeTrust {
  readonly #context: AgeTrustContext;
  /** Monotonic milliseconds at which the clock was first seen ahead of the believed time; null when it is not ahead. */
  #doubted_since: number | null = null;

  constructor(context: AgeTrustContext) {
    this.#context = context;
  }

  /** The time that ages are counted from. */
  async look(now: number): Promise<number> {
    const { client, clock, config, log, writer } = this.#context;
    const believed = agedAt(client);
    if (believed !== null && now - believed > JUMP_MS_MAX) {
      const monotonic = clock.monotonic();
      if (this.#doubted_since === null) {
        this.#doubted_since = monotonic;
        const next = "check the clock; nothing is removed for its age until it has been believed";
        log.warn("clock_ahead", { by_ms: now - believed, trusted_in_hours: config.clock_trust_hours, next });
      }
      if (monotonic - this.#doubted_since < config.clock_trust_hours * HOUR_MS) return believed;
    }
    this.#doubted_since = null;
    if (believed === null || Math.abs(now - believed) >= NOTE_MS) {
      await writer.write((transaction) => noteAgedAt(transaction, now));
    }
    return now;
  }
}
