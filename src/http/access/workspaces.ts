/** /api/v2/workspaces: the parts of an organization that a key can be limited to. */
import { createWorkspace, listWorkspaces } from "../../services/access/workspaces";
import type { Context, StorageParts, VisitParts } from "../../services/context";
import { requireRole } from "../edge/authenticate";
import { API, keyedRoutes } from "../edge/router";
import { workspaceBody } from "./bodies";

type WorkspaceRouteContext = StorageParts & VisitParts & Pick<Context, "clock" | "ids">;

export function workspaceRoutes(context: WorkspaceRouteContext) {
  return keyedRoutes(context, `${API}/workspaces`)
    .get("/", ({ principal }) => listWorkspaces(context, principal))
    .post(
      "/",
      async ({ principal, body, status }) =>
        status(201, await createWorkspace(context, requireRole(principal, "admin"), body.name)),
      { body: workspaceBody },
    );
}
