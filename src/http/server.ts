/** The HTTP server: checks before a body is read, the routes, and the one function that turns errors into answers. */
import "./edge/production";
import { Elysia } from "elysia";
import { listOf } from "../config";
import { Refusal } from "../refusals";
import { recordLowRole, type Visit } from "../services/access/authentication";
import type { Context, Principal } from "../services/context";
import { auditRoutes } from "./access/audit";
import { keyRoutes } from "./access/keys";
import { openSessionRoutes, sessionRoutes } from "./access/session";
import { workspaceRoutes } from "./access/workspaces";
import { documentRoutes } from "./documents/documents";
import { exampleRoutes } from "./documents/examples";
import { solveRoutes } from "./documents/solve";
import { versionRoutes } from "./documents/versions";
import { requirePrincipal } from "./edge/authenticate";
import { errorResponse, type RequestInfo } from "./edge/errors";
import { isPreflight, refuseForeignHost, refuseForeignPage, SECURITY_HEADERS } from "./edge/origins";
import { checkQuery } from "./edge/query_names";
import { givenRequestId, readJsonBody, refuseDeclaredLength, UnprovenBodies } from "./edge/request_body";
import { type AnsweredRequest, noteStatus, RequestLog } from "./edge/request_log";
import { API, clientOf, visitOf } from "./edge/router";
import { mcpRoutes } from "./mcp/mcp";
import type { Route } from "./openapi/document";
import { uiRoutes } from "./page/ui";
import { runRoutes } from "./runs/runs";
import { oneScheduleRoutes, scheduleRoutes } from "./schedules/schedules";
import { healthRoutes } from "./service/health";
import { metricsRoutes } from "./service/metrics";
import { overviewRoutes } from "./service/overview";
import { referenceRoutes } from "./service/reference";
import { appliedRoutes } from "./triggers/applied";
import { checkFireHeaders, fireRoutes } from "./triggers/fire";
import { triggerRoutes } from "./triggers/triggers";
import { deliveryRoutes } from "./webhooks/deliveries";

/** Bun answers its own limit without a body. This one is never reached, because request_body.ts counts while it reads and refuses with a message. */
const BUN_BODY_BYTES_MAX = Number.MAX_SAFE_INTEGER;
/** A connection that is silent so long is dropped; routes that wait for a solver lift it. */
const IDLE_SECONDS_MAX = 10;
const MIB_BYTES = 1_048_576;
const FIRE_PATH_PATTERN = /^\/api\/v2\/triggers\/([^/]+)\/fire(?:-batch)?\/?$/;
/** Two of the largest bodies of the default size at once: uploads of 10 GB in chunks, a hundred at once, cost 1,600 MB without it. */
const UNPROVEN_BYTES_MAX = 33_554_432;
const SIGN_IN_PATH_PATTERN = /^\/api\/v2\/session\/?$/;
/** Of a request that a role was too low for, in the audit log. */
const PATH_LENGTH_KEPT = 200;

/** All routes, not yet listening. */
export function createServer(context: Context) {
  const server = createEdge(context)
    .use(fireRoutes(context))
    .use(healthRoutes(context))
    .use(metricsRoutes(context))
    .use(mcpRoutes(context))
    .use(uiRoutes(context))
    .use(openSessionRoutes(context))
    .use(documentRoutes(context))
    .use(versionRoutes(context))
    .use(triggerRoutes(context))
    .use(runRoutes(context))
    .use(deliveryRoutes(context))
    .use(scheduleRoutes(context))
    .use(oneScheduleRoutes(context, "/triggers/:trigger_id/schedule"))
    .use(oneScheduleRoutes(context, "/triggers/:trigger_id/schedules/:schedule_id"))
    .use(solveRoutes(context))
    .use(sessionRoutes(context))
    .use(overviewRoutes(context))
    .use(keyRoutes(context))
    .use(appliedRoutes(context))
    .use(workspaceRoutes(context))
    .use(auditRoutes(context))
    .use(exampleRoutes(context))
    .use(referenceRoutes((): readonly Route[] => server.routes));
  return server;
}

