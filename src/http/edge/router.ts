/** The start of every group of routes: our own errors for unknown fields, and authentication before the body is read. */
import { Elysia } from "elysia";
import type { Visit } from "../../services/access/authentication";
import type { Context, VisitParts } from "../../services/context";
import { requirePrincipal } from "./authenticate";
import { holdOpen } from "./held_open";

type RouterRouteContext = VisitParts & Pick<Context, "clock" | "db">;

export const API = "/api/v2";

/** Routes that need no API key. `normalize` off: Elysia would drop unknown fields without a word. */
export function openRoutes<const Prefix extends string>(prefix: Prefix) {
  return new Elysia({ prefix, normalize: false });
}

/**
 * Routes whose handlers get the `principal` behind the request's API key. The hook is local, so that it does not run for
 * the routes that the server adds later: those may be open, or have checked the key already.
 */
export function keyedRoutes<const Prefix extends string>(context: RouterRouteContext, prefix: Prefix) {
  return openRoutes(prefix).derive(({ request, server, set }) => ({
    principal: requirePrincipal(context, request, visitOf(request, server, set)),
  }));
}

/** The client address and the id of a request. */
export function visitOf(
  request: Request,
  server: AddressSource | null,
  set: { readonly headers: Readonly<Record<string, unknown>> },
): Visit {
  return {
    client: () => clientOf(request, server),
    request_id: String(set.headers["x-request-id"]),
    gone: () => {
      // A client that waits for the answer may be silent for long, which the idle timeout would take for a dead connection.
      if (server !== null) holdOpen(request, server);
      return request.signal;
    },
  };
}

/** The client's address, by which failures are counted. */
export function clientOf(request: Request, server: AddressSource | null): string {
  return server?.requestIP(request)?.address ?? "local";
}

interface AddressSource {
  requestIP(request: Request): { address: string } | null;
  timeout(request: Request, seconds: number): void;
}

/**
 * An answer that is JSON text already. Its type is that of the value inside, because the types of the client are made from
 * the types of the routes.
 */
export function jsonResponse<Value>(text: string | Uint8Array, status = 200): Value {
  const response = new Response(text, { status, headers: { "content-type": "application/json" } });
  return response as unknown as Value;
}

/** A text that a browser saves as a file. */
export function fileResponse({ text, file_name }: { text: string; file_name: string }): Response {
  const disposition = `attachment; filename="${file_name}"`;
  return new Response(text, {
    headers: { "content-type": "text/plain; charset=utf-8", "content-disposition": disposition },
  });
}
