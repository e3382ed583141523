/** Bodies: how much is read of whom, how slowly it may come, and that a connection that waited is not kept for ever. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BodyPace } from "../../../src/http/edge/body_pace";
import { BodyRoom } from "../../../src/http/edge/body_room";
import { type Json, movableClock, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0", mcp: "true" } });
  trigger = await world.makeTrigger(RESTOCK);
});
afterAll(() => world.stop());

/** JSON that is many times its text once it is parsed. */
const nested = (bytes: number) => `{"link":[${"[],".repeat(bytes / 3)}[]]}`;

describe("a sender who has shown nothing", () => {
  test("signs in with a link's worth of bytes and no more", async () => {
    const ask = (body: string) => world.call("POST", "/api/v2/session", body, { token: null });
    const large = await ask(nested(2000));
    expect([large.status, large.body.code]).toEqual([413, "body_too_large"]);
    expect((await ask(`{"link":"${"0".repeat(64)}"}`)).status).toBe(401);
  });

  test("is told 401 everywhere else before the body is read", async () => {
    const paths = ["/mcp", "/api/v2/builder", "/api/v2/solve/validate", "/api/v2/triggers", "/api/v2/keys"];
    for (const path of paths) {
      const { status, body } = await world.call("POST", path, nested(900_000), { token: null });
      expect([path, status, body.code]).toEqual([path, 401, "missing_api_key"]);
    }
  });

  test("fires with up to 1 MiB, the secret in it", async () => {
    const path = `/api/v2/triggers/${trigger.id}/fire`;
    const body = (bytes: number) => `{"trigger_secret":"${trigger.trigger_secret}"${" ".repeat(bytes)}}`;
    expect((await world.call("POST", path, body(200_000), { token: null })).status).toBe(202);
    expect((await world.call("POST", path, body(1_100_000), { token: null })).status).toBe(413);
  });
});

describe("room for large bodies", () => {
  test("is shared: half of it for one sender, all of it for all", () => {
    const room = new BodyRoom(100, "wait");
    room.take("a", 50);
    expect(() => room.take("a", 1)).toThrow("Too many large bodies are on their way; wait");
    room.take("b", 50);
    expect(() => room.take("c", 1)).toThrow("Too many");
    room.release("a", 50);
    room.take("c", 30);
  });

  test("is never too small for one body", () => {
    const room = new BodyRoom(100, "wait");
    room.take("a", 400);
    room.release("a", 400);
    room.take("a", 400);
  });
});

/** A clock whose waits come when they are told to. */
function handClock() {
  const clock = movableClock("2026-01-01T00:00:00Z");
  const waits: { at_ms: number; callback: () => void }[] = [];
  let now_ms = 0;
  const after = (delay_ms: number, callback: () => void) => {
    const wait = { at_ms: now_ms + delay_ms, callback };
    waits.push(wait);
    return () => void waits.splice(waits.indexOf(wait), waits.includes(wait) ? 1 : 0);
  };
  const move = (by_ms: number) => {
    now_ms += by_ms;
    for (const wait of waits.filter(({ at_ms }) => at_ms <= now_ms)) {
      waits.splice(waits.indexOf(wait), 1);
      wait.callback();
    }
  };
  return { clock: { ...clock, monotonic: () => now_ms, after }, move };
}

describe("a body that comes slowly", () => {
  const RULES = { rate_min: 1000, slow_bodies_max: 2, advice: "send less" };
  const never = () => new Promise<Uint8Array>(() => {});

  test("has 10 s, and then the time that its size takes at the slowest pace", async () => {
    const { clock, move } = handClock();
    const pace = new BodyPace(clock, RULES);
    const watched = pace.watch(
      never(),
      "key",
      () => 40_000,
      () => {},
    );
    let refused: unknown = null;
    watched.catch((error: unknown) => {
      refused = error;
    });
    for (const by_ms of [10_000, 39_000]) move(by_ms);
    await Promise.resolve();
    expect(refused).toBeNull();
    move(1001);
    await expect(watched).rejects.toMatchObject({ code: "body_too_slow", status: 408 });
  });

  test("is one of a few for its sender, and of none for others", async () => {
    const { clock, move } = handClock();
    const pace = new BodyPace(clock, RULES);
    const watch = (sender: string) =>
      pace.watch(
        never(),
        sender,
        () => 1e9,
        () => {},
      );
    const slow = [watch("key"), watch("key")];
    move(10_000);
    const third = watch("key");
    const other = watch("other");
    move(10_000);
    await expect(third).rejects.toThrow("2 bodies of this sender have been coming for over 10 s already");
    const first = await Promise.race([...slow, other, Promise.resolve("all others go on")]);
    expect(first).toBe("all others go on");
  });

  test("gives its place back when it has come", async () => {
    const { clock, move } = handClock();
    const pace = new BodyPace(clock, { ...RULES, slow_bodies_max: 1 });
    const { promise, resolve } = Promise.withResolvers<string>();
    const first = pace.watch(
      promise,
      "key",
      () => 1e6,
      () => {},
    );
    move(10_000);
    resolve("whole");
    expect(await first).toBe("whole");
    const { promise: next, resolve: resolveNext } = Promise.withResolvers<string>();
    const second = pace.watch(
      next,
      "key",
      () => 1e6,
      () => {},
    );
    move(10_000);
    resolveNext("whole too");
    expect(await second).toBe("whole too");
  });
});
