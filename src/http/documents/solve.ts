/** POST /api/v2/solve and /api/v2/solve/validate. */
import type { Solution } from "../../problem/solution";
import type { Context, VisitParts } from "../../services/context";
import { solveModel, validateModel } from "../../services/runs/solve";
import { requireRole } from "../edge/authenticate";
import { anyBody } from "../edge/body_fields";
import { API, jsonResponse, keyedRoutes } from "../edge/router";

type SolveRouteContext = VisitParts & Pick<Context, "clock" | "config" | "db" | "isStopping" | "solvers">;

export function solveRoutes(context: SolveRouteContext) {
  return keyedRoutes(context, `${API}/solve`)
    .post(
      "/",
      async ({ principal, body, request, server }) => {
        requireRole(principal, "solver");
        // A solve is silent until it ends, which the idle timeout would take for a dead client.
        server?.timeout(request, 0);
        return jsonResponse<Solution>(await solveModel(context, body, request.signal));
      },
      { body: anyBody },
    )
    .post("/validate", ({ body }) => validateModel(context, body), { body: anyBody });
}
