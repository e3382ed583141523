/**
 * One attempt to deliver a webhook: one POST over a fresh connection to one of the addresses that were checked before.
 *
 * node:http is used instead of fetch because Bun's fetch always obeys the *_PROXY variables, and a proxy
 * would look the name up again. It follows no redirects, decompresses nothing and, without an agent, keeps no connection that a
 * POST could be sent over twice. The deadline is a timer of our own that covers everything from the connect to the last byte.
 */
import { request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP } from "node:net";
import type { SecureContext } from "node:tls";
import type { Clock } from "../clock";
import { alternating, firstToConnect } from "./connect_race";

export interface DeliveryRequest {
  readonly url: string;
  /** Checked addresses, which race for the first connection; the URL's name goes into `Host` and the TLS handshake alone. */
  readonly addresses: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** For the whole attempt, from connect to the last byte read. */
  readonly deadline_ms: number;
  readonly clock: Clock;
  /** Trusts private certificate authorities too; null: only the public ones. */
  readonly authorities: SecureContext | null;
}

/** The outcome of one attempt. */
export interface Attempt {
  /** The receiver answered 2xx. */
  readonly ok: boolean;
  /** Null when there was no answer. */
  readonly http_status: number | null;
  readonly duration_ms: number;
  /** Why it failed, for the delivery's log; null when it did not. */
  readonly error: string | null;
  /** The first 1 KiB of the answer as text, without control characters. */
  readonly answer: string;
  /** The answer's Retry-After, unchanged. */
  readonly retry_after_seconds: number | null;
}

/** The answer is read up to here, so that a receiver that is still writing is not cut off. */
const ANSWER_READ_BYTES_MAX = 65_536;
const ANSWER_KEPT_BYTES = 1024;
const ADDRESSES_TRIED_MAX = 4;
const REDIRECT_HINT = "; redirects are not followed, so give the final URL";
const UPGRADE_HINT = "; it wants to speak another protocol, such as WebSocket: give a URL that takes a POST";
const UNREACHED_CODES = ["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"];
/** Error codes for a certificate that no trusted authority has signed. */
const UNTRUSTED_CODES = [
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
];

/** Makes the attempt. Network errors are part of the outcome; rejects only for headers that HTTP does not allow. */
export async function deliverOnce(request: DeliveryRequest): Promise<Attempt> {
  const { clock } = request;
  const started = clock.monotonic();
  const outcome = await postToAny(request);
  const duration_ms = Math.round(clock.monotonic() - started);
  if ("fault" in outcome) {
    const { fault } = outcome;
    return { ok: false, http_status: null, duration_ms, error: fault, answer: "", retry_after_seconds: null };
  }
  const { status, bytes, retry_after } = outcome;
  const ok = status >= 200 && status < 300;
  const hint = status === 101 ? UPGRADE_HINT : status >= 300 && status < 400 ? REDIRECT_HINT : "";
  return {
    ok,
    http_status: status,
    duration_ms,
    error: ok ? null : `the receiver answered ${status}${hint}`,
    answer: printable(bytes),
    retry_after_seconds: retryAfterSeconds(retry_after, clock.now()),
  };
}

interface Answer {
  readonly status: number;
  /** Whatever arrived: once there is a status, a broken or endless body changes nothing. */
  readonly bytes: Uint8Array;
  readonly retry_after: string | null;
}

interface Failure {
  readonly fault: string;
  /** No address accepted the connection, so nothing was sent. */
  readonly is_unreached: boolean;
}

/**
 * A receiver with several addresses may listen on only one of them, and another may silently drop connects. So the addresses race for the
 * first connection (firstToConnect) and the POST goes to the winner, or to the next one when the winner refuses it after all.
 */
async function postToAny(request: DeliveryRequest): Promise<Answer | Failure> {
  const { clock, deadline_ms } = request;
  const started = clock.monotonic();
  const left = (): number => deadline_ms - (clock.monotonic() - started);
  let waiting = alternating(request.addresses).slice(0, ADDRESSES_TRIED_MAX);
  let outcome: Answer | Failure = { fault: "no address", is_unreached: true };
  while (waiting.length > 0) {
    const address = waiting.length === 1 ? waiting[0]! : await firstToConnect(waiting, portOf(request), left(), clock);
    if (address === null) return { fault: `${lateText(request)}: no address takes a connection`, is_unreached: true };
    outcome = await post(request, address, left());
    if (!("fault" in outcome) || !outcome.is_unreached) break;
    waiting = waiting.filter((one) => one !== address);
  }
  return outcome;
}

