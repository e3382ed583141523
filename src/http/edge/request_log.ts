/**
 * Counts every request by route and status, and logs it when it failed, was slow, or when all requests
 * are to be logged. It uses the route, never the path: a path may hold a secret that was meant for a header.
 */
import type { Context } from "../../services/context";

type RequestLogRouteContext = Pick<Context, "clock" | "config" | "log" | "metrics">;

/** Routes that wait for a solver or stream until the client leaves: these are always slow. */
const WAITING_ROUTE_PATTERN = /\/(fire|solve|verify|events|mcp)\/?$/;
const UNMATCHED = "unmatched";
const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
const FAILED_STATUS_MIN = 500;
/** Limit of lines about failed requests. A full queue may refuse thousands of requests a second, which would drown everything else in the log. */
const LINES_PER_SECOND_MAX = 20;
const SECOND_MS = 1000;
/** The shape of our ids. Any other text where an id belongs may be a secret that was meant for a header. */
const ID_PATTERN = /^[a-z]{3,4}_[0-9a-z]{16,40}$/;

interface Facts {
  readonly started: number;
  /** The status that the error handler set. The route reports a wrong one in that case. */
  status: number | null;
  run_id: string | null;
}

/** The object that Elysia passes from the first hook of a request to the last. A map of requests cost 0.4 µs more per request, of 1.5 µs in all. */
type Carrier = object & { [FACTS]?: Facts };

const FACTS = Symbol("facts");

/** Notes the status of an answer that did not come from the route. */
export function noteStatus(set: Carrier, status: number): void {
  const facts = set[FACTS];
  if (facts !== undefined) facts.status = status;
}

/** Notes the run that a request made, for the log. */
export function noteRun(set: Carrier, run_id: string): void {
  const facts = set[FACTS];
  if (facts !== undefined) facts.run_id = run_id;
}

/** The facts about a request that are known after its answer has been sent. */
export interface AnsweredRequest {
  readonly request: Request;
  /** Template of the route; absent when no route was found. */
  readonly route?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly set: { readonly status?: number | string; readonly headers: Readonly<Record<string, unknown>> };
  readonly responseValue?: unknown;
}

export class RequestLog {
  readonly #context: RequestLogRouteContext;
  /** The current second; the counts below belong to it. */
  #second = -1;
  #lines = 0;
  #left_out = 0;

  constructor(context: RequestLogRouteContext) {
    this.#context = context;
  }

  begin(set: Carrier): void {
    set[FACTS] = { started: this.#context.clock.monotonic(), status: null, run_id: null };
  }

  end(answered: AnsweredRequest): void {
    const { request, set, responseValue } = answered;
    const { clock, metrics, config } = this.#context;
    const facts = (set as Carrier)[FACTS];
    if (facts === undefined) return;
    const now = clock.monotonic();
    const duration_ms = now - facts.started;
    const status =
      facts.status ?? (responseValue instanceof Response ? responseValue.status : Number(set.status ?? 200));
    const method = METHODS.includes(request.method) ? request.method : "other";
    const route = answered.route === undefined ? UNMATCHED : spell(answered.route);
    metrics.requestEnded(method, route, status, duration_ms / 1000);
    if (config.log_requests === "none") return;
    const is_slow = duration_ms >= config.slow_request_ms && !WAITING_ROUTE_PATTERN.test(route);
    const is_failure = status >= FAILED_STATUS_MIN || is_slow;
    if (config.log_requests === "problems" && !(is_failure && this.#takeLine(now))) return;
    this.#write(answered, is_failure, { method, route, status, duration_ms }, facts.run_id);
  }

  #write(
    { set, params = {} }: AnsweredRequest,
    is_failure: boolean,
    { duration_ms, ...fields }: { method: string; route: string; status: number; duration_ms: number },
    new_run_id: string | null,
  ): void {
    const { trigger_id, run_id = new_run_id, document_id } = params;
    this.#context.log[is_failure ? "warn" : "info"]("request", {
      request_id: String(set.headers["x-request-id"]),
      ...fields,
      duration_ms: Math.round(duration_ms * 10) / 10,
      trigger_id: idOf(trigger_id),
      run_id: idOf(run_id),
      document_id: idOf(document_id),
    });
  }

  /** Counts one line of this second. False when the second has had all its lines; the next line tells how many were left out. */
  #takeLine(now: number): boolean {
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.#second) {
      if (this.#left_out > 0) this.#context.log.warn("requests_not_logged", { requests: this.#left_out });
      this.#second = second;
      this.#lines = 0;
      this.#left_out = 0;
    }
    this.#lines += 1;
    if (this.#lines <= LINES_PER_SECOND_MAX) return true;
    this.#left_out += 1;
    return false;
  }
}

const spelled = new Map<string, string>();

/** A route's template as the OpenAPI document spells it. */
function spell(route: string): string {
  const known = spelled.get(route);
  if (known !== undefined) return known;
  const text = (route.length > 1 ? route.replace(/\/$/, "") : route).replace(/:(\w+)/g, "{$1}");
  spelled.set(route, text);
  return text;
}

function idOf(value: string | null | undefined): string | undefined {
  return typeof value === "string" && ID_PATTERN.test(value) ? value : undefined;
}
