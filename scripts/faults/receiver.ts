/**
 * A webhook receiver that remembers what arrived for which run, checks every signature, and refuses some requests by
 * answers and by broken connections. It takes a delivery as done when it has answered 200, as a user's receiver would.
 */
import type { DeliveryLog } from "./delivery_log";
import { answer, type Behaviour, breakOff, Field, faultOfSignatures } from "./farm";

const TAKEN_MS_MAX = 120_000;
const LOOK_MS = 100;
/** Percentages; the rest is accepted. */
const FAULTS: readonly (readonly [percent: number, behaviour: Behaviour])[] = [
  [12, answer(500)],
  [4, answer(503)],
  [4, answer(302, "location: /elsewhere\r\n")],
  [5, breakOff("")],
  [5, breakOff("HTTP/1.1 200 OK\r\ncontent-le")],
];

interface Heard {
  readonly ids: Set<string>;
  readonly body: string;
  times: number;
  is_taken: boolean;
}

export class Receiver {
  readonly #heard = new Map<string, Heard>();
  readonly #field: Field;
  readonly #random: (below: number) => number;
  #secret = "";
  #fault: string | null = null;
  #refused = 0;

  private constructor(field: Field, random: (below: number) => number) {
    this.#field = field;
    this.#random = random;
  }

  /** `random` decides what is refused. */
  static async open(random: (below: number) => number): Promise<Receiver> {
    const field = await Field.open((socket, n) => receiver.#hear(field, n)(socket, n));
    const receiver = new Receiver(field, random);
    return receiver;
  }

  get url(): string {
    return this.#field.url;
  }

  /** The secret that signs deliveries from now on. */
  expectSecret(secret: string): void {
    this.#secret = secret;
  }

  get delivered(): number {
    return [...this.#heard.values()].filter(({ is_taken }) => is_taken).length;
  }

  get refused(): number {
    return this.#refused;
  }

  /** How many were repeated although they had been accepted or would have been. */
  get repeated(): number {
    return this.#field.requests.length - this.#heard.size - this.#refused;
  }

  /** Settles when every owed delivery has been accepted and the program knows it. Invariant 3, that none is lost. */
  async untilAllTaken(owed: readonly string[], log: DeliveryLog): Promise<void> {
    const until = performance.now() + TAKEN_MS_MAX;
    for (;;) {
      const missing = owed.filter((run_id) => this.#heard.get(run_id)?.is_taken !== true);
      if (missing.length === 0 && (await log.count("pending", "sending")) === 0) return;
      if (performance.now() > until)
        throw new Error(`${missing.length} deliveries were never taken, as that of ${missing[0]}`);
      await Bun.sleep(LOOK_MS);
    }
  }

  /** Invariant 3, that each has one id and the same bytes, is signed, and is in the program's log as it was seen here. */
  async check(log: DeliveryLog): Promise<void> {
    if (this.#fault !== null) throw new Error(this.#fault);
    const logged = new Map<string, { id: string; state: string; attempts: number }>();
    for (const { run_id, ...delivery } of await log.all()) {
      if (logged.has(run_id)) throw new Error(`${run_id} has two deliveries in the log`);
      logged.set(run_id, delivery);
    }
    for (const [run_id, { ids, times }] of this.#heard) {
      if (ids.size !== 1) throw new Error(`${run_id} was delivered under ${[...ids].join(" and ")}`);
      const delivery = logged.get(run_id);
      const found = JSON.stringify(delivery);
      if (delivery?.state !== "delivered") throw new Error(`${run_id} was delivered and the log says ${found}`);
      if (!ids.has(delivery.id)) throw new Error(`${run_id} was delivered under ${[...ids]} and the log says ${found}`);
      if (delivery.attempts < times) throw new Error(`${run_id} was sent ${times} times and the log says ${found}`);
    }
  }

  stop(): void {
    this.#field.close();
  }

  #hear(field: Field, n: number): Behaviour {
    const request = field.requests[n - 1]!;
    const body = request.body.toString("utf8");
    const { run_id } = JSON.parse(body) as { run_id: string };
    const heard = this.#heard.get(run_id) ?? { ids: new Set(), body, times: 0, is_taken: false };
    this.#heard.set(run_id, heard);
    heard.times += 1;
    heard.ids.add(request.headers["webhook-id"]!);
    const fault =
      heard.body === body ? faultOfSignatures(request, this.#secret) : "the bytes differ from those sent before";
    if (fault !== null) this.#fault ??= `delivery of ${run_id}: ${fault}`;
    const behaviour = this.#choose();
    if (behaviour !== null) this.#refused += 1;
    else heard.is_taken = true;
    return behaviour ?? answer(200);
  }

  #choose(): Behaviour | null {
    let left = this.#random(100);
    for (const [percent, behaviour] of FAULTS) {
      if (left < percent) return behaviour;
      left -= percent;
    }
    return null;
  }
}
