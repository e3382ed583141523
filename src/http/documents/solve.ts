/** POST /api/v2/solve and /api/v2/solve/validate. */
import type { Solution } from "../../problem/solution";
import type { Context, VisitParts } from "../../services/context";
import { solveModel, validateModel } from "../../services/runs/solve";
import { requireRole } from "../edge/authenticate";
import { anyBody } from "../edge/body_fields";
import { LargeBody } from "../edge/request_body";
import { API, jsonResponse, keyedRoutes } from "../edge/router";

type SolveRouteContext = VisitParts & Pick<Context, "clock" | "config" | "db" | "inspector" | "isStopping" | "solvers">;

export function solveRoutes(context: SolveRouteContext) {
  return keyedRoutes(context, `${API}/solve`)
    .post(
      "/",
      async ({ principal, body }) => {
        requireRole(principal, "solver");
        return jsonResponse<Solution>(await solveModel(context, principal, body, packedOf(body)));
      },
      { body: anyBody },
    )
    .post("/validate", ({ principal, body }) => validateModel(context, principal, body, packedOf(body)), {
      body: anyBody,
    });
}

function packedOf(body: unknown): LargeBody | null {
  return body instanceof LargeBody ? body : null;
}
