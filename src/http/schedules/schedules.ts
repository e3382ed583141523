/** Schedules of a trigger, their ledgers and previews, and the check of a pattern. */
import { fromTimestamp } from "../../clock";
import { TICK_OUTCOMES } from "../../runs/tick";
import type { Context, ProcessParts, QueueParts, StorageParts, VisitParts } from "../../services/context";
import { listUpcoming, previewSchedule, validateCron } from "../../services/schedules/schedule_previews";
import {
  createSchedule,
  deleteSchedule,
  getSchedule,
  listSchedules,
  resetCursor,
  updateSchedule,
} from "../../services/schedules/schedules";
import { listTicks, runTick } from "../../services/schedules/ticks";
import { requireRole } from "../edge/authenticate";
import { invalid } from "../edge/errors";
import { integerOf, listingPageOfQuery, type Query, timeOf, wordOf } from "../edge/query";
import { expectedRevisions, tagged } from "../edge/revisions";
import { API, keyedRoutes } from "../edge/router";
import { cronBody, scheduleBody, scheduleChangeBody } from "./bodies";

type ScheduleRouteContext = ProcessParts &
  StorageParts &
  QueueParts &
  VisitParts &
  Pick<Context, "delivery_lanes" | "running" | "signals">;

const HOURS_DEFAULT = 24;
const HOURS_MAX = 24 * 31;
const PREVIEW_DEFAULT = 10;
const PREVIEW_MAX = 500;

export function scheduleRoutes(context: ScheduleRouteContext) {
  return keyedRoutes(context, API)
    .post("/schedules/validate", ({ body }) => validateCron(context, body), { body: cronBody })
    .get("/schedules/upcoming", ({ principal, query }) =>
      listUpcoming(context, principal, integerOf(query, "hours", { default: HOURS_DEFAULT, min: 1, max: HOURS_MAX })),
    )
    .post(
      "/triggers/:trigger_id/schedules",
      async ({ principal, params, body, status }) =>
        status(201, await createSchedule(context, requireRole(principal, "editor"), params.trigger_id, body, false)),
      { body: scheduleBody },
    )
    .get("/triggers/:trigger_id/schedules", ({ principal, params, query }) =>
      listSchedules(context, principal, params.trigger_id, listingPageOfQuery(query)),
    )
    .post(
      "/triggers/:trigger_id/schedule",
      async ({ principal, params, body, status }) =>
        status(201, await createSchedule(context, requireRole(principal, "editor"), params.trigger_id, body, true)),
      { body: scheduleBody },
    );
}

/** The routes of one schedule: the main one at `/triggers/:trigger_id/schedule`, or the one that `:schedule_id` in the path names. */
export function oneScheduleRoutes<const Path extends string>(context: ScheduleRouteContext, path: Path) {
  return keyedRoutes(context, `${API}${path}`)
    .get("/", ({ principal, params, set }) => tagged(set, getSchedule(context, principal, ...chosen(params))))
    .patch(
      "/",
      async ({ principal, params, body, request, set }) => {
        const editor = requireRole(principal, "editor");
        const expected = expectedRevisions(request);
        return tagged(set, await updateSchedule(context, editor, ...chosen(params), body, expected));
      },
      { body: scheduleChangeBody },
    )
    .delete("/", async ({ principal, params, request, status }) => {
      const editor = requireRole(principal, "editor");
      await deleteSchedule(context, editor, ...chosen(params), expectedRevisions(request));
      return status(204);
    })
    .get("/preview", ({ principal, params, query }) =>
      previewSchedule(context, principal, ...chosen(params), previewOfQuery(query)),
    )
    .get("/ticks", ({ principal, params, query }) => {
      const outcome = wordOf(query, "outcome", TICK_OUTCOMES);
      return listTicks(context, principal, ...chosen(params), { ...listingPageOfQuery(query), outcome });
    })
    .post("/ticks/:scheduled_for/run", async ({ principal, params, status }) => {
      const { scheduled_for } = params as Record<string, string>;
      const run = runTick(context, requireRole(principal, "solver"), ...chosen(params), instantOf(scheduled_for ?? ""));
      return status(202, await run);
    })
    .post("/reset-cursor", ({ principal, params }) =>
      resetCursor(context, requireRole(principal, "editor"), ...chosen(params)),
    );
}

function chosen(params: object): [trigger_id: string, choice: string | null] {
  const { trigger_id = "", schedule_id } = params as Record<string, string | undefined>;
  return [trigger_id, schedule_id ?? null];
}

function previewOfQuery(query: Query): { n: number; from: number | null } {
  const n = integerOf(query, "n", { default: PREVIEW_DEFAULT, min: 1, max: PREVIEW_MAX });
  return { n, from: timeOf(query, "from") };
}

function instantOf(text: string): number {
  const at = fromTimestamp(text);
  if (at !== null) return at;
  const msg = "the tick's scheduled_for is expected, as GET .../ticks shows it: 2026-03-29T06:00:00.000Z";
  throw invalid([{ loc: ["path", "scheduled_for"], msg, type: "invalid_value" }]);
}
