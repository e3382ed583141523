/** The HTTP side: the door, the routes, and one place where errors become answers. */
import { Elysia } from "elysia";
import type { Context } from "../services/context";
import { documentRoutes } from "./documents";
import { givenRequestId, readJsonBody, refuseDeclaredLength } from "./door";
import { errorResponse } from "./errors";
import { fireRoutes } from "./fire";
import { healthRoutes } from "./health";
import { keyRoutes } from "./keys";
import { runRoutes } from "./runs";
import { scheduleRoutes } from "./schedules";
import { solveRoutes } from "./solve";
import { triggerRoutes } from "./triggers";
import { versionRoutes } from "./versions";

/** Room above the limit in which a body without a declared length is read, so that the refusal is ours to word. */
const BODY_SLACK_BYTES = 1_048_576;
const MIB_BYTES = 1_048_576;

/** All routes, not yet listening. */
export function createServer(context: Context) {
  const body_bytes_max = context.config.max_body_mb * MIB_BYTES;
  return new Elysia({
    normalize: false,
    serve: { maxRequestBodySize: body_bytes_max + BODY_SLACK_BYTES, development: false },
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
        path: new URL(request.url).pathname,
      };
      return errorResponse(error, info, context.ids, context.log);
    })
    .use(fireRoutes(context))
    .use(healthRoutes(context))
    .use(documentRoutes(context))
    .use(versionRoutes(context))
    .use(triggerRoutes(context))
    .use(runRoutes(context))
    .use(scheduleRoutes(context))
    .use(solveRoutes(context))
    .use(keyRoutes(context));
}
