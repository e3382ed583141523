/** /api/v2/triggers/{id}/runs. */
import { RUN_SOURCES, RUN_STATES } from "../runs/run";
import type { Context } from "../services/context";
import { rerun } from "../services/fire";
import { cancelRun, getRun, listRuns } from "../services/runs";
import { requireRole } from "./authenticate";
import { pageOfQuery, wordOf } from "./query";
import { API, jsonResponse, keyedRoutes } from "./router";

export function runRoutes(context: Context) {
  return keyedRoutes(context, `${API}/triggers/:trigger_id/runs`)
    .get("/", ({ principal, params, query }) => {
      const status = wordOf(query, "status", RUN_STATES);
      const source = wordOf(query, "source", RUN_SOURCES);
      return jsonResponse(listRuns(context, principal, params.trigger_id, { ...pageOfQuery(query), status, source }));
    })
    .get("/:run_id", ({ principal, params }) =>
      jsonResponse(getRun(context, principal, params.trigger_id, params.run_id)),
    )
    .post("/:run_id/rerun", async ({ principal, params, status }) => {
      const accepted = await rerun(context, requireRole(principal, "solver"), params.trigger_id, params.run_id);
      return status(202, { run_id: accepted.run_id, status: accepted.status });
    })
    .post("/:run_id/cancel", async ({ principal, params }) =>
      jsonResponse(await cancelRun(context, requireRole(principal, "solver"), params.trigger_id, params.run_id)),
    );
}
