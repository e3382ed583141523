/**
 * A typed client of the API, made from the types of the server's routes: a call that no longer fits its route does not
 * compile. Runs in the browser and under Bun; imports only types from the server.
 */
import { treaty } from "@elysiajs/eden";
import type { Api } from "../http/server";
import type { RunObject } from "../services/runs/runs";

export interface ClientOptions {
  /** An API key. null sends none: for the public routes, and for a page whose session is a cookie. */
  readonly api_key: string | null;
  /** Replaces fetch: for tests, and for callers that add to every request. */
  readonly fetch?: typeof fetch;
}

/**
 * The routes as functions: `service.triggers({ trigger_id }).runs.get({ query: { status: "failed" } })`. A refusal comes
 * back as `error`; `unwrap` throws it as an exception. Timestamps stay text, as the service sent them.
 */
export function connect(address: string, options: ClientOptions) {
  const headers = bearer(options.api_key);
  const fetcher = options.fetch === undefined ? {} : { fetcher: options.fetch };
  const routes = treaty<Api>(address, { headers, parseDate: false, keepDomain: true, ...fetcher });
  return { health: routes.health, ...routesOf(routes.api.v2) };
}

/** The groups of /api/v2, listed by name because a node of the treaty is a proxy, which cannot be spread. */
function routesOf(routes: ReturnType<typeof treaty<Api>>["api"]["v2"]) {
  const { builder, triggers, schedules, solve, keys, examples } = routes;
  return { builder, triggers, schedules, solve, keys, examples };
}

/** A refusal by the service, or an answer that did not come from the service. */
export class ApiError extends Error {
  /** HTTP status. */
  readonly status: number;
  /** The error code, for programs to test; null when the answer did not come from the service. */
  readonly code: string | null;
  readonly request_id: string | null;
  /** The whole answer. */
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    const fields = isRecord(body) ? body : {};
    super(messageOf(status, fields.detail));
    this.name = "ApiError";
    this.status = status;
    this.code = textOr(fields.code);
    this.request_id = textOr(fields.request_id);
    this.body = body;
  }
}

/** The data of an answer. Throws ApiError for a refusal. */
export async function unwrap<Data>(
  answer: Promise<{ data: Data | null; error: { status: unknown; value: unknown } | null; status: number }>,
): Promise<Data> {
  const { data, error, status } = await answer;
  if (error !== null) throw new ApiError(status, error.value);
  return data as Data;
}

export interface FireOptions {
  readonly override_data?: Readonly<Record<string, unknown>>;
  readonly idempotency_key?: string;
  /** Seconds to wait for the run to end; 0 does not wait. */
  readonly wait_seconds?: number;
}

/** A run that is on disk: the finished run when the call waited and the run ended in time, otherwise its id. */
export type Fired = RunObject | { readonly run_id: string; readonly status: "queued" };

/** Fires a trigger with its own secret. Throws ApiError. */
export function fire(
  service: Pick<ReturnType<typeof connect>, "triggers">,
  trigger_id: string,
  trigger_secret: string,
  { override_data = {}, idempotency_key, wait_seconds = 0 }: FireOptions = {},
): Promise<Fired> {
  const headers = {
    ...bearer(trigger_secret),
    ...(idempotency_key === undefined ? {} : { "idempotency-key": idempotency_key }),
    ...(wait_seconds === 0 ? {} : { prefer: `wait=${wait_seconds}` }),
  };
  return unwrap<Fired>(service.triggers({ trigger_id }).fire.post({ override_data }, { headers }));
}

function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** One text for the three shapes that `detail` has in the contract. */
function messageOf(status: number, detail: unknown): string {
  if (typeof detail === "string") return detail;
  if (isRecord(detail) && typeof detail.error === "string") return detail.error;
  if (!Array.isArray(detail)) return `The service answered ${status}`;
  return detail.map((entry) => (isRecord(entry) ? `${String(entry.loc)}: ${String(entry.msg)}` : "")).join("; ");
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
