/** Turns every error of a request into one answer. An error that is not a refusal is our bug: the client gets an incident id, and the log gets the cause. */
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Ids } from "../../ids";
import { type Log, messageOf } from "../../log";
import { nearestName } from "../../nearest";
import { Refusal } from "../../refusals";
import { StorageFailure } from "../../storage/writer";
import { branchFor, misfitText } from "./expectations";

const STORAGE_RETRY_SECONDS = 10;
const STACK_LINES_LOGGED = 4;

export interface RequestInfo {
  readonly request_id: string;
  readonly method: string;
  readonly path: string;
}

/** The answer to an error thrown anywhere below a route. */
export function errorResponse(error: unknown, info: RequestInfo, ids: Ids, log: Log): Response {
  const refusal = toRefusal(error, info);
  if (refusal !== null) return refusalResponse(refusal, info);
  const incident_id = ids.next("incident");
  log.error("request_failed", {
    incident_id,
    request_id: info.request_id,
    method: info.method,
    path: info.path,
    error: messageOf(error),
    stack: error instanceof Error ? stackOf(error) : undefined,
  });
  const detail = `The service failed on this request; its log explains incident ${incident_id}`;
  return answer(500, { detail, code: "internal_error", incident_id, request_id: info.request_id }, {});
}

/** The answer to a refusal, in the contract's shape. */
function refusalResponse(refusal: Refusal, info: RequestInfo): Response {
  const { detail, fields, headers: own = {}, retry_after_seconds } = refusal.extras;
  const body = { detail: detail ?? refusal.message, code: refusal.code, ...fields, request_id: info.request_id };
  const headers: Record<string, string> = { ...own };
  if (refusal.status === 401) headers["www-authenticate"] = "Bearer";
  if (retry_after_seconds !== undefined) headers["retry-after"] = String(retry_after_seconds);
  return answer(refusal.status, body, headers);
}

function answer(status: number, body: unknown, headers: Record<string, string>): Response {
  return new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json", ...headers } });
}

function toRefusal(error: unknown, info: RequestInfo): Refusal | null {
  if (error instanceof Refusal) return error;
  if (error instanceof StorageFailure) return storageRefusal(error);
  if (!(error instanceof Error)) return null;
  if (error.cause instanceof Refusal) return error.cause;
  const { code } = error as { code?: unknown };
  if (code === "NOT_FOUND") return new Refusal("route_not_found", `No route ${info.method} ${info.path}`);
  if (code === "VALIDATION") return invalidBody(error as unknown as ElysiaValidationError);
  return null;
}

function storageRefusal(failure: StorageFailure): Refusal | null {
  const retry = { retry_after_seconds: STORAGE_RETRY_SECONDS };
  if (failure.trouble === "full") {
    return new Refusal(
      "storage_full",
      "The disk is full; nothing of this request was kept. Make room, then try again",
      retry,
    );
  }
  if (failure.trouble === "lost") return null;
  return new Refusal(
    "storage_busy",
    "Another program holds the database; nothing of this request was kept. Try again",
    retry,
  );
}

/** The fields of Elysia's own error. Its message repeats the body, so it is never sent. */
interface ElysiaValidationError {
  readonly type: string;
  readonly value: unknown;
  readonly validator: { Errors(value: unknown): Iterable<FoundError> };
}

interface FoundError {
  readonly path: string;
  readonly message: string;
  readonly type: number;
  readonly value: unknown;
  readonly schema: object;
}

/** TypeBox's numbers for the two errors that get a sentence of their own. */
const UNEXPECTED_PROPERTY = 42;
const MISSING_PROPERTY = 45;
const ERRORS_SHOWN_MAX = 20;

function invalidBody(error: ElysiaValidationError): Refusal {
  if (
    error.value === undefined ||
    error.value === null ||
    typeof error.value !== "object" ||
    Array.isArray(error.value)
  ) {
    const msg = "a JSON object is expected as the body";
    return invalid([{ loc: [error.type], msg, type: "object_expected" }]);
  }
  return invalid(faultsOf(error.type, error.validator.Errors(error.value)));
}

/** The faults of a value, made from its validator's errors. */
export function faultsOf(part: string, errors: Iterable<FoundError>): ValidationDetail[] {
  const seen = new Set<string>();
  const detail: ValidationDetail[] = [];
  for (const found of errors) {
    // A missing property is reported a second time for its type.
    if (seen.has(found.path)) continue;
    seen.add(found.path);
    detail.push(...innermost(found).map((one) => describe(part, one)));
    if (detail.length >= ERRORS_SHOWN_MAX) break;
  }
  return detail.slice(0, ERRORS_SHOWN_MAX);
}

/** A union reports only that no branch fits. When only one branch can be meant, its own errors are reported. */
function innermost(found: FoundError): FoundError[] {
  const branch = branchFor(found.schema, found.value);
  if (branch === null) return [found];
  const inner: FoundError[] = [];
  for (const { path, message, type, value, schema } of Value.Errors(branch as TSchema, found.value)) {
    inner.push(...innermost({ path: found.path + path, message, type, value, schema }));
    if (inner.length >= ERRORS_SHOWN_MAX) break;
  }
  // An error about the whole value also mentions that null is allowed, which the branch does not know.
  return inner.every(({ path }) => path === found.path) ? [found] : inner;
}

/** One entry of the contract's 422 list. */
export interface ValidationDetail {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
}

/** A refusal of a body or query; each entry says where and why. */
export function invalid(detail: readonly ValidationDetail[]): Refusal {
  const message = detail.map((entry) => `${entry.loc.join(".")}: ${entry.msg}`).join("; ");
  return new Refusal("validation_failed", message, { detail });
}

function describe(part: string, found: FoundError): ValidationDetail {
  const path = found.path.split("/").slice(1).map(unescapePointer);
  const loc = [part, ...path];
  const field = path.at(-1) ?? part;
  if (found.type === UNEXPECTED_PROPERTY) {
    const nearest = nearestName(field, Object.keys((found.schema as { properties?: object }).properties ?? {}));
    const hint = nearest === null ? "" : `; did you mean ${JSON.stringify(nearest)}?`;
    return { loc, msg: `unknown field ${JSON.stringify(field)}${hint}`, type: "unknown_field" };
  }
  if (found.type === MISSING_PROPERTY) return { loc, msg: `${field} is required`, type: "missing" };
  return { loc, msg: misfitText(found.schema, found.value), type: "invalid_value" };
}

function unescapePointer(segment: string): string {
  return segment.replaceAll("~1", "/").replaceAll("~0", "~");
}

function stackOf(error: Error): string {
  return (error.stack ?? "").split("\n").slice(0, STACK_LINES_LOGGED).join(" | ");
}
