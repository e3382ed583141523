/** `inbox`: a webhook receiver for developers who build one. It shows what arrives, checks both signatures and can fail on purpose. */
import { toTimestamp } from "../clock";
import { trimmedSecret } from "../webhooks/signature";
import { checkSignatures, type SignatureFindings } from "../webhooks/verify";
import type { ParsedArguments } from "./arguments";
import { complain, type Terminal } from "./terminal";

const PORT_DEFAULT = 8422;
const SLOW_SECONDS_DEFAULT = 10;
const SLOW_SECONDS_MAX = 240;
const BODY_SHOWN_LENGTH_MAX = 2000;
/** Ways to fail instead of accepting a webhook. */
export const INBOX_FAILURES = ["500", "503", "410", "redirect", "slow", "hang"] as const;
type Failure = (typeof INBOX_FAILURES)[number];

interface Settings {
  readonly host: string;
  readonly port: number;
  readonly secrets: readonly string[];
  readonly failure: Failure | null;
  /** Number of webhooks that fail before the rest are accepted. */
  readonly failures_max: number;
  readonly slow_seconds: number;
  /** Exits after this many accepted webhooks. */
  readonly count: number;
  readonly is_json: boolean;
}

export async function inbox(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const faults: string[] = [];
  const settings = readOptions(terminal, parsed, faults);
  if (faults.length > 0) return complain(terminal, faults, 2);
  const box = new Inbox(terminal, settings);
  const stopped = terminal.untilStopped();
  try {
    box.listen();
  } catch (error) {
    const why = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return complain(terminal, [`cannot listen on ${settings.host}:${settings.port} (${why}); give another --port`], 1);
  }
  const is_full = await Promise.race([stopped.then(() => false), box.full.then(() => true)]);
  await box.close(is_full);
  return box.refused > 0 ? 1 : 0;
}

class Inbox {
  /** Settles when `count` webhooks were accepted. */
  readonly full: Promise<void>;
  /** Number of webhooks with a wrong signature. */
  refused = 0;
  readonly #terminal: Terminal;
  readonly #settings: Settings;
  readonly #becomeFull: () => void;
  /** Number of times that each id arrived. */
  readonly #times = new Map<string, number>();
  #server: ReturnType<typeof Bun.serve> | null = null;
  #failed = 0;
  #taken = 0;

  constructor(terminal: Terminal, settings: Settings) {
    this.#terminal = terminal;
    this.#settings = settings;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.full = promise;
    this.#becomeFull = resolve;
  }

  listen(): void {
    const { host, port, secrets, is_json } = this.#settings;
    // There is no idle timeout, because ending slow requests is the sender's job here.
    const options = { hostname: host, port, idleTimeout: 0 };
    this.#server = Bun.serve({ ...options, fetch: (request) => this.#receive(request) });
    const say = is_json ? this.#terminal.err : this.#terminal.out;
    const at = host.includes(":") ? `[${host}]` : host;
    say(`inbox listens on http://${at}:${this.#server.port}/ (any path); Ctrl-C ends it\n`);
    if (secrets.length === 0) say("signatures are not checked: give --secret, or JAOT_WEBHOOK_SECRET\n");
  }

  /** Stops the server: sends the last answers first when it is full, otherwise cuts the open requests off. */
  async close(is_full: boolean): Promise<void> {
    await this.#server?.stop(!is_full || this.#settings.failure === "hang");
  }

