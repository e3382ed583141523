/** The HTTP side: the door, the routes, and one place where errors become answers. */
import "./production";
import { Elysia } from "elysia";
import type { Context } from "../services/context";
import { deliveryRoutes } from "./deliveries";
import { documentRoutes } from "./documents";
import { givenRequestId, readJsonBody, refuseDeclaredLength } from "./door";
import { errorResponse } from "./errors";
import { fireRoutes } from "./fire";
import { healthRoutes } from "./health";
import { keyRoutes } from "./keys";
import type { Route } from "./openapi/document";
import { referenceRoutes } from "./reference";
import { runRoutes } from "./runs";
import { scheduleRoutes } from "./schedules";
import { solveRoutes } from "./solve";
import { triggerRoutes } from "./triggers";
import { versionRoutes } from "./versions";

/** Bun's own limit answers without a body: out of reach, so that the refusal is ours to word (door.ts counts as it reads). */
const BUN_BODY_BYTES_MAX = Number.MAX_SAFE_INTEGER;
/** A connection that is silent so long is dropped; routes that wait for a solver lift it. */
const IDLE_SECONDS_MAX = 10;
const MIB_BYTES = 1_048_576;

/** All routes, not yet listening. */
export function createServer(context: Context) {
  const body_bytes_max = context.config.max_body_mb * MIB_BYTES;
  const server = new Elysia({
    normalize: false,
    serve: {
      maxRequestBodySize: BUN_BODY_BYTES_MAX,
      development: false,
      // Elysia's default lets a second process take a port that is in use, and half of its requests.
      reusePort: false,
      idleTimeout: IDLE_SECONDS_MAX,
    },
  })
    .onRequest(({ request, set }) => {
      set.headers["x-request-id"] = givenRequestId(request) ?? context.ids.next("request");
      set.headers["cache-control"] = "no-store";
      refuseDeclaredLength(request, body_bytes_max);
    })
    .onParse({ as: "global" }, ({ request }) => readJsonBody(request, body_bytes_max))
    .onError({ as: "global" }, ({ error, request, set }) => {
      const info = {
        request_id: String(set.headers["x-request-id"]),
        method: request.method,
        path: pathOf(request.url),
      };
      return errorResponse(error, info, context.ids, context.log);
    })
    .use(fireRoutes(context))
    .use(healthRoutes(context))
    .use(documentRoutes(context))
    .use(versionRoutes(context))
    .use(triggerRoutes(context))
    .use(runRoutes(context))
    .use(deliveryRoutes(context))
    .use(scheduleRoutes(context))
    .use(solveRoutes(context))
    .use(keyRoutes(context))
    .use(referenceRoutes((): readonly Route[] => server.routes));
  return server;
}

/** All routes with their bodies and answers, as types: what src/client is made from. */
export type Api = ReturnType<typeof createServer>;

/** A client may send a Host that makes no URL; then the text is told as it came. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
