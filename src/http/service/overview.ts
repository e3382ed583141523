/** /api/v2/overview and /api/v2/system, which an operator looks at first. */
import type { Context, StorageParts, VisitParts } from "../../services/context";
import { getOverview, listTriggerActivity } from "../../services/operations/overview";
import { getSystem } from "../../services/operations/system";
import { requireRole } from "../edge/authenticate";
import { API, keyedRoutes } from "../edge/router";

type OverviewRouteContext = StorageParts &
  VisitParts &
  Pick<Context, "clock" | "config" | "queue" | "running" | "solvers" | "started_monotonic">;

export function overviewRoutes(context: OverviewRouteContext) {
  return keyedRoutes(context, API)
    .get("/overview", ({ principal }) => getOverview(context, principal))
    .get("/overview/triggers", ({ principal }) => listTriggerActivity(context, principal))
    .get("/system", ({ principal }) => {
      requireRole(principal, "viewer");
      return getSystem(context, principal);
    });
}
