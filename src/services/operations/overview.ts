/**
 * The overview that an operator looks at first: problems that need attention, the last day's runs trigger by trigger,
 * queue and solvers, the next ticks.
 */
import { toTimestamp } from "../../clock";
import type { RunState } from "../../runs/run";
import {
  type ActivityRow,
  type FailingWebhookRow,
  listActivity,
  listFailingWebhooks,
  listNextTicks,
  type NextTickRow,
  storageFacts,
} from "../../storage/activity";
import type { Context, Principal, StorageParts } from "../context";
import type { TriggerObject } from "../triggers/trigger_fields";
import { listTriggers } from "../triggers/triggers";

type OverviewContext = StorageParts & Pick<Context, "clock" | "config" | "queue" | "running" | "solvers">;

const DAY_MS = 86_400_000;
const LANES_MAX = 50;
const LANE_RUNS_MAX = 200;
const NEXT_TICKS_MAX = 12;
const OBJECTIVES_SHOWN = 30;
/** Number of runs that are searched for objectives: a trigger that only fails has none. */
const OBJECTIVES_LOOKED_AT = 60;
/** A tick that is later than this was missed although the service runs. */
const OVERDUE_MS = 60_000;
const DISK_LOW_SHARE = 0.05;
const DISK_LOW_BYTES = 536_870_912;

const BAD_STATES: readonly RunState[] = ["failed", "timeout", "validation_failed"];

/** Number of solvers that work on runs at one time. */
export function solverCount(context: Pick<Context, "config" | "solvers">): number {
  return context.config.workers === 0 ? 0 : context.solvers.stats().solvers_max;
}

export const CONCERN_KINDS = [
  "disk_low",
  "no_solvers",
  "trigger_failing",
  "trigger_overdue",
  "webhook_failing",
  "webhook_disabled",
  "schedule_overdue",
  "schedule_failing",
] as const;

/** One thing that somebody should look at. */
export interface Concern {
  readonly kind: (typeof CONCERN_KINDS)[number];
  readonly message: string;
  readonly trigger_id: string | null;
  readonly trigger_name: string | null;
  /** The run that shows it. */
  readonly run_id: string | null;
  readonly since: string | null;
}

export interface LaneRun {
  readonly id: string;
  readonly status: RunState;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly objective_value: number | null;
}

export interface Overview {
  readonly at: string;
  readonly attention: readonly Concern[];
  /** Triggers that fired in the last 24 h, the busiest last one first; runs oldest first, the newest 200 of each. */
  readonly lanes: readonly { trigger_id: string; name: string; runs: readonly LaneRun[] }[];
  readonly queue: { queued: number; running: number; solvers: number };
  readonly next_ticks: readonly {
    schedule_id: string;
    trigger_id: string;
    trigger_name: string;
    cron_expression: string;
    timezone: string;
    at: string;
  }[];
  readonly triggers: number;
}

export function getOverview(context: OverviewContext, principal: Principal): Overview {
  const now = context.clock.now();
  const triggers = listTriggers(context, principal, null);
  const names = new Map(triggers.map(({ id, name }) => [id, name]));
  const recent = triggers
    .filter(({ last_fired_at }) => last_fired_at !== null && Date.parse(last_fired_at) > now - DAY_MS)
    .sort((a, b) => Date.parse(b.last_fired_at!) - Date.parse(a.last_fired_at!))
    .map((trigger) => ({ trigger, runs: listActivity(context.client, trigger.id, LANE_RUNS_MAX) }));
  const ticks = listNextTicks(context.client, principal.organization_id, Number.MAX_SAFE_INTEGER).filter(
    ({ trigger_id }) => names.has(trigger_id),
  );
  // Reads all of them: a limit would apply before the filter by workspace, and the webhooks beyond it would look fine.
  const webhooks = listFailingWebhooks(context.client, principal.organization_id, Number.MAX_SAFE_INTEGER);
  return {
    at: toTimestamp(now),
    attention: [
      ...machineConcerns(context),
      ...recent.flatMap(({ trigger, runs }) => runConcern(trigger, runs)),
      ...triggers.flatMap(overdueConcern),
      ...webhooks.flatMap((row) => webhookConcern(row, names)),
      ...ticks.flatMap((row) => tickConcerns(row, names, now)),
    ],
    lanes: recent.slice(0, LANES_MAX).map(({ trigger, runs }) => ({
      trigger_id: trigger.id,
      name: trigger.name,
      runs: runs
        .filter(({ created_at }) => created_at > now - DAY_MS)
        .reverse()
        .map(laneRun),
    })),
    queue: { queued: context.queue.total, running: context.running.size, solvers: solverCount(context) },
    next_ticks: ticks.slice(0, NEXT_TICKS_MAX).map((row) => ({
      schedule_id: row.schedule_id,
      trigger_id: row.trigger_id,
      trigger_name: names.get(row.trigger_id)!,
      cron_expression: row.cron_expression,
      timezone: row.timezone,
      at: toTimestamp(row.next_run_at),
    })),
    triggers: triggers.length,
  };
}

export interface TriggerActivity {
  readonly trigger_id: string;
  readonly last_run: LaneRun | null;
  /** Objectives of the newest runs that have one, oldest first, at most 30. */
  readonly objectives: readonly { run_id: string; value: number }[];
  readonly next_run_at: string | null;
}