function lateText({ deadline_ms }: DeliveryRequest): string {
  return `no answer within ${Math.round(deadline_ms / 10) / 100} s`;
}

function post(request: DeliveryRequest, address: string, left_ms: number): Promise<Answer | Failure> {
  const { clock, url, body } = request;
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let incoming: IncomingMessage | null = null;
    const send = url.startsWith("https:") ? httpsRequest : httpRequest;
    const outgoing = send(optionsOf(request, address));
    // Resolving twice is harmless: the first outcome stands.
    const settle = (fault: string, is_unreached = false): void => {
      cancelDeadline();
      resolve(incoming === null ? { fault, is_unreached } : answerOf(incoming, chunks));
      outgoing.destroy();
    };
    const cancelDeadline = clock.after(left_ms, () => settle(lateText(request)));
    // This listener stays: destroying the request may raise a late error that nothing else handles.
    outgoing.on("error", (error: SystemError) => settle(faultOf(error), UNREACHED_CODES.includes(error.code ?? "")));
    outgoing.on("response", (response) => {
      incoming = response;
      let size = 0;
      response.on("data", (chunk: Uint8Array) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size >= ANSWER_READ_BYTES_MAX) settle("");
      });
      for (const end of ["end", "error", "close"]) response.on(end, () => settle(""));
    });
    // A receiver that turns to another protocol answers no more in this one.
    outgoing.on("upgrade", (response, socket) => {
      incoming = response;
      socket.destroy();
      settle("");
    });
    outgoing.on("close", () => settle("the connection was closed before there was an answer"));
    outgoing.end(body);
  });
}

function answerOf(incoming: IncomingMessage, chunks: readonly Uint8Array[]): Answer {
  const retry_after = incoming.headers["retry-after"] ?? null;
  return { status: incoming.statusCode ?? 0, bytes: Buffer.concat(chunks), retry_after };
}

interface TlsOptions {
  readonly servername?: string;
  readonly secureContext?: SecureContext;
  readonly rejectUnauthorized?: true;
}

function optionsOf(request: DeliveryRequest, address: string): RequestOptions & TlsOptions {
  const url = new URL(request.url);
  const is_secure = url.protocol === "https:";
  return {
    method: "POST",
    host: address,
    port: portOf(request),
    path: `${url.pathname}${url.search}`,
    agent: false,
    headers: {
      ...request.headers,
      host: url.host,
      "content-type": "application/json",
      "content-length": String(request.body.length),
      "accept-encoding": "identity",
      connection: "close",
    },
    ...(is_secure ? tlsOptions(url, request.authorities) : {}),
  };
}

function portOf(request: DeliveryRequest): number {
  const { port, protocol } = new URL(request.url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}

/** The certificate is checked against the URL's name, though the connection goes to an address. */
function tlsOptions(url: URL, authorities: SecureContext | null): TlsOptions {
  const host = url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
  return {
    ...(isIP(host) === 0 ? { servername: host.replace(/\.$/, "") } : {}),
    ...(authorities === null ? {} : { secureContext: authorities }),
    // Set explicitly, because NODE_TLS_REJECT_UNAUTHORIZED=0 in the environment changes the default.
    rejectUnauthorized: true,
  };
}

/** UTF-8 without control characters, so that an answer cannot control the terminal of a person who reads the log. */
function printable(bytes: Uint8Array): string {
  const text = new TextDecoder().decode(bytes.subarray(0, ANSWER_KEPT_BYTES));
  return text.replace(/\p{Cc}/gu, "");
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), all forms of which begin with the name of the day; null for anything else. */
function retryAfterSeconds(value: string | null, now: number): number | null {
  if (value === null) return null;
  const is_date = /^[A-Z][a-z]{2}/.test(value);
  const seconds = is_date ? Math.ceil((Date.parse(value) - now) / 1000) : /^\d+$/.test(value) ? Number(value) : NaN;
  return Number.isFinite(seconds) ? Math.max(seconds, 0) : null;
}

type SystemError = Error & { readonly code?: string };

function faultOf(error: SystemError): string {
  const text = error.message === "" ? "the connection failed" : error.message;
  const fault = error.code === undefined || text.includes(error.code) ? text : `${error.code}: ${text}`;
  const is_untrusted = UNTRUSTED_CODES.includes(error.code ?? "");
  return is_untrusted ? `${fault}; a private certificate authority is trusted with --webhook-ca` : fault;
}
