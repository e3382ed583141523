/** /api/v2/session: the page signs in by link here, finds out whose key it has, and signs out. */
import { getSession, shareSession, signInByLink, signOut } from "../../services/access/sign_in";
import type { Context, StorageParts, VisitParts } from "../../services/context";
import { requireRole } from "../edge/authenticate";
import { API, keyedRoutes, openRoutes, visitOf } from "../edge/router";
import { sessionBody } from "./bodies";

type SessionRouteContext = StorageParts & VisitParts & Pick<Context, "clock" | "ids">;

export function openSessionRoutes(context: SessionRouteContext) {
  return openRoutes(`${API}/session`).post(
    "/",
    async ({ body, request, server, set, status }) =>
      status(201, await signInByLink(context, body.link, visitOf(request, server, set))),
    { body: sessionBody },
  );
}

export function sessionRoutes(context: SessionRouteContext) {
  return keyedRoutes(context, `${API}/session`)
    .get("/", ({ principal }) => getSession(context, principal))
    .post("/links", async ({ principal, status }) =>
      status(201, await shareSession(context, requireRole(principal, "admin"))),
    )
    .delete("/", async ({ principal, status }) => {
      await signOut(context, principal);
      return status(204);
    });
}
