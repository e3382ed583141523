/**
 * Serves the page: the same shell for every address of the page, so that links to its screens work, and its files, which
 * are named by their content and so never change. Everything comes from the executable; the policy forbids everything else.
 */
import { gunzipSync } from "node:zlib";
import { Elysia } from "elysia";
import { Refusal } from "../../refusals";
import type { Context } from "../../services/context";
import { PAGE_FILES, PAGE_SHELL } from "./page_files";

/** First parts of the page's own addresses; all others are left to the API and to later routes. */
const PAGE_PATHS = ["triggers", "runs", "models", "settings", "sign-in", "schedules"];
/** Leaves a route out of the OpenAPI document: browsers load these, not programs. */
const PAGE_ROUTE = { detail: { hide: true } } as const;
const NONCE_BYTES = 16;
const YEAR_SECONDS = 31_536_000;

export function uiRoutes(context: Pick<Context, "ids">) {
  const routes = new Elysia({ normalize: false });
  const shell = () => shellResponse(Buffer.from(context.ids.bytes(NONCE_BYTES)).toString("base64"));
  routes.get("/", shell, PAGE_ROUTE);
  for (const path of PAGE_PATHS) routes.get(`/${path}`, shell, PAGE_ROUTE).get(`/${path}/*`, shell, PAGE_ROUTE);
  return routes.get("/assets/*", ({ request }) => fileResponse(request), PAGE_ROUTE);
}

/** Styles that components make at run time carry the nonce; scripts come from files only. */
function shellResponse(nonce: string): Response {
  if (PAGE_SHELL === null) {
    throw new Refusal("route_not_found", "The page is in the compiled program; this process runs from source");
  }
  return new Response(PAGE_SHELL.replace("{{nonce}}", nonce), {
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policyWith(nonce),
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": "camera=(), microphone=(), geolocation=()",
      "cache-control": "no-store",
    },
  });
}

function policyWith(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

async function fileResponse(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const file = PAGE_FILES.get(pathname);
  if (file === undefined) throw new Refusal("route_not_found", `No route GET ${pathname}`);
  const headers: Record<string, string> = {
    "content-type": file.content_type,
    "x-content-type-options": "nosniff",
    "cache-control": `public, max-age=${YEAR_SECONDS}, immutable`,
    vary: "accept-encoding",
  };
  const accepted = request.headers.get("accept-encoding") ?? "";
  if (accepts(accepted, "br")) return compressed(file.brotli, { ...headers, "content-encoding": "br" });
  if (accepts(accepted, "gzip")) return compressed(file.gzip, { ...headers, "content-encoding": "gzip" });
  return new Response(gunzipSync(await Bun.file(file.gzip).bytes()), { headers });
}

async function compressed(path: string, headers: Record<string, string>): Promise<Response> {
  return new Response(await Bun.file(path).bytes(), { headers });
}

/** True when the header names the coding and does not refuse it with q=0 (RFC 9110, 12.5.3). */
function accepts(header: string, coding: string): boolean {
  return header.split(",").some((part) => {
    const [name = "", ...parameters] = part.split(";").map((word) => word.trim().toLowerCase());
    return name === coding && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
