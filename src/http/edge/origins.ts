/** Decides which web pages may call this service: its own page, and pages of the origins of --cors-origin. */
import { Refusal } from "../../refusals";
import type { ServedHosts } from "../../services/memory/served_hosts";

/** Sent with every answer; a page replaces the policy with its own. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
};

const CORS_HEADERS: Readonly<Record<string, string>> = {
  "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
  "access-control-allow-headers":
    "authorization, content-type, idempotency-key, if-match, last-event-id, prefer, x-request-id",
  "access-control-expose-headers": "etag, idempotent-replayed, retry-after, x-ignored-query, x-request-id",
  "access-control-max-age": "600",
  vary: "origin",
};

/** The headers by which a browser describes the page that sends the request; all null for any other client. */
interface Asker {
  readonly origin: string | null;
  readonly site: string | null;
}

/**
 * Refuses 421 a request that names a host which is not served: Bun accepts any, and joins two into one text. With
 * `admits_bare`, clients of the API that send a key may leave out the Host or its port. No page can send such a request, since
 * browsers always name the full host of the page's own URL.
 */
export function refuseForeignHost(
  request: Request,
  hosts: ServedHosts,
  admits_bare: boolean,
  client: () => string,
): void {
  const host = request.headers.get("host");
  if (hosts.isServed(host)) return;
  const is_simple_client = isOfApi(request.url) && hosts.isServedLoosely(host);
  if (is_simple_client && admits_bare && request.headers.has("authorization")) return;
  const found = host === null ? "no Host" : `the Host ${JSON.stringify(host.slice(0, 100))}`;
  const bare = is_simple_client ? ", with --admit-bare-host for clients that cannot name it and send a key" : "";
  throw new Refusal(
    "host_not_served",
    `This service does not answer to ${found}; use ${hosts.exampleFor(client(), host)}, or start it with --public-host for other names${bare}`,
  );
}

/** The URL of a request without a Host is only its path. */
function isOfApi(url: string): boolean {
  return (url.startsWith("/") ? url : pathIn(url)).startsWith("/api/v2/");
}

/**
 * Refuses 403 requests from pages of other origins. Returns the headers that let a page of a --cors-origin read the
 * answer; no headers for any other client.
 */
export function refuseForeignPage(
  request: Request,
  cors_origins: ReadonlySet<string>,
): Readonly<Record<string, string>> {
  const asker: Asker = { origin: request.headers.get("origin"), site: request.headers.get("sec-fetch-site") };
  if (asker.origin === null && asker.site === null) return {};
  if (asker.origin !== null && cors_origins.has(asker.origin)) {
    return { ...CORS_HEADERS, "access-control-allow-origin": asker.origin };
  }
  if (isOwnPage(request, asker) || isLinkFollowed(request, asker)) return {};
  const found = asker.origin === null ? `a ${asker.site} page` : JSON.stringify(asker.origin.slice(0, 100));
  throw new Refusal(
    "foreign_origin",
    `Requests made by pages of another origin are refused, found ${found}; allow the origin with --cors-origin`,
  );
}

/** True for a preflight: the request that a browser sends before one to another origin. */
export function isPreflight(request: Request): boolean {
  return request.method === "OPTIONS" && request.headers.has("access-control-request-method");
}

function isOwnPage(request: Request, { origin, site }: Asker): boolean {
  if (site === "cross-site" || site === "same-site") return false;
  // The scheme may differ, because TLS may end at a proxy in front.
  return origin === null || origin.toLowerCase().split("://")[1] === request.headers.get("host")?.toLowerCase();
}

/** True when a person followed a link to one of our pages: the answer goes to a separate window, which the linking page cannot read. */
function isLinkFollowed(request: Request, { origin }: Asker): boolean {
  return (
    origin === null &&
    request.method === "GET" &&
    request.headers.get("sec-fetch-mode") === "navigate" &&
    request.headers.get("sec-fetch-dest") === "document" &&
    !pathIn(request.url).startsWith("/api/")
  );
}

function pathIn(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : "/api/";
}
