/** Raises the alarms of triggers that have had no good result for longer than they should. */
import { raiseOverdue } from "../services/alarms/expectations";
import type { Context, QueueParts, StorageParts } from "../services/context";
import type { Work } from "./loop";

type WatcherContext = StorageParts & QueueParts & Pick<Context, "clock" | "delivery_lanes" | "ids" | "log">;

const BATCH_TRIGGERS = 200;
const TURN_MS = 1000;

export function createWatcher(context: WatcherContext): Work {
  return {
    name: "watcher",
    async runOnce(now) {
      const looked_at = await raiseOverdue(context, now, BATCH_TRIGGERS);
      return looked_at === BATCH_TRIGGERS ? 0 : TURN_MS;
    },
  };
}
