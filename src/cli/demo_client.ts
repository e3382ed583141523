/** The demo's two ends: a client that shows each request as the curl line a user would type, and a webhook receiver that checks signatures. */
import { createHmac } from "node:crypto";
import type { Terminal } from "./terminal";

const SHOWN_LENGTH_MAX = 300;
const POLL_MS = 50;

type Json = Record<string, unknown>;

export class DemoClient {
  readonly #terminal: Terminal;
  readonly #address: string;
  readonly #api_key: string;

  constructor(terminal: Terminal, address: string, api_key: string) {
    this.#terminal = terminal;
    this.#address = address;
    this.#api_key = api_key;
    terminal.out(
      `The service listens on ${address}. With\n  export JAOT=${address} KEY=${api_key}\nthese are the calls:\n`,
    );
  }

  /** Lets the later curl lines name the trigger's secret. */
  tellSecret(secret: string): void {
    this.#terminal.out(`  export SECRET=${secret}   # shown once\n`);
  }

  async post(step: string, path: string, body: Json, secret?: string): Promise<Json> {
    const token = secret === undefined ? "$KEY" : "$SECRET";
    const text = JSON.stringify(body);
    this.#tell(
      step,
      `curl -X POST "$JAOT${path}" -H "Authorization: Bearer ${token}" -H 'content-type: application/json' -d '${text}'`,
    );
    return this.#request("POST", path, secret ?? this.#api_key, text);
  }

  /** Asks until the answer is `isReady`; tells the last one alone. */
  async poll(step: string, path: string, deadline_ms: number, isReady: (answer: Json) => boolean): Promise<Json> {
    this.#tell(step, `curl "$JAOT${path}" -H "Authorization: Bearer $KEY"`);
    for (;;) {
      const answer = await this.#fetch("GET", path, this.#api_key, null);
      if (isReady(answer.body)) return this.#show(answer);
      if (this.#terminal.clock.monotonic() > deadline_ms) throw new Error(`${step}: nothing came in time`);
      await new Promise<void>((resolve) => this.#terminal.clock.after(POLL_MS, resolve));
    }
  }

  #tell(step: string, curl: string): void {
    const shown = curl.length > SHOWN_LENGTH_MAX ? `${curl.slice(0, SHOWN_LENGTH_MAX)}...` : curl;
    this.#terminal.out(`\n${step}\n  ${shown}\n`);
  }

  async #request(method: string, path: string, token: string, text: string): Promise<Json> {
    return this.#show(await this.#fetch(method, path, token, text));
  }

  #show(answer: { status: number; body: Json }): Json {
    const text = JSON.stringify(answer.body);
    const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}...` : text;
    this.#terminal.out(`  ${answer.status} ${shown}\n`);
    if (answer.status >= 400) throw new Error(`the service answered ${answer.status}`);
    return answer.body;
  }

  async #fetch(
    method: string,
    path: string,
    token: string,
    body: string | null,
  ): Promise<{ status: number; body: Json }> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(this.#address + path, { method, headers, body });
    return { status: response.status, body: (await response.json()) as Json };
  }
}

export interface DemoReceiver {
  readonly url: string;
  /** The secret whose signature is checked. */
  expectSecret(secret: string): void;
  /** The next webhook, told in words; refuses after `timeout_ms`. */
  next(timeout_ms: number): Promise<string>;
  stop(): Promise<void>;
}

/** Listens on a free loopback port. */
export function startReceiver(): DemoReceiver {
  let secret = "";
  const arrived = Promise.withResolvers<{ text: string; signature: string; id: string }>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const text = await request.text();
      arrived.resolve({
        text,
        signature: request.headers.get("x-jaot-signature") ?? "",
        id: request.headers.get("webhook-id") ?? "",
      });
      return new Response(null, { status: 204 });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/webhooks/jaot`,
    expectSecret: (value) => {
      secret = value;
    },
    next: async (timeout_ms) => {
      const timeout = AbortSignal.timeout(Math.max(1, timeout_ms));
      timeout.addEventListener("abort", () => arrived.reject(new Error("no webhook came in time")), { once: true });
      const { text, signature, id } = await arrived.promise;
      const expected = createHmac("sha256", secret).update(text).digest("hex");
      if (signature !== expected) throw new Error("the webhook's signature does not fit its secret");
      const shown = text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}...` : text;
      return `  webhook-id ${id}\n  x-jaot-signature ${signature} (checked: it fits)\n  ${shown}`;
    },
    stop: () => server.stop(true),
  };
}
