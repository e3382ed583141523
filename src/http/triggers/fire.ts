/** POST /api/v2/triggers/{id}/fire: the hot route, opened by the trigger's own secret, or by an API key that may fire. */
import { nearestName } from "../../nearest";
import type { Visit } from "../../services/access/authentication";
import { requireAccepting } from "../../services/admission";
import type { Context, ProcessParts, QueueParts, StorageParts, VisitParts } from "../../services/context";
import {
  type FireRequest,
  fire,
  fireBatch,
  type OpenTrigger,
  openTrigger,
  requireFireTarget,
} from "../../services/runs/fire";
import { type RunObject, waitForRun } from "../../services/runs/runs";
import { bearerToken, foundInstead } from "../edge/authenticate";
import { invalid } from "../edge/errors";
import { waitOf } from "../edge/prefer";
import { noteRun } from "../edge/request_log";
import { API, jsonResponse, openRoutes, visitOf } from "../edge/router";

type FireRouteContext = ProcessParts &
  StorageParts &
  QueueParts &
  VisitParts &
  Pick<Context, "delivery_lanes" | "signals">;

/** Sets of override data in one batch. */
const BATCH_SETS_MAX = 1000;
const BODY_FIELDS = ["trigger_secret", "override_data"];
const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

/** What headers have opened before the body was read. */
const opened_by_header = new WeakMap<Request, OpenTrigger>();

/**
 * Before the body is read: refuses a trigger that is not there, and a wrong secret in the headers. True when the headers
 * hold the right one; false when the body must be read for it.
 */
export function checkFireHeaders(
  context: FireRouteContext,
  request: Request,
  trigger_id: string,
  visit: Visit,
): boolean {
  requireAccepting(context);
  const secret = bearerToken(request.headers.get("authorization"));
  if (secret === null) {
    requireFireTarget(context, trigger_id);
    return false;
  }
  opened_by_header.set(request, openTrigger(context, trigger_id, { ...visit, secret, found: "" }));
  return true;
}

/** The body has no schema here: a wrong secret must be told before a wrong field. */
export function fireRoutes(context: FireRouteContext) {
  return openRoutes(`${API}/triggers`)
    .post("/:trigger_id/fire", async ({ params, body, request, server, set }) => {
      requireAccepting(context);
      const asked = fireRequest(body, request, visitOf(request, server, set));
      const opened = open(context, request, params.trigger_id, asked);
      refuseUnknownFields(body);
      const { run_ids, is_replayed } = await fire(context, opened, asked);
      const run_id = run_ids[0]!;
      noteRun(set, run_id);
      if (is_replayed) set.headers["idempotent-replayed"] = "true";
      const wait_seconds = waitOf(request.headers.get("prefer"), context.config.wait_seconds_max);
      if (wait_seconds > 0) {
        // The wait is silent, which the idle timeout would take for a dead client.
        server?.timeout(request, 0);
        const ended = await waitForRun(context, opened.target.id, run_id, wait_seconds * 1000);
        if (ended !== null) return jsonResponse<RunObject>(ended);
      }
      set.status = 202;
      return { run_id, status: "queued" as const };
    })
    .post("/:trigger_id/fire-batch", async ({ params, body, request, server, set }) => {
      requireAccepting(context);
      const asked = fireRequest(body, request, visitOf(request, server, set));
      const opened = open(context, request, params.trigger_id, asked);
      refuseUnknownFields(body);
      const { run_ids, is_replayed } = await fireBatch(context, opened, asked, setsOf(asked.override_data));
      if (is_replayed) set.headers["idempotent-replayed"] = "true";
      set.status = 202;
      return { run_ids, status: "queued" as const };
    });
}

/** By the header's secret, already looked at, unless the body holds another. */
function open(context: FireRouteContext, request: Request, trigger_id: string, asked: FireRequest): OpenTrigger {
  const opened = opened_by_header.get(request);
  if (opened === undefined || asked.secret === null) return openTrigger(context, trigger_id, asked);
  // The body may have taken its time, and the trigger may have changed meanwhile.
  return { ...opened, target: requireFireTarget(context, trigger_id) };
}

function setsOf(override_data: unknown): readonly unknown[] {
  if (Array.isArray(override_data) && override_data.length >= 1 && override_data.length <= BATCH_SETS_MAX) {
    return override_data;
  }
  const found = Array.isArray(override_data) ? `, found ${override_data.length}` : "";
  const msg = `a list of 1 to ${BATCH_SETS_MAX} sets of override data is expected, one for each run${found}`;
  throw invalid([{ loc: ["body", "override_data"], msg, type: "list_expected" }]);
}

function fireRequest(body: unknown, request: Request, visit: Visit): FireRequest {
  const fields = isObject(body) ? body : {};
  const idempotency_key = request.headers.get("idempotency-key");
  if (idempotency_key !== null && !IDEMPOTENCY_KEY_PATTERN.test(idempotency_key)) {
    const msg = "1 to 255 visible ASCII characters are expected";
    throw invalid([{ loc: ["header", "Idempotency-Key"], msg, type: "invalid_value" }]);
  }
  const authorization = request.headers.get("authorization");
  const bearer = bearerToken(authorization);
  return {
    secret: secretOf(bearer, fields.trigger_secret),
    found:
      bearer === null ? foundInstead(authorization) : "the one in the header and the one in the body are not the same",
    ...visit,
    override_data: fields.override_data,
    idempotency_key,
  };
}

/** The secret from the header or the body; two that differ are none. */
function secretOf(bearer: string | null, in_body: unknown): string | null {
  const from_body = typeof in_body === "string" ? in_body : null;
  if (bearer === null || from_body === null) return bearer ?? from_body;
  return bearer === from_body ? bearer : null;
}

function refuseUnknownFields(body: unknown): void {
  if (!isObject(body))
    throw invalid([{ loc: ["body"], msg: "a JSON object is expected as the body", type: "object_expected" }]);
  for (const field of Object.keys(body)) {
    if (BODY_FIELDS.includes(field)) continue;
    const nearest = nearestName(field, BODY_FIELDS);
    const hint =
      nearest === null ? "; model inputs go into override_data" : `; did you mean ${JSON.stringify(nearest)}?`;
    throw invalid([
      { loc: ["body", field], msg: `unknown field ${JSON.stringify(field)}${hint}`, type: "unknown_field" },
    ]);
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
