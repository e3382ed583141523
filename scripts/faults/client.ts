/** The client of the crash test: fires over many connections, records what was accepted, and checks it afterwards. */
import { ask, makeTrigger } from "./api";
import { DeliveryLog } from "./delivery_log";
import type { Ledger } from "./ledger";

const CONNECTIONS = 32;
/** Pause between two fires of a connection, so that a cycle's fires last until its kill. */
const PAUSE_MS = 1;
/** One fire in this many goes to the trigger with a webhook. */
const WEBHOOK_EVERY = 8;
const PAGE_SIZE = 100;
const SETTLE_MS_MAX = 600_000;
/** Pages read after each start, to record ended runs that are compared at the end. */
const WATCHED_PAGES = 2;
const FINAL = "completed";

const MODEL = {
  parameters: { demand: [30, 40] },
  variables: [
    { name: "a", type: "integer" },
    { name: "b", type: "integer" },
  ],
  objective: { sense: "maximize", expression: "50 a + 40 b" },
  constraints: [{ expression: "4a + 2b <= 200" }, { expression: "a <= demand[0]" }, { expression: "b <= demand[1]" }],
};

interface Trigger {
  readonly id: string;
  readonly trigger_secret: string;
}

interface Run {
  readonly id: string;
  readonly status: string;
  readonly completed_at: string | null;
  readonly attempt: number;
}

export class Client {
  #triggers: Trigger[] = [];
  /** Ended runs as they were when first seen. */
  readonly #ended = new Map<string, string>();

  readonly #address: string;
  readonly #ledger: Ledger;

  constructor(address: string, ledger: Ledger) {
    this.#address = address;
    this.#ledger = ledger;
  }

  /** One trigger without a webhook and one with, whose secret is returned. */
  async makeTriggers(webhook_url: string | null): Promise<string> {
    const plain = await makeTrigger(this.#address, MODEL, { name: "plain" });
    const told = await makeTrigger(this.#address, MODEL, { name: "told", webhook_url });
    this.#triggers = [plain, told];
    return told.webhook_secret;
  }

  /** Fires until this many were accepted or the program is gone. */
  async load(fires: number): Promise<void> {
    await this.#watchEnded();
    let started = 0;
    const connection = async (): Promise<void> => {
      while (started < fires) {
        started += 1;
        const { id, trigger_secret } = this.#triggers[started % WEBHOOK_EVERY === 0 ? 1 : 0]!;
        const body = JSON.stringify({ override_data: { demand: [started % 30, 40] } });
        const headers = { authorization: `Bearer ${trigger_secret}`, "content-type": "application/json" };
        const url = `${this.#address}/api/v2/triggers/${id}/fire`;
        try {
          const response = await fetch(url, { method: "POST", headers, body });
          const { run_id } = (await response.json()) as { run_id: string };
          // The program is stopping.
          if (response.status === 503) return;
          if (response.status !== 202) throw new Error(`a fire was answered ${response.status}`);
          this.#ledger.accept(run_id);
          await Bun.sleep(PAUSE_MS);
        } catch (error) {
          if (error instanceof Error && error.message.startsWith("a fire")) throw error;
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, connection));
  }

  /** Settles when nothing waits and nothing runs. */
  async untilAllEnded(): Promise<void> {
    const until = performance.now() + SETTLE_MS_MAX;
    for (;;) {
      const health = (await (await fetch(`${this.#address}/health`)).json()) as {
        queue_depth: number;
        running: number;
      };
      if (health.queue_depth + health.running === 0) return;
      if (performance.now() > until) throw new Error(`${health.queue_depth} runs still wait`);
      await Bun.sleep(200);
    }
  }

  /** Invariants 1 and 2. */
  async checkLedger(): Promise<{ accepted: number; ended: number }> {
    const runs = new Map<string, Run>();
    for (const trigger of this.#triggers) for (const run of await this.#runsOf(trigger)) runs.set(run.id, run);
    const accepted = this.#ledger.ids();
    for (const id of accepted) {
      const run = runs.get(id);
      if (run === undefined) throw new Error(`${id} was accepted and is lost`);
      if (run.status !== FINAL) throw new Error(`${id} is ${run.status} although nothing runs and nothing failed`);
    }
    for (const [id, before] of this.#ended) {
      const now = JSON.stringify(runs.get(id));
      if (now !== before) throw new Error(`${id} had ended as ${before} and is now ${now}`);
    }
    return { accepted: accepted.length, ended: runs.size };
  }

  /** Finished runs of the trigger with a webhook. */
  async runsWithWebhook(): Promise<string[]> {
    return (await this.#runsOf(this.#triggers[1]!)).map((run) => run.id);
  }

  /** The deliveries as the program reports them. */
  deliveryLog(): DeliveryLog {
    return new DeliveryLog(this.#address, this.#triggers[1]!.id);
  }

  async #watchEnded(): Promise<void> {
    for (const trigger of this.#triggers) {
      for (let page = 1; page <= WATCHED_PAGES; page += 1) {
        const { items } = await this.#page(trigger, page, "&status=completed").catch(() => ({ items: [] }));
        for (const run of items) this.#ended.set(run.id, JSON.stringify(run));
      }
    }
  }

  async #runsOf(trigger: Trigger): Promise<Run[]> {
    const runs: Run[] = [];
    for (let page = 1; ; page += 1) {
      const { items, has_next } = await this.#page(trigger, page, "");
      runs.push(...items);
      if (!has_next) return runs;
    }
  }

  async #page(trigger: Trigger, page: number, filter: string): Promise<{ items: Run[]; has_next: boolean }> {
    const path = `/triggers/${trigger.id}/runs?page=${page}&page_size=${PAGE_SIZE}${filter}`;
    const { items, has_next } = (await ask(this.#address, "GET", path)) as { items: Run[]; has_next: boolean };
    const kept = items.map(({ id, status, completed_at, attempt }) => ({ id, status, completed_at, attempt }));
    return { items: kept, has_next };
  }
}
