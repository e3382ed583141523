/** A receiver of webhooks on this machine, and fires whose delivery has come to its end. */
import type { Json, World } from "../../world";

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly bytes: Buffer;
  readonly body: Json;
}

export interface Receiver {
  readonly url: string;
  readonly seen: readonly Seen[];
  stop(): Promise<void>;
}

/** Answers its n-th request as `answer` says. */
export function startReceiver(answer: (n: number) => Response = () => new Response("ok")): Receiver {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const bytes = Buffer.from(await request.arrayBuffer());
      const { pathname, search } = new URL(request.url);
      const headers = request.headers.toJSON();
      seen.push({ method: request.method, path: pathname + search, headers, bytes, body: JSON.parse(String(bytes)) });
      return answer(seen.length);
    },
  });
  return { url: `http://127.0.0.1:${server.port}/hook?from=jaot`, seen, stop: () => server.stop(true) };
}

/** The log's line about a trigger's delivery that will not be tried again. */
export function settled(world: World, trigger: Json): Promise<string> {
  return world.logged(new RegExp(`"webhook_delivered".*${trigger.id}|${trigger.id}.*"state":"exhausted"`));
}

export async function runOf(world: World, trigger: Json, run_id: string): Promise<Json> {
  return (await world.call("GET", `/api/v2/triggers/${trigger.id}/runs/${run_id}`)).body;
}

/** Fires, and waits until the webhook of the run has come to its end. */
export async function fireAndSettle(world: World, trigger: Json, override_data?: unknown): Promise<Json> {
  const { body } = await world.fire(trigger, override_data);
  await settled(world, trigger);
  return runOf(world, trigger, body.id);
}
