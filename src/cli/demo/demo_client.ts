/** The demo's two ends: a client that shows each request as the curl line a user would type, and a webhook receiver that checks signatures. */
import { createHmac } from "node:crypto";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import type { Clock } from "../../clock";
import type { Terminal } from "../terminal";

const SHOWN_LENGTH_MAX = 300;
const POLL_MS = 50;

type Json = Record<string, unknown>;

interface Answer {
  readonly status: number;
  readonly body: Json;
}

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

  /** Prints the trigger's secret as a shell variable, which the later curl lines use. */
  tellSecret(secret: string): void {
    this.#terminal.out(`  export SECRET=${secret}   # shown once\n`);
  }

  async post(step: string, path: string, body: Json, secret?: string): Promise<Json> {
    const token = secret === undefined ? "$KEY" : "$SECRET";
    const json = JSON.stringify(body);
    this.#tell(
      step,
      `curl -X POST "$JAOT${path}" -H "Authorization: Bearer ${token}" -H 'content-type: application/json' -d '${json}'`,
    );
    return this.#request("POST", path, secret ?? this.#api_key, json);
  }

  /** Repeats the request until the answer is `isReady`, and shows only the last one. */
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
    this.#terminal.out(`\n${step}\n  ${curl}\n`);
  }

  async #request(method: string, path: string, token: string, json: string): Promise<Json> {
    return this.#show(await this.#fetch(method, path, token, json));
  }

  #show(answer: Answer): Json {
    this.#terminal.out(`  ${answer.status} ${shortened(JSON.stringify(answer.body))}\n`);
    if (answer.status >= 400) throw new Error(`the service answered ${answer.status}`);
    return answer.body;
  }

  /** Uses node:http, because Bun's fetch would send even loopback requests to the proxy of a *_PROXY variable. */
  #fetch(method: string, path: string, token: string, body: string | null): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const outgoing = request(this.#address + path, { method, headers, agent: false }, (incoming) => {
      text(incoming).then((body) => resolve({ status: incoming.statusCode ?? 0, body: JSON.parse(body) }), reject);
    });
    outgoing.on("error", reject);
    outgoing.end(body);
    return promise;
  }
}

export interface DemoReceiver {
  readonly url: string;
  /** Sets the secret that signatures are checked with. */
  expectSecret(secret: string): void;
  /** Waits for the next webhook and describes it in words. Rejects after `timeout_ms`. */
  next(timeout_ms: number): Promise<string>;
  stop(): Promise<void>;
}

/** Listens on a free loopback port. */
export function startReceiver(clock: Clock): DemoReceiver {
  let secret = "";
  const arrived = Promise.withResolvers<{ body: string; signature: string; id: string }>();
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    async fetch(request) {
      const body = await request.text();
      arrived.resolve({
        body,
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
      clock.after(timeout_ms, () => arrived.reject(new Error("no webhook came in time")), true);
      const { body, signature, id } = await arrived.promise;
      const expected = createHmac("sha256", secret).update(body).digest("hex");
      if (signature !== expected) throw new Error("the webhook's signature does not fit its secret");
      return `  webhook-id ${id}\n  x-jaot-signature ${signature} (checked: it fits)\n  ${shortened(body)}`;
    },
    stop: () => server.stop(true),
  };
}

function shortened(text: string): string {
  return text.length > SHOWN_LENGTH_MAX ? `${text.slice(0, SHOWN_LENGTH_MAX)}...` : text;
}
