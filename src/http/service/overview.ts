/** /api/v2/overview and /api/v2/system: what an operator looks at first. */
import type { Context } from "../../services/context";
import { getOverview, listTriggerActivity } from "../../services/operations/overview";
import { getSystem } from "../../services/operations/system";
import { requireRole } from "../edge/authenticate";
import { API, keyedRoutes } from "../edge/router";

export function overviewRoutes(context: Context) {
  return keyedRoutes(context, API)
    .get("/overview", ({ principal }) => getOverview(context, principal))
    .get("/overview/triggers", ({ principal }) => listTriggerActivity(context, principal))
    .get("/system", ({ principal }) => {
      requireRole(principal, "viewer");
      return getSystem(context);
    });
}
