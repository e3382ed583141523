/** /api/v2/applied: the record that `apply` keeps. */
import type { Context, StorageParts, VisitParts } from "../../services/context";
import { getApplied, putApplied } from "../../services/triggers/applied";
import { requireRole } from "../edge/authenticate";
import { API, keyedRoutes } from "../edge/router";
import { appliedBody } from "./bodies";

type AppliedRouteContext = StorageParts & VisitParts & Pick<Context, "clock">;

export function appliedRoutes(context: AppliedRouteContext) {
  return keyedRoutes(context, `${API}/applied`)
    .get("/", ({ principal }) => getApplied(context, principal))
    .put("/", ({ principal, body }) => putApplied(context, requireRole(principal, "editor"), body), {
      body: appliedBody,
    });
}
