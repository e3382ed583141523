/** Removes what is past its time, a small batch a turn, so that fires never wait for it: runs of deleted triggers, old idempotency keys. */
import type { Context } from "../services/context";
import { pruneIdempotencyKeys } from "../storage/idempotency_keys";
import { listDeletedTriggers, purgeTrigger } from "../storage/triggers";
import type { Work } from "./loop";

const BATCH_ROWS = 500;
const REST_MS = 60_000;
const PAUSE_BETWEEN_BATCHES_MS = 20;
const IDEMPOTENCY_KEEP_MS = 86_400_000;

export function createPruner(context: Context): Work {
  return {
    name: "pruner",
    async runOnce(now) {
      const [trigger_id] = listDeletedTriggers(context.client, 1);
      if (trigger_id !== undefined) {
        await context.writer.write((transaction) => purgeTrigger(transaction, trigger_id, BATCH_ROWS));
        return PAUSE_BETWEEN_BATCHES_MS;
      }
      const pruned = await context.writer.write((transaction) =>
        pruneIdempotencyKeys(transaction, now - IDEMPOTENCY_KEEP_MS, BATCH_ROWS),
      );
      return pruned === BATCH_ROWS ? PAUSE_BETWEEN_BATCHES_MS : REST_MS;
    },
  };
}
