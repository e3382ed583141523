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
import { type BodyRoute, BodyRules, bodyRouteOf, type Sender } from "./edge/body_terms";
import { errorResponse, type RequestInfo } from "./edge/errors";
import { holdOpen, IDLE_SECONDS_MAX, letGo } from "./edge/held_open";
import { isPreflight, refuseForeignHost, refuseForeignPage, SECURITY_HEADERS } from "./edge/origins";
import { checkQuery } from "./edge/query_names";
import { givenRequestId, readJsonBody, refuseDeclaredLength } from "./edge/request_body";
import { type AnsweredRequest, noteStatus, RequestLog } from "./edge/request_log";
import { clientOf, visitOf } from "./edge/router";
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
import { fireRoutes } from "./triggers/fire";
import { checkFireHeaders } from "./triggers/fire_request";
import { triggerRoutes } from "./triggers/triggers";
import { deliveryRoutes } from "./webhooks/deliveries";

/** Bun enforces its own limit with an answer without a body. So that limit is never reached: request_body.ts counts while it reads and refuses with a message. */
const BUN_BODY_BYTES_MAX = Number.MAX_SAFE_INTEGER;
/** Characters of a path that the audit log keeps when a role was too low for the request. */
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

/** Hooks that run before and after the route of every request. */
function createEdge(context: Context) {
  const bodies = new BodyRules(context.config, context.clock);
  const request_log = new RequestLog(context);
  const cors_origins = new Set(listOf(context.config.cors_origin));
  return new Elysia({
    normalize: false,
    serve: {
      maxRequestBodySize: BUN_BODY_BYTES_MAX,
      development: false,
      // Elysia's default lets a second process listen on a port that is in use and take half of its requests.
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
      else refuseDeclaredLength(request, bodies.body_bytes_max);
      return is_asked_first ? "" : undefined;
    })
    .onParse({ as: "global" }, ({ request, route, params, server, set }) => {
      // A sender with wrong credentials is refused before this thread reads a body that may have megabytes.
      const kind = bodyRouteOf(route);
      const visit = visitOf(request, server, set);
      const { trigger_id = "" } = (params ?? {}) as { trigger_id?: string };
      const sender =
        kind === "fire" ? firerOf(context, request, trigger_id, visit) : senderOf(context, request, kind, visit);
      return readJsonBody(request, bodies.termsFor(kind, sender), () => holdOpen(request, server));
    })
    .onBeforeHandle({ as: "global" }, ({ request, route, set }) => {
      // Most requests have no query and skip this check.
      if (request.url.includes("?")) checkQuery(request, route, set.headers);
    })
    .onAfterHandle({ as: "global" }, ({ request, server }) => letGo(request, server))
    .onError({ as: "global" }, (failed) => {
      const { error, request, set, server } = failed;
      letGo(request, server);
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

/** Refuses other hosts and other pages. True for a preflight of an allowed page, which the headers alone answer. */
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

/** The sender of a fire. Refuses wrong credentials in the headers; without any, the sender is its address, since the secret may be in the body. */
function firerOf(context: Context, request: Request, trigger_id: string, visit: Visit): Sender {
  const opened = checkFireHeaders(context, request, trigger_id, visit);
  if (opened === null) return { id: visit.client(), is_proven: false };
  return { id: opened.fired_by ?? opened.target.id, is_proven: true };
}

/** The sender of a body to another route. A sign-in link needs no key; for any other route refuses 401 without a valid key. */
function senderOf(context: Context, request: Request, route: BodyRoute, visit: Visit): Sender {
  if (route === "sign_in") return { id: visit.client(), is_proven: false };
  return { id: requirePrincipal(context, request, visit).key_id, is_proven: true };
}

/** Records in the audit log that a role was too low. */
function noteLowRole(context: Context, failed: { error: unknown; principal?: Principal }, info: RequestInfo): void {
  const { error, principal } = failed;
  if (principal === undefined || !(error instanceof Refusal) || error.code !== "not_allowed") return;
  recordLowRole(context, principal, `${info.method} ${info.path.slice(0, PATH_LENGTH_KEPT)}`);
}

/** All routes with their bodies and answers, as types; src/client is made from them. */
export type Api = ReturnType<typeof createServer>;

/** The path of a URL. A client may send a Host that makes the URL invalid; then the text is returned as it came. */
function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname : url;
}
