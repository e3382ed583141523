/** Who asks, from the Authorization header, and whether their role may. */
import { Refusal } from "../refusals";
import { authenticate } from "../services/access";
import type { Context, Principal } from "../services/context";

type Role = Principal["role"];

/** Each role may do what the ones before it may. */
const RANK: { readonly [Name in Role]: number } = { viewer: 0, solver: 1, editor: 2, admin: 3 };

/** The token of a Bearer header, its scheme in any case; null when there is none. */
export function bearerToken(authorization: string | null): string | null {
  if (authorization === null || authorization.slice(0, 7).toLowerCase() !== "bearer ") return null;
  const token = authorization.slice(7).trim();
  return token === "" ? null : token;
}

/** Whoever holds the request's API key. Refuses 401. */
export function requirePrincipal(context: Context, authorization: string | null, client: () => string): Principal {
  const token = bearerToken(authorization);
  if (token === null) {
    throw new Refusal("missing_api_key", "Send an API key: Authorization: Bearer ok_live_...");
  }
  const principal = authenticate(context, token);
  if (principal !== null) return principal;
  const retry_after_seconds = context.failure_limits.fail(client(), "api_key");
  if (retry_after_seconds === null) throw new Refusal("invalid_api_key", "Invalid API key");
  throw new Refusal(
    "too_many_failures",
    `Too many wrong keys from this client; try again in ${retry_after_seconds} s`,
    {
      retry_after_seconds,
    },
  );
}

/** Refuses a principal whose role is below the one needed. */
export function requireRole(principal: Principal, needed: Role): Principal {
  if (RANK[principal.role] >= RANK[needed]) return principal;
  throw new Refusal("not_allowed", `This needs the role ${needed}; the key's role is ${principal.role}`);
}
