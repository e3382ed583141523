/** /api/v2/applied: the record that `apply` keeps. */
import { getApplied, putApplied } from "../services/applied";
import type { Context } from "../services/context";
import { requireRole } from "./authenticate";
import { API, keyedRoutes } from "./router";
import { appliedBody } from "./schemas";

export function appliedRoutes(context: Context) {
  return keyedRoutes(context, `${API}/applied`)
    .get("/", ({ principal }) => getApplied(context, principal))
    .put("/", ({ principal, body }) => putApplied(context, requireRole(principal, "editor"), body), {
      body: appliedBody,
    });
}
