/**
 * Removes records that are no longer kept: runs of deleted triggers, runs that are too old or too many, old idempotency keys,
 * events, rows of the audit log, deleted schedules and their ledgers. A turn is one small batch and a pause, to delay fires little.
 */
import type { Context, StorageParts } from "../services/context";
import { pruneAudit, pruneRefusals } from "../storage/audit";
import { pruneDeliveries } from "../storage/deliveries";
import { pruneIdempotencyKeys } from "../storage/idempotency_keys";
import {
  type AgePass,
  FIRST_SEQ,
  listFullTriggers,
  pruneRunsBefore,
  pruneRunsOf,
  shrinkFile,
} from "../storage/run_retention";
import { purgeSchedules } from "../storage/schedules";
import { pruneTicks } from "../storage/ticks";
import { listDeletedTriggers, purgeTrigger } from "../storage/triggers";
import type { Transaction } from "../storage/writer";
import { AgeTrust } from "./age_trust";
import type { Work } from "./loop";

/** A batch of 50 runs with their answers holds the writer for about 1 ms. */
const BATCH_ROWS = 50;
const BATCH_PAGES = 64;
/** About 2 MiB, at 200 bytes each. */
const AUDIT_REFUSALS_MAX = 10_000;
const REST_MS = 60_000;
const PAUSE_BETWEEN_BATCHES_MS = 10;
const DAY_MS = 86_400_000;

type PrunerContext = StorageParts & Pick<Context, "clock" | "config" | "log" | "queue">;

export function createPruner(context: PrunerContext): Work {
  const full: { seq: number; id: string }[] = [];
  const age_pass: AgePass = { after_seq: FIRST_SEQ };
  const works: readonly ((work: PrunerContext, now: number) => Promise<boolean>)[] = [
    pruneDeleted,
    (work, now) => pruneOld(work, age_pass, now),
    (work) => pruneFull(work, full),
    pruneKeys,
    pruneEvents,
    pruneAuditLog,
    pruneSchedules,
    pruneLedger,
    shrink,
  ];
  const ages = new AgeTrust(context);
  let next = 0;
  let aged_at = 0;
  return {
    name: "pruner",
    async runOnce(now) {
      if (next === 0) {
        full.splice(0, full.length, ...listFullTriggers(context.client, context.config.runs_keep_per_trigger));
        age_pass.after_seq = FIRST_SEQ;
        aged_at = await ages.look(now);
      }
      // If the clock is set back during a pass, the earlier time counts: records written just now must not look old.
      const is_done = await works[next]!(context, Math.min(aged_at, now));
      if (is_done) next = (next + 1) % works.length;
      return is_done && next === 0 ? REST_MS : PAUSE_BETWEEN_BATCHES_MS;
    },
  };
}

async function pruneDeleted(context: Pick<Context, "client" | "writer">): Promise<boolean> {
  const [trigger_id] = listDeletedTriggers(context.client, 1);
  if (trigger_id === undefined) return true;
  await context.writer.write((transaction) => purgeTrigger(transaction, trigger_id, BATCH_ROWS));
  return false;
}

function pruneOld(context: Pick<Context, "config" | "writer">, pass: AgePass, now: number): Promise<boolean> {
  const before = now - context.config.runs_keep_days * DAY_MS;
  return batch(context, (transaction) => pruneRunsBefore(transaction, pass, { before, now }, BATCH_ROWS), 1);
}

async function pruneFull(
  context: Pick<Context, "config" | "queue" | "writer">,
  full: { seq: number; id: string }[],
): Promise<boolean> {
  const trigger = full.at(-1);
  if (trigger === undefined) return true;
  // Runs that wait to be solved do not count toward the limit of finished runs.
  const keep = context.config.runs_keep_per_trigger + context.queue.queuedOf(trigger.id);
  const is_done = await batch(context, (transaction) => pruneRunsOf(transaction, trigger.seq, keep, BATCH_ROWS));
  if (is_done) full.pop();
  return false;
}

/** Removes deliveries that belong to no run and so are not removed with one: pings and events of schedules. */
function pruneEvents(context: Pick<Context, "config" | "writer">, now: number): Promise<boolean> {
  const before = now - context.config.runs_keep_days * DAY_MS;
  return batch(context, (transaction) => pruneDeliveries(transaction, before, BATCH_ROWS));
}

function pruneKeys(context: Pick<Context, "writer">, now: number): Promise<boolean> {
  const before = now - DAY_MS;
  return batch(context, (transaction) => pruneIdempotencyKeys(transaction, before, BATCH_ROWS));
}

/** Changes are kept for the full time. Refusals, which anyone can cause, are also limited in number. */
async function pruneAuditLog(context: Pick<Context, "config" | "writer">, now: number): Promise<boolean> {
  const before = now - context.config.audit_keep_days * DAY_MS;
  const is_done = await batch(context, (transaction) => pruneAudit(transaction, before, BATCH_ROWS));
  return is_done && batch(context, (transaction) => pruneRefusals(transaction, AUDIT_REFUSALS_MAX, BATCH_ROWS));
}

function pruneSchedules(context: Pick<Context, "writer">): Promise<boolean> {
  return batch(context, (transaction) => purgeSchedules(transaction, BATCH_ROWS), 1);
}

function pruneLedger(context: Pick<Context, "config" | "writer">, now: number): Promise<boolean> {
  const before = now - context.config.runs_keep_days * DAY_MS;
  return batch(context, (transaction) => pruneTicks(transaction, before, BATCH_ROWS), 1);
}

async function shrink(context: Pick<Context, "writer">): Promise<boolean> {
  return (await context.writer.write((transaction) => shrinkFile(transaction, BATCH_PAGES))) === 0;
}

/** True when fewer than `least` were removed: there is nothing more to remove. */
async function batch(
  context: Pick<Context, "writer">,
  operation: (transaction: Transaction) => number,
  least = BATCH_ROWS,
): Promise<boolean> {
  return (await context.writer.write(operation)) < least;
}
