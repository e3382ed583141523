/** Who asks, from the Authorization header. */
import { Refusal } from "../../refusals";
import { authenticate, type Visit } from "../../services/access/authentication";
import type { Context, Principal, VisitParts } from "../../services/context";

export { requireRole } from "../../services/access/authentication";

type AuthenticateRouteContext = VisitParts & Pick<Context, "clock" | "db">;

/** The token of a Bearer header, its scheme in any case; null when there is none. */
export function bearerToken(authorization: string | null): string | null {
  if (authorization === null || authorization.slice(0, 7).toLowerCase() !== "bearer ") return null;
  const token = authorization.slice(7).trim();
  return token === "" ? null : token;
}

/** Principals of the requests under way whose key was looked at before their body was read. */
const known = new WeakMap<Request, Principal>();

/** Whoever holds the request's API key. Refuses 401. */
export function requirePrincipal(context: AuthenticateRouteContext, request: Request, visit: Visit): Principal {
  const found = known.get(request);
  if (found !== undefined) return found;
  const token = bearerToken(request.headers.get("authorization"));
  if (token === null) {
    throw new Refusal("missing_api_key", "Send an API key: Authorization: Bearer ok_live_...");
  }
  const principal = authenticate(context, token, visit);
  known.set(request, principal);
  return principal;
}
