/** /api/v2/audit, for admins. */
import { AUDIT_ACTIONS, listAuditObjects } from "../../services/access/audit";
import type { Context, VisitParts } from "../../services/context";
import { requireRole } from "../edge/authenticate";
import { listingPageOfQuery, timeOf, wordOf } from "../edge/query";
import { API, keyedRoutes } from "../edge/router";

type AuditRouteContext = VisitParts & Pick<Context, "clock" | "db">;

export function auditRoutes(context: AuditRouteContext) {
  return keyedRoutes(context, `${API}/audit`).get("/", ({ principal, query }) => {
    const { page, page_size } = listingPageOfQuery(query);
    const filter = {
      organization_id: requireRole(principal, "admin").organization_id,
      action: wordOf(query, "action", AUDIT_ACTIONS),
      outcome: wordOf(query, "outcome", ["done", "refused"]),
      object_id: query.object_id ?? null,
      key_id: query.key_id ?? null,
      from: timeOf(query, "from"),
      until: timeOf(query, "until"),
    };
    return listAuditObjects(context, filter, page, page_size);
  });
}