  async #receive(request: Request): Promise<Response> {
    if (request.method !== "POST") return new Response("webhooks come as POST\n", { status: 405 });
    const body = new Uint8Array(await request.arrayBuffer());
    const headers = request.headers.toJSON();
    const { secrets, failure, failures_max, count } = this.#settings;
    const findings =
      secrets.length === 0 ? null : checkSignatures({ headers, body }, secrets, this.#terminal.clock.now());
    const is_fitting = findings === null || (findings.compat === null && findings.standard === null);
    const is_failing = failure !== null && this.#failed < failures_max;
    const answer = !is_fitting ? "401" : is_failing ? failure : "200";
    this.#tell(headers, body, findings, answer);
    if (!this.#terminal.isRead()) this.#terminal.clock.after(0, this.#becomeFull);
    if (!is_fitting) {
      this.refused += 1;
      return new Response("the signature does not fit\n", { status: 401 });
    }
    if (is_failing) {
      this.#failed += 1;
      return this.#fail(failure);
    }
    this.#taken += 1;
    if (this.#taken === count) this.#terminal.clock.after(0, this.#becomeFull);
    return new Response("ok\n");
  }

  #fail(failure: Failure): Promise<Response> | Response {
    if (failure === "hang") return new Promise(() => {});
    if (failure === "redirect") return new Response(null, { status: 302, headers: { location: "/redirected" } });
    if (failure === "503") return new Response("later\n", { status: 503, headers: { "retry-after": "10" } });
    if (failure !== "slow") return new Response("failing on purpose\n", { status: Number(failure) });
    return new Promise((resolve) => {
      this.#terminal.clock.after(this.#settings.slow_seconds * 1000, () => resolve(new Response("ok, at last\n")));
    });
  }

  #tell(
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    findings: SignatureFindings | null,
    answer: string,
  ): void {
    const id = headers["webhook-id"] ?? "(no webhook-id)";
    const times = (this.#times.get(id) ?? 0) + 1;
    this.#times.set(id, times);
    const received_at = toTimestamp(this.#terminal.clock.now());
    const payload = parsedJson(body);
    if (this.#settings.is_json) {
      const shown = { received_at, webhook_id: id, times, ...toldFindings(findings), answer, payload };
      this.#terminal.out(`${JSON.stringify(shown)}\n`);
      return;
    }
    const { event = "(no event)", run_id = null } = isRecord(payload) ? payload : {};
    const again = times === 1 ? "" : `, time ${times} under this id`;
    const lines = [
      `${received_at}  ${event}  ${run_id ?? "no run"}`,
      `  webhook-id         ${id}${again}`,
      ...(findings === null ? [] : shownFindings(findings)),
      `  body               ${shortened(JSON.stringify(payload))}`,
      `  answer             ${answer}`,
    ];
    this.#terminal.out(`${lines.map(printable).join("\n")}\n`);
  }
}

function toldFindings(findings: SignatureFindings | null) {
  if (findings === null) return { x_jaot_signature: "not checked", webhook_signature: "not checked" };
  return { x_jaot_signature: findings.compat ?? "fits", webhook_signature: findings.standard ?? "fits" };
}

function shownFindings({ compat, standard }: SignatureFindings): string[] {
  return [`  x-jaot-signature   ${compat ?? "fits"}`, `  webhook-signature  ${standard ?? "fits"}`];
}

function readOptions(terminal: Terminal, parsed: ParsedArguments, faults: string[]): Settings {
  const { options } = parsed;
  const from_environment = terminal.environment.JAOT_WEBHOOK_SECRET;
  const failure = options.fail?.[0] ?? null;
  const known = INBOX_FAILURES.find((one) => one === failure) ?? null;
  if (failure !== null && known === null) {
    faults.push(`--fail: one of ${INBOX_FAILURES.join(", ")} is expected, found ${failure}`);
  }
  const number = (name: string, otherwise: number, max: number): number => {
    const text = options[name]?.[0];
    if (text === undefined) return otherwise;
    const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value <= max)) faults.push(`--${name}: a whole number up to ${max} is expected, found ${text}`);
    return value;
  };
  return {
    host: options.host?.[0] ?? "127.0.0.1",
    port: number("port", PORT_DEFAULT, 65_535),
    secrets: (options.secret ?? (from_environment === undefined ? [] : [from_environment])).map(trimmedSecret),
    failure: known,
    failures_max: number("fail-first", Number.POSITIVE_INFINITY, 999_999_999),
    slow_seconds: number("slow-seconds", SLOW_SECONDS_DEFAULT, SLOW_SECONDS_MAX),
    count: number("count", Number.POSITIVE_INFINITY, 999_999_999),
    is_json: options.json !== undefined,
  };
}

/** The JSON of a body, or its text. */
function parsedJson(body: Uint8Array): unknown {
  const text = new TextDecoder().decode(body);
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function shortened(text: string): string {
  return text.length > BODY_SHOWN_LENGTH_MAX ? `${text.slice(0, BODY_SHOWN_LENGTH_MAX)}... (--json shows all)` : text;
}

/** Keeps a sender's text from controlling the terminal. */
function printable(line: string): string {
  return line.replace(/\p{Cc}/gu, "");
}
