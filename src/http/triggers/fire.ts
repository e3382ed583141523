/** POST /api/v2/triggers/{id}/fire: the busiest route. It takes the trigger's own secret, or an API key that may fire. */
import type { FireData, FireSets } from "../../model/bodies/fire_body";
import type { Context } from "../../services/context";
import { type FireContext, fire, fireBatch } from "../../services/runs/fire";
import { type RunObject, waitForRun } from "../../services/runs/runs";
import { invalid } from "../edge/errors";
import { holdOpen } from "../edge/held_open";
import { waitOf } from "../edge/prefer";
import { noteRun } from "../edge/request_log";
import { API, jsonResponse, openRoutes, visitOf } from "../edge/router";
import { readFireRequest } from "./fire_request";

type FireRouteContext = FireContext & Pick<Context, "signals">;

/** Sets of override data in one batch. */
const BATCH_SETS_MAX = 1000;
/** The body has no schema here, because a wrong secret must be reported before a wrong field. */
export function fireRoutes(context: FireRouteContext) {
  return openRoutes(`${API}/triggers`)
    .post("/:trigger_id/fire", async ({ params, body, request, server, set }) => {
      const given = { body, request, visit: visitOf(request, server, set) };
      const { opened, sets, idempotency_key } = await readFireRequest(context, params.trigger_id, given, null);
      const { run_ids, is_replayed } = await fire(context, opened, setsOf(sets)[0]!, idempotency_key);
      const run_id = run_ids[0]!;
      noteRun(set, run_id);
      if (is_replayed) set.headers["idempotent-replayed"] = "true";
      const wait_seconds = waitOf(request.headers.get("prefer"), context.config.wait_seconds_max);
      if (wait_seconds > 0) {
        // The connection is silent during the wait, which the idle timeout would take for a dead client.
        holdOpen(request, server);
        const ended = await waitForRun(context, opened.target.id, run_id, wait_seconds * 1000);
        if (ended !== null) return jsonResponse<RunObject>(ended);
      }
      set.status = 202;
      return { run_id, status: "queued" as const };
    })
    .post("/:trigger_id/fire-batch", async ({ params, body, request, server, set }) => {
      const given = { body, request, visit: visitOf(request, server, set) };
      const { opened, sets, idempotency_key } = await readFireRequest(
        context,
        params.trigger_id,
        given,
        BATCH_SETS_MAX,
      );
      const { run_ids, is_replayed } = await fireBatch(context, opened, setsOf(sets), idempotency_key);
      if (is_replayed) set.headers["idempotent-replayed"] = "true";
      set.status = 202;
      return { run_ids, status: "queued" as const };
    });
}

function setsOf(sets: FireSets): readonly FireData[] {
  if (!("found" in sets)) return sets;
  const found = sets.found === null ? "" : `, found ${sets.found}`;
  const msg = `a list of 1 to ${BATCH_SETS_MAX} sets of override data is expected, one for each run${found}`;
  throw invalid([{ loc: ["body", "override_data"], msg, type: "list_expected" }]);
}
