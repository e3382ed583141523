/**
 * A command's connection to a running service: its address, a key, and requests. Two kinds of failure are told apart, so
 * that a script knows whether to try again (Unreachable) or to change the request (Refused).
 *
 * Keys come from the environment or from a file, never as an argument: arguments are in every process list. Requests use
 * node:http, since Bun's fetch would send them, keys and all, to the proxy of a *_PROXY variable.
 */
import { readFileSync } from "node:fs";
import { type IncomingMessage, type RequestOptions, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { text } from "node:stream/consumers";
import { messageOf } from "../../log";
import type { ParsedArguments } from "../arguments";
import { FileFault } from "../model_file";
import type { Terminal } from "../terminal";

export const URL_DEFAULT = "http://127.0.0.1:8421";
const SILENCE_MS_MAX = 30_000;
const API = "/api/v2";

/** The service did not answer, or said that it cannot at the moment: the same request may succeed later. */
export class Unreachable extends Error {}

/** The service understood and said no. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string | null;
  constructor(status: number, code: string | null, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

export interface CallOptions {
  /** Sent in place of the API key. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Extra seconds that the service may take to answer, because it waits for something. */
  readonly wait_seconds?: number;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export class Connection {
  readonly #base: URL;
  readonly #key: string | null;
  readonly #ca: string | null;

  constructor(base: URL, key: string | null, ca: string | null) {
    this.#base = base;
    this.#key = key;
    this.#ca = ca;
  }

  /** The address of the service, for messages. */
  get address(): string {
    return this.#base.href.replace(/\/$/, "");
  }

  get has_key(): boolean {
    return this.#key !== null;
  }

  /** One request under /api/v2; the parsed answer. Throws Unreachable and Refused. */
  async call<Body>(method: string, path: string, body?: unknown, options: CallOptions = {}): Promise<Body> {
    const token = options.token ?? this.#key;
    if (token === null) {
      throw new FileFault("an API key is needed: set JAOT_API_KEY, or give a file that holds it with --key-file");
    }
    const answer = await this.#send(method, API + path, token, body, options);
    if (answer.status < 400) return answer.body as Body;
    const message = detailOf(answer.body) ?? `the service answered ${answer.status}`;
    if (answer.status >= 500 || answer.status === 429) throw new Unreachable(`${this.address}: ${message}`);
    throw new Refused(answer.status, codeOf(answer.body), message);
  }

  /** Sends a GET without a key, for a route that everyone may read, by its whole path. Throws Unreachable. */
  async callOpen<Body>(path: string): Promise<Body> {
    const answer = await this.#send("GET", path, null, undefined, {});
    if (answer.status === 200) return answer.body as Body;
    throw new Unreachable(`${this.address}: ${detailOf(answer.body) ?? `the service answered ${answer.status}`}`);
  }

  async #send(
    method: string,
    path: string,
    token: string | null,
    body: unknown,
    { headers, wait_seconds = 0 }: CallOptions,
  ): Promise<Answer> {
    const options: RequestOptions & { ca?: string } = {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        "content-type": "application/json",
        ...headers,
      },
      agent: false,
      timeout: SILENCE_MS_MAX + wait_seconds * 1000,
      ...(this.#ca === null ? {} : { ca: this.#ca }),
    };
    const url = this.#base.href.replace(/\/$/, "") + path;
    try {
      const incoming = await exchange(url, options, body === undefined ? "" : JSON.stringify(body));
      const answer = await text(incoming);
      return { status: incoming.statusCode ?? 0, body: parse(answer, incoming.statusCode ?? 0) };
    } catch (error) {
      if (error instanceof Unreachable) throw new Unreachable(`${this.address}: ${error.message}`);
      const reason = messageOf(error);
      throw new Unreachable(`no answer from ${this.address}: ${reason}; is the service running, and is --url right?`);
    }
  }
}

function exchange(url: string, options: RequestOptions, body: string): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const request = url.startsWith("https:") ? requestTls : requestPlain;
  const outgoing = request(url, options, resolve);
  outgoing.on("error", reject);
  outgoing.on("timeout", () => outgoing.destroy(new Error(`silent for ${(options.timeout ?? 0) / 1000} s`)));
  outgoing.end(body);
  return promise;
}

function parse(answer: string, status: number): unknown {
  if (answer === "") return null;
  try {
    return JSON.parse(answer);
  } catch {
    throw new Unreachable(`answered ${status} with something that is not JSON; is this the service's address?`);
  }
}

/** The sentence of an error body, in any of its three shapes; null when it is not an error of the service. */
function detailOf(body: unknown): string | null {
  const { detail } = (body ?? {}) as { detail?: unknown };
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) {
    return detail
      .map((entry: { loc?: unknown[]; msg?: string }) => `${(entry.loc ?? []).join(".")}: ${entry.msg}`)
      .join("; ");
  }
  const { error } = (detail ?? {}) as { error?: unknown };
  return typeof error === "string" ? error : null;
}

function codeOf(body: unknown): string | null {
  const { code } = (body ?? {}) as { code?: unknown };
  return typeof code === "string" ? code : null;
}

/** The connection that the options and the environment describe. Throws FileFault with a message for a person. */
export function openConnection(terminal: Terminal, parsed: ParsedArguments): Connection {
  const { environment } = terminal;
  const url = parsed.options.url?.[0] ?? environment.JAOT_URL ?? URL_DEFAULT;
  const base = URL.canParse(url) ? new URL(url) : null;
  if (base === null || !["http:", "https:"].includes(base.protocol) || base.username !== "") {
    throw new FileFault(`--url ${url}: an address such as ${URL_DEFAULT} is expected`);
  }
  base.search = "";
  base.hash = "";
  const key_file = parsed.options["key-file"]?.[0] ?? environment.JAOT_KEY_FILE;
  const key = key_file === undefined ? environment.JAOT_API_KEY : readLine(key_file);
  const ca = parsed.options.ca?.[0] ?? environment.JAOT_CA;
  return new Connection(base, key ?? null, ca === undefined ? null : read(ca));
}

/** Reads a secret from a file, without the line end. */
export function readLine(path: string): string {
  const line = read(path).trim();
  if (line !== "" && !/\s/.test(line)) return line;
  throw new FileFault(`${path}: one line with a key is expected`);
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new FileFault(`cannot read ${path}: ${messageOf(error)}`);
  }
}
