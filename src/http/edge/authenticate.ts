/** Reads the Authorization header and finds the principal behind it. */
import { Refusal } from "../../refusals";
import { authenticate, type Visit } from "../../services/access/authentication";
import type { Context, Principal, VisitParts } from "../../services/context";

export { requireRole } from "../../services/access/authentication";

type AuthenticateRouteContext = VisitParts & Pick<Context, "clock" | "db">;

const BEARER_PATTERN = /^[ \t]*bearer[ \t]+(.*?)[ \t]*$/i;

/** The token of a Bearer header, its scheme in any case; null when there is none. */
export function bearerToken(authorization: string | null): string | null {
  const token = BEARER_PATTERN.exec(authorization ?? "")?.[1] ?? "";
  return token === "" ? null : token;
}

/** Schemes that clients use by mistake. Any other first word is not repeated in messages: it may be a secret sent without a scheme. */
const KNOWN_SCHEMES = [
  "Basic",
  "Digest",
  "Token",
  "ApiKey",
  "Api-Key",
  "Key",
  "Negotiate",
  "NTLM",
  "OAuth",
  "HMAC",
  "JWT",
];

/** Says what an Authorization header without a Bearer token holds, without repeating a secret. */
export function foundInstead(authorization: string | null): string {
  const given = authorization?.trim() ?? "";
  if (given === "") return "no Authorization header was found";
  const scheme = given.split(/\s/, 1)[0]!.toLowerCase();
  if (scheme === "bearer") return "nothing was found after Bearer";
  const known = KNOWN_SCHEMES.find((one) => one.toLowerCase() === scheme);
  if (known !== undefined) return `the scheme ${known} was found and Bearer is expected`;
  return "Authorization begins with something that is not Bearer";
}

/** Principals of the current requests whose key was checked before their body was read. */
const known = new WeakMap<Request, Principal>();

/** The principal that holds the request's API key. Refuses 401. */
export function requirePrincipal(context: AuthenticateRouteContext, request: Request, visit: Visit): Principal {
  const found = known.get(request);
  if (found !== undefined) return found;
  const authorization = request.headers.get("authorization");
  const token = bearerToken(authorization);
  if (token === null) {
    const found = foundInstead(authorization);
    throw new Refusal("missing_api_key", `Send an API key: Authorization: Bearer ok_live_...; ${found}`);
  }
  const principal = authenticate(context, token, visit);
  known.set(request, principal);
  return principal;
}
