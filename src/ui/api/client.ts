/** Calls the API of the origin that served the page, and reports its refusals in the API's own words. */
import { currentKey, forgetKey } from "../session/key_store";

const API = "/api/v2";
const KEY_ENDED = "The key of this tab no longer works: it was revoked, or it has expired. Sign in with another one.";

/** One error in a field of the data that was sent. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** A refusal by the API, in the API's own words. */
export class ApiRefusal extends Error {
  /** The HTTP status; 0 when the service could not be reached. */
  readonly status: number;
  readonly code: string;
  readonly faults: readonly FieldFault[];
  readonly request_id: string | null;
  /** The body of the answer, for the parts that only one screen can show (diagnostics, run_id). */
  readonly body: Readonly<Record<string, unknown>>;

  constructor(status: number, body: Readonly<Record<string, unknown>>) {
    super(messageOf(status, body));
    this.name = "ApiRefusal";
    this.status = status;
    this.body = body;
    this.code = typeof body.code === "string" ? body.code : "unknown";
    this.faults = faultsOf(body.detail);
    this.request_id = typeof body.request_id === "string" ? body.request_id : null;
  }
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** A trigger's secret, used instead of this tab's key. */
  readonly token?: string | undefined;
}

/** Sends one request and returns the parsed answer; null for an empty answer. Throws ApiRefusal. */
export async function call<Answer>(
  method: string,
  path: string,
  body?: unknown,
  options: CallOptions = {},
): Promise<Answer> {
  const response = await send(method, path, body, options);
  const text = await response.text();
  if (response.ok) return (text === "" ? null : parse(text)) as Answer;
  throw refusalOf(response, text, options);
}

/** Returns the text of a file that the service writes. Throws ApiRefusal. */
export async function download(path: string): Promise<string> {
  const response = await send("GET", path, undefined, { headers: { accept: "*/*" } });
  const text = await response.text();
  if (response.ok) return text;
  throw refusalOf(response, text, {});
}

/** Forgets a refused key, which shows the sign-in screen again. The service does not tell why it refuses a key. */
function refusalOf(response: Response, text: string, options: CallOptions): ApiRefusal {
  const answer = text === "" ? null : parse(text);
  if (response.status === 401 && options.token === undefined && currentKey() !== null) forgetKey(KEY_ENDED);
  return new ApiRefusal(response.status, isRecord(answer) ? answer : { detail: text.slice(0, 500) });
}

/** Returns the response before its body is read: for streams and files. */
export async function send(method: string, path: string, body: unknown, options: CallOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  const token = options.token ?? currentKey();
  if (token !== null) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers["content-type"] = "application/json";
  const init = { method, headers, body: body === undefined ? null : JSON.stringify(body) };
  try {
    return await fetch(API + path, { ...init, signal: options.signal ?? null, cache: "no-store" });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiRefusal(0, {
      detail: "The service does not answer; check that it runs and that this machine can reach it",
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function messageOf(status: number, body: Readonly<Record<string, unknown>>): string {
  const { detail } = body;
  if (typeof detail === "string" && detail !== "") return detail;
  if (isRecord(detail) && typeof detail.error === "string") return detail.error;
  if (Array.isArray(detail)) {
    const [first] = faultsOf(detail);
    return first === undefined ? "What was sent does not fit" : `${first.field}: ${first.message}`;
  }
  return `The service answered ${status} without a reason`;
}

/** Reads both shapes of the contract: a list of `loc` and `msg`, and the `fields` of refused overrides. */
function faultsOf(detail: unknown): FieldFault[] {
  if (Array.isArray(detail)) {
    return detail.filter(isRecord).map((one) => ({
      field: Array.isArray(one.loc) ? one.loc.slice(1).join(".") || String(one.loc[0]) : "",
      message: String(one.msg ?? ""),
    }));
  }
  if (!isRecord(detail) || !Array.isArray(detail.fields)) return [];
  return detail.fields.filter(isRecord).map((one) => ({ field: fieldOf(one), message: String(one.msg ?? "") }));
}

/** The name of the field; for a batch also the number of the data set. */
function fieldOf({ name, index }: Record<string, unknown>): string {
  return typeof index === "number" ? `set ${index}, ${name}` : String(name ?? "");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
