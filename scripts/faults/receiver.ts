/** A webhook receiver that remembers which run came under which delivery id. */
import type { Client } from "./client";

const HEARD_MS_MAX = 60_000;

export class Receiver {
  readonly #ids_of = new Map<string, Set<string>>();
  readonly #server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: (request) => this.#hear(request) });
  #received = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#server.port}/hook`;
  }

  get delivered(): number {
    return this.#ids_of.size;
  }

  get repeated(): number {
    return this.#received - this.#ids_of.size;
  }

  /** Settles when every run that owes a delivery has been heard of. Invariant 3, that none is lost. */
  async untilAllHeard(client: Client): Promise<void> {
    const owed = await client.runsWithWebhook();
    const until = performance.now() + HEARD_MS_MAX;
    for (;;) {
      const missing = owed.filter((run_id) => !this.#ids_of.has(run_id));
      if (missing.length === 0) return;
      if (performance.now() > until)
        throw new Error(`${missing.length} deliveries never came, as that of ${missing[0]}`);
      await Bun.sleep(100);
    }
  }

  /** Invariant 3, that each has one id. */
  check(): void {
    for (const [run_id, ids] of this.#ids_of) {
      if (ids.size !== 1) throw new Error(`${run_id} was delivered under ${[...ids].join(" and ")}`);
    }
  }

  stop(): void {
    this.#server.stop(true);
  }

  async #hear(request: Request): Promise<Response> {
    const { run_id } = (await request.json()) as { run_id: string };
    this.#received += 1;
    this.#ids_of.set(run_id, (this.#ids_of.get(run_id) ?? new Set()).add(request.headers.get("webhook-id")!));
    return new Response("ok");
  }
}
