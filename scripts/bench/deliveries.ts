/**
 * Deliveries per second to one receiver on this machine, against a bare loop of fetch to the same receiver: the same
 * bytes, a fresh connection each, as many at a time.
 */
import { join } from "node:path";
import { startChild } from "./children";
import { CONNECTIONS, type FireTarget } from "./load";
import { Service } from "./service";

const RECEIVER_PORT = 4189;
const RECEIVER_URL = `http://127.0.0.1:${RECEIVER_PORT}/hook`;
/** How many deliveries a service sends to one host at a time. */
const AT_A_TIME = 4;
const BARE_MS = 3000;
const LOOK_MS = 20;
const EVENT = "trigger.run.validation_failed";

export interface DeliveryRates {
  readonly deliveries: number;
  readonly bare_posts: number;
}

/** Queues deliveries while the receiver is paused, resumes it, and measures how fast all arrive. */
export async function measureDeliveries(count: number): Promise<DeliveryRates> {
  const receiver = startChild([process.execPath, join(import.meta.dir, "receiver.ts"), String(RECEIVER_PORT)]);
  while ((await heard().catch(() => null)) === null) await Bun.sleep(10);
  const bare_posts = await bareLoop();
  const service = new Service(4190);
  await service.start(0);
  const target = await service.prepare({ webhook_url: RECEIVER_URL, webhook_events: [EVENT] });
  const before = await heard();
  receiver.kill("SIGSTOP");
  await fill(target, count);
  const started = performance.now();
  receiver.kill("SIGCONT");
  while ((await heard()) < before + count) await Bun.sleep(LOOK_MS);
  const seconds = (performance.now() - started) / 1000;
  await service.remove();
  receiver.kill();
  return { deliveries: count / seconds, bare_posts };
}

/** Fires whose data does not fit: each ends at once and sends a webhook. */
async function fill(target: FireTarget, count: number): Promise<void> {
  const headers = { authorization: `Bearer ${target.secret}`, "content-type": "application/json" };
  let left = count;
  const connection = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      const response = await fetch(target.url, { method: "POST", headers, body: '{"override_data":{"nothing":1}}' });
      await response.arrayBuffer();
      if (response.status !== 422) throw new Error(`a fire that does not fit was answered ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, connection));
}

async function bareLoop(): Promise<number> {
  const body = new TextEncoder().encode(JSON.stringify({ event: EVENT, data: { error: "x".repeat(150) } }));
  const until = performance.now() + BARE_MS;
  let sent = 0;
  const connection = async (): Promise<void> => {
    while (performance.now() < until) {
      const headers = { "content-type": "application/json" };
      await (await fetch(RECEIVER_URL, { method: "POST", headers, body, keepalive: false })).arrayBuffer();
      sent += 1;
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, connection));
  return (sent / BARE_MS) * 1000;
}

async function heard(): Promise<number> {
  return Number(await (await fetch(`http://127.0.0.1:${RECEIVER_PORT}/count`)).text());
}
