/** Reads the request of a fire: its credentials and the data of each run. Small bodies are read here, large ones by the inspector. */
import { type FireReading, type FireSets, readSets } from "../../model/bodies/fire_body";
import type { DataQuestion } from "../../model/questions";
import { nearestName } from "../../nearest";
import { Refusal } from "../../refusals";
import type { Visit } from "../../services/access/authentication";
import { requireAccepting } from "../../services/admission";
import { type FireContext, type OpenTrigger, openTrigger, requireFireTarget } from "../../services/runs/fire";
import { bearerToken, foundInstead } from "../edge/authenticate";
import { invalid } from "../edge/errors";
import { LargeBody } from "../edge/request_body";

/** Everything that a fire needs; its data has been checked against the trigger's fields. */
export interface FireRequest {
  readonly opened: OpenTrigger;
  readonly sets: FireSets;
  readonly idempotency_key: string | null;
}

/** A body without its data. */
interface BodyHead {
  readonly is_object: boolean;
  readonly trigger_secret: string | null;
  readonly fields: readonly string[];
}

const BODY_FIELDS = ["trigger_secret", "override_data"];
const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

/** Triggers that the headers of a request opened before its body was read. */
const opened_by_header = new WeakMap<Request, OpenTrigger>();

/**
 * Refuses a trigger that does not exist and a wrong secret in the headers, before the body is read. Returns the trigger when the
 * headers hold the right secret; null when the secret must come from the body.
 */
export function checkFireHeaders(
  context: FireContext,
  request: Request,
  trigger_id: string,
  visit: Visit,
): OpenTrigger | null {
  requireAccepting(context);
  const secret = bearerToken(request.headers.get("authorization"));
  if (secret === null) {
    requireFireTarget(context, trigger_id);
    return null;
  }
  const opened = openTrigger(context, trigger_id, { ...visit, secret, found: "" });
  opened_by_header.set(request, opened);
  return opened;
}

/**
 * Refuses wrong credentials first, and then wrong fields. `sets_max` is the length of the longest batch; null for a single
 * fire.
 */
export async function readFireRequest(
  context: FireContext,
  trigger_id: string,
  given: { readonly body: unknown; readonly request: Request; readonly visit: Visit },
  sets_max: number | null,
): Promise<FireRequest> {
  requireAccepting(context);
  const { body, request, visit } = given;
  const idempotency_key = idempotencyKeyOf(request);
  const reading = body instanceof LargeBody ? await readElsewhere(context, trigger_id, body, given, sets_max) : null;
  const head = reading ?? headOf(body);
  const opened = open(context, request, trigger_id, head.trigger_secret, visit);
  refuseUnknownFields(head);
  const sets =
    reading?.sets ?? readSets((body as { override_data?: unknown }).override_data, opened.target.bound, sets_max);
  return { opened, sets, idempotency_key };
}

/** Reads a large body in the inspector's process, in turn with those of other senders. */
async function readElsewhere(
  context: FireContext,
  trigger_id: string,
  { bytes: body }: LargeBody,
  { request, visit }: { readonly request: Request; readonly visit: Visit },
  sets_max: number | null,
): Promise<FireReading & { kind: "read" }> {
  const { id, contract } = requireFireTarget(context, trigger_id);
  const opened = opened_by_header.get(request);
  // Senders without proven credentials take turns by address, so that they cannot use up the turns of a trigger.
  const key_id = opened === undefined ? visit.client() : (opened.fired_by ?? id);
  const question: DataQuestion = { kind: "fire", body, contract, sets_max };
  const reading = await context.inspector.ask<FireReading>({ key_id, gone: visit.gone() }, "", question, body.length);
  if (reading.kind === "malformed") throw new Refusal("malformed_json", reading.message);
  return reading;
}

function headOf(body: unknown): BodyHead {
  if (!isObject(body)) return { is_object: false, trigger_secret: null, fields: [] };
  const { trigger_secret } = body;
  return {
    is_object: true,
    trigger_secret: typeof trigger_secret === "string" ? trigger_secret : null,
    fields: Object.keys(body),
  };
}

/** Opens the trigger with the secret of the header, which was checked already, unless the body holds another one. */
function open(
  context: FireContext,
  request: Request,
  trigger_id: string,
  in_body: string | null,
  visit: Visit,
): OpenTrigger {
  const authorization = request.headers.get("authorization");
  const bearer = bearerToken(authorization);
  // If the two differ, neither counts.
  const secret = bearer === null || in_body === null || bearer === in_body ? (bearer ?? in_body) : null;
  const opened = opened_by_header.get(request);
  if (opened === undefined || secret === null) {
    const found =
      bearer === null ? foundInstead(authorization) : "the one in the header and the one in the body are not the same";
    return openTrigger(context, trigger_id, { ...visit, secret, found });
  }
  // The trigger may have changed while the body was being read.
  return { ...opened, target: requireFireTarget(context, trigger_id) };
}

function idempotencyKeyOf(request: Request): string | null {
  const key = request.headers.get("idempotency-key");
  if (key === null || IDEMPOTENCY_KEY_PATTERN.test(key)) return key;
  const msg = "1 to 255 visible ASCII characters are expected";
  throw invalid([{ loc: ["header", "Idempotency-Key"], msg, type: "invalid_value" }]);
}

function refuseUnknownFields({ is_object, fields }: BodyHead): void {
  if (!is_object)
    throw invalid([{ loc: ["body"], msg: "a JSON object is expected as the body", type: "object_expected" }]);
  const field = fields.find((name) => !BODY_FIELDS.includes(name));
  if (field === undefined) return;
  const nearest = nearestName(field, BODY_FIELDS);
  const hint = nearest === null ? "; model inputs go into override_data" : `; did you mean ${JSON.stringify(nearest)}?`;
  throw invalid([
    { loc: ["body", field], msg: `unknown field ${JSON.stringify(field)}${hint}`, type: "unknown_field" },
  ]);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