/** The activity that a table of triggers shows: the last run, the objectives before it, the next tick. */
export function listTriggerActivity(
  context: Pick<Context, "client" | "db">,
  principal: Principal,
): { items: TriggerActivity[] } {
  const next = new Map<string, number>();
  for (const row of listNextTicks(context.client, principal.organization_id, Number.MAX_SAFE_INTEGER)) {
    if (!next.has(row.trigger_id)) next.set(row.trigger_id, row.next_run_at);
  }
  const items = listTriggers(context, principal, null).map(({ id, last_fired_at }) => {
    const runs = last_fired_at === null ? [] : listActivity(context.client, id, OBJECTIVES_LOOKED_AT);
    const solved = runs.filter(({ objective_value }) => objective_value !== null).slice(0, OBJECTIVES_SHOWN);
    const next_run_at = next.get(id);
    return {
      trigger_id: id,
      last_run: runs[0] === undefined ? null : laneRun(runs[0]),
      objectives: solved.reverse().map((run) => ({ run_id: run.id, value: run.objective_value! })),
      next_run_at: next_run_at === undefined ? null : toTimestamp(next_run_at),
    };
  });
  return { items };
}

function laneRun(row: ActivityRow): LaneRun {
  return {
    id: row.id,
    status: row.status,
    created_at: toTimestamp(row.created_at),
    started_at: row.started_at === null ? null : toTimestamp(row.started_at),
    completed_at: row.completed_at === null ? null : toTimestamp(row.completed_at),
    objective_value: row.objective_value,
  };
}

const NOBODY = { trigger_id: null, trigger_name: null, run_id: null, since: null };

function machineConcerns(context: Pick<Context, "config">): Concern[] {
  const found: Concern[] = [];
  const { disk_free_bytes, disk_total_bytes } = storageFacts(context.config.data_dir);
  if (disk_free_bytes < Math.min(DISK_LOW_BYTES, disk_total_bytes * DISK_LOW_SHARE)) {
    const free_mib = Math.floor(disk_free_bytes / 1_048_576);
    const message = `The disk of the data directory has ${free_mib} MiB left; when it is full, fires are refused. Free some space`;
    found.push({ kind: "disk_low", message, ...NOBODY });
  }
  if (context.config.workers === 0) {
    const message = "The service runs without solvers (--workers 0): runs are kept and wait";
    found.push({ kind: "no_solvers", message, ...NOBODY });
  }
  return found;
}

/** Open and cancelled runs say nothing about the trigger, so the newest run that ended by itself counts. */
function runConcern(trigger: TriggerObject, runs: readonly ActivityRow[]): Concern[] {
  const ended = runs.filter(({ status }) => status === "completed" || BAD_STATES.includes(status));
  const good = ended.findIndex(({ status }) => status === "completed");
  const bad = good === -1 ? ended : ended.slice(0, good);
  const [newest] = bad;
  if (newest === undefined) return [];
  const times = bad.length === 1 ? "The last run" : `The last ${bad.length} runs`;
  const message = `${times} gave no answer: ${newest.error_message ?? newest.status}`;
  const since = toTimestamp(bad.at(-1)!.created_at);
  const who = { trigger_id: trigger.id, trigger_name: trigger.name };
  return [{ kind: "trigger_failing", message, ...who, run_id: newest.id, since }];
}

function overdueConcern(trigger: TriggerObject): Concern[] {
  if (trigger.overdue_since === null) return [];
  const message = `No run has completed for more than ${trigger.expect_within_seconds} s`;
  const who = { trigger_id: trigger.id, trigger_name: trigger.name, run_id: null };
  return [{ kind: "trigger_overdue", message, ...who, since: trigger.overdue_since }];
}

function webhookConcern(row: FailingWebhookRow, names: ReadonlyMap<string, string>): Concern[] {
  const trigger_name = names.get(row.trigger_id);
  if (trigger_name === undefined) return [];
  const who = { trigger_id: row.trigger_id, trigger_name, run_id: null };
  if (row.webhook_disabled_at !== null) {
    const message = `The webhook is off: ${row.webhook_disabled_reason}. Change the webhook to turn it on again`;
    return [{ kind: "webhook_disabled", message, ...who, since: toTimestamp(row.webhook_disabled_at) }];
  }
  const said = row.last_error ?? (row.last_status === null ? "no answer" : `answer ${row.last_status}`);
  const since = row.webhook_failing_since === null ? null : toTimestamp(row.webhook_failing_since);
  return [{ kind: "webhook_failing", message: `The webhook does not get through: ${said}`, ...who, since }];
}

function tickConcerns(row: NextTickRow, names: ReadonlyMap<string, string>, now: number): Concern[] {
  const who = { trigger_id: row.trigger_id, trigger_name: names.get(row.trigger_id) ?? null, run_id: null };
  const found: Concern[] = [];
  if (row.next_run_at < now - OVERDUE_MS) {
    const message = `The tick of ${row.cron_expression} is overdue; look at the service's clock and log`;
    found.push({ kind: "schedule_overdue", message, ...who, since: toTimestamp(row.next_run_at) });
  }
  if (row.consecutive_failures >= 3) {
    const message = `${row.consecutive_failures} runs of ${row.cron_expression} have failed in a row`;
    found.push({ kind: "schedule_failing", message, ...who, since: null });
  }
  return found;
}
