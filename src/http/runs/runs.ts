/** /api/v2/triggers/{id}/runs. */
import type { ProgressPoint } from "../../runs/progress_log";
import { RUN_SOURCES, RUN_STATES } from "../../runs/run";
import type {
  Context,
  InspectingParts,
  ProcessParts,
  QueueParts,
  SolvingParts,
  StorageParts,
  VisitParts,
} from "../../services/context";
import type { ListingPage } from "../../services/listing_page";
import { rerun } from "../../services/runs/fire";
import { getProgress, hasSeenEnd, watchRun } from "../../services/runs/run_events";
import { cancelRun, getRun, listRuns, type RunObject, type RunSummary } from "../../services/runs/runs";
import { verifyRun } from "../../services/runs/verify";
import { requireRole } from "../edge/authenticate";
import { eventStream } from "../edge/event_stream";
import { holdForGood } from "../edge/held_open";
import { listingPageOfQuery, wordOf } from "../edge/query";
import { API, jsonResponse, keyedRoutes } from "../edge/router";

type RunRouteContext = ProcessParts &
  StorageParts &
  QueueParts &
  SolvingParts &
  VisitParts &
  InspectingParts &
  Pick<Context, "delivery_lanes" | "scheduler">;

export function runRoutes(context: RunRouteContext) {
  return keyedRoutes(context, `${API}/triggers/:trigger_id/runs`)
    .get("/", ({ principal, params, query }) => {
      const status = wordOf(query, "status", RUN_STATES);
      const source = wordOf(query, "source", RUN_SOURCES);
      return jsonResponse<ListingPage<RunSummary>>(
        listRuns(context, principal, params.trigger_id, { ...listingPageOfQuery(query), status, source }),
      );
    })
    .get("/:run_id", ({ principal, params }) =>
      jsonResponse<RunObject>(getRun(context, principal, params.trigger_id, params.run_id)),
    )
    .post("/:run_id/rerun", async ({ principal, params, status }) => {
      const accepted = await rerun(context, requireRole(principal, "solver"), params.trigger_id, params.run_id);
      return status(202, { run_id: accepted.run_ids[0]!, status: "queued" as const });
    })
    .post("/:run_id/cancel", async ({ principal, params }) =>
      jsonResponse<RunObject>(
        await cancelRun(context, requireRole(principal, "solver"), params.trigger_id, params.run_id),
      ),
    )
    .post("/:run_id/verify", async ({ principal, params, request }) => {
      requireRole(principal, "solver");
      return verifyRun(context, principal, params.trigger_id, params.run_id, request.signal);
    })
    .get("/:run_id/progress", ({ principal, params }) =>
      jsonResponse<{ items: readonly ProgressPoint[] }>(
        getProgress(context, principal, params.trigger_id, params.run_id),
      ),
    )
    .get("/:run_id/events", ({ principal, params, request, server }) => {
      const { trigger_id, run_id } = params;
      const last_event_id = request.headers.get("last-event-id");
      // A browser reconnects by itself; 204 tells it to stop.
      if (hasSeenEnd(context, principal, trigger_id, run_id, last_event_id)) return new Response(null, { status: 204 });
      holdForGood(request, server);
      return eventStream(context.clock, request.signal, (deliver) =>
        watchRun(context, principal, trigger_id, run_id, last_event_id, deliver),
      );
    });
}