/** What every request passes before and after its route. */
function createEdge(context: Context) {
  const body_bytes_max = context.config.max_body_mb * MIB_BYTES;
  const unproven = new UnprovenBodies(Math.max(UNPROVEN_BYTES_MAX, body_bytes_max));
  const request_log = new RequestLog(context);
  const cors_origins = new Set(listOf(context.config.cors_origin));
  return new Elysia({
    normalize: false,
    serve: {
      maxRequestBodySize: BUN_BODY_BYTES_MAX,
      development: false,
      // Elysia's default lets a second process take a port that is in use, and half of its requests.
      reusePort: false,
      idleTimeout: IDLE_SECONDS_MAX,
    },
  })
    .onRequest(({ request, server, set }) => {
      request_log.begin(set);
      const request_id = givenRequestId(request) ?? context.ids.next("request");
      Object.assign(set.headers, SECURITY_HEADERS, { "x-request-id": request_id });
      const is_asked_first = passDoor(context, request, cors_origins, set.headers, () => clientOf(request, server));
      if (is_asked_first) set.status = 204;
      else refuseDeclaredLength(request, body_bytes_max);
      return is_asked_first ? "" : undefined;
    })
    .onParse({ as: "global" }, ({ request, path, server, set }) => {
      // Whoever opens nothing is told so before this thread reads and parses what may be megabytes.
      const is_proven = prove(context, request, path, visitOf(request, server, set));
      return readJsonBody(request, body_bytes_max, is_proven ? null : unproven);
    })
    .onBeforeHandle({ as: "global" }, ({ request, route, set }) => {
      // Most requests have none, and pay nothing for this.
      if (request.url.includes("?")) checkQuery(request, route, set.headers);
    })
    .onError({ as: "global" }, (failed) => {
      const { error, request, set } = failed;
      const info = {
        request_id: String(set.headers["x-request-id"]),
        method: request.method,
        path: pathOf(request.url),
      };
      noteLowRole(context, failed, info);
      const answer = errorResponse(error, info, context.ids, context.log);
      noteStatus(set, answer.status);
      return answer;
    })
    .onAfterResponse({ as: "global" }, ({ request, route, params, set, responseValue }) =>
      request_log.end({ request, route, params, set, responseValue } as AnsweredRequest),
    );
}

/** Refuses other hosts and other pages. True for a question of an allowed page's browser, which the headers answer. */
function passDoor(
  context: Context,
  request: Request,
  cors_origins: ReadonlySet<string>,
  headers: Record<string, unknown>,
  client: () => string,
): boolean {
  refuseForeignHost(request, context.served_hosts, context.config.admit_bare_host, client);
  const cors_headers = refuseForeignPage(request, cors_origins);
  Object.assign(headers, cors_headers);
  return isPreflight(request) && "access-control-allow-origin" in cors_headers;
}

/** True when the sender has shown a key or a secret that opens something. Refuses one that opens nothing. */
function prove(context: Context, request: Request, path: string, visit: Visit): boolean {
  const trigger_id = FIRE_PATH_PATTERN.exec(path)?.[1];
  if (trigger_id !== undefined) return checkFireHeaders(context, request, plainId(trigger_id), visit);
  // A sign-in link is a body; every other body of the API belongs to the holder of a key.
  if (!path.startsWith(`${API}/`) || SIGN_IN_PATH_PATTERN.test(path)) return false;
  requirePrincipal(context, request, visit);
  return true;
}

/** An id as the router decodes it: `trg%5F1` is `trg_1` (RFC 3986, 6.2.2.2). Text that decodes to nothing names no trigger. */
function plainId(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

/** A role that was too low belongs into the audit log. */
function noteLowRole(context: Context, failed: { error: unknown; principal?: Principal }, info: RequestInfo): void {
  const { error, principal } = failed;
  if (principal === undefined || !(error instanceof Refusal) || error.code !== "not_allowed") return;
  recordLowRole(context, principal, `${info.method} ${info.path.slice(0, PATH_LENGTH_KEPT)}`);
}

/** All routes with their bodies and answers, as types: what src/client is made from. */
export type Api = ReturnType<typeof createServer>;

/** A client may send a Host that makes no URL; then the text is told as it came. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
