import { describe, expect, test } from "bun:test";
import { Loop, type Work } from "../../src/background/loop";
import { type Clock, systemClock } from "../../src/clock";
import { createLog } from "../../src/log";

/** A clock whose timers fire only when the test says so. */
function heldClock(): Clock & { readonly timers: { delay_ms: number; fire(): void }[] } {
  const timers: { delay_ms: number; fire(): void }[] = [];
  return {
    ...systemClock,
    timers,
    after: (delay_ms, callback) => {
      const timer = { delay_ms, fire: callback };
      timers.push(timer);
      return () => {
        timers.splice(timers.indexOf(timer), 1);
      };
    },
  };
}

/** A loop over turns that the test answers one by one. */
function makeLoop() {
  const clock = heldClock();
  const log: string[] = [];
  const turns: PromiseWithResolvers<number | null>[] = [];
  let begun = 0;
  let waiting: (() => void) | null = null;
  const work: Work = {
    name: "test",
    runOnce: () => {
      const turn = Promise.withResolvers<number | null>();
      turns.push(turn);
      begun += 1;
      waiting?.();
      return turn.promise;
    },
  };
  const loop = new Loop(
    work,
    clock,
    createLog("json", clock, (line) => log.push(line)),
  );
  const untilTurn = async (number: number): Promise<void> => {
    while (begun < number) {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = resolve;
      await promise;
    }
  };
  return { clock, log, loop, turns, untilTurn, begun: () => begun };
}

/** Lets everything that is ready to go on do so. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("a loop", () => {
  test("takes a turn at its start, rests as long as the turn says, and takes the next", async () => {
    const { clock, loop, turns, untilTurn } = makeLoop();
    loop.start();
    await untilTurn(1);
    turns[0]!.resolve(250);
    await settle();
    expect(clock.timers.map(({ delay_ms }) => delay_ms)).toEqual([250]);
    clock.timers[0]!.fire();
    await untilTurn(2);
  });

  test("goes on at once after 0, and sleeps until it is woken after null", async () => {
    const { clock, loop, turns, untilTurn, begun } = makeLoop();
    loop.start();
    await untilTurn(1);
    turns[0]!.resolve(0);
    await untilTurn(2);
    turns[1]!.resolve(null);
    await settle();
    expect([begun(), clock.timers]).toEqual([2, []]);
    loop.wake();
    await untilTurn(3);
  });

  test("does not lose a wake that comes during a turn, and takes one turn for many", async () => {
    const { loop, turns, untilTurn, begun } = makeLoop();
    loop.start();
    await untilTurn(1);
    for (let i = 0; i < 5; i += 1) loop.wake();
    turns[0]!.resolve(null);
    await untilTurn(2);
    turns[1]!.resolve(null);
    await settle();
    expect(begun()).toBe(2);
  });

  test("is brought forward by a wake while it rests", async () => {
    const { clock, loop, turns, untilTurn } = makeLoop();
    loop.start();
    await untilTurn(1);
    turns[0]!.resolve(60_000);
    await settle();
    loop.wake();
    await untilTurn(2);
    expect(clock.timers).toEqual([]);
  });

  test("logs an error with its place and goes on after a second", async () => {
    const { clock, log, loop, turns, untilTurn } = makeLoop();
    loop.start();
    await untilTurn(1);
    turns[0]!.reject(new Error("no such table"));
    await settle();
    expect(JSON.parse(log[0]!)).toMatchObject({
      level: "error",
      event: "loop_failed",
      loop: "test",
      error: "no such table",
    });
    expect(clock.timers.map(({ delay_ms }) => delay_ms)).toEqual([1000]);
  });

  test("stops after the turn under way, and starts and stops as often as it is told", async () => {
    const { loop, turns, untilTurn, begun } = makeLoop();
    loop.start();
    loop.start();
    await untilTurn(1);
    let is_stopped = false;
    const stopped = Promise.all([loop.stop(), loop.stop()]).then(() => {
      is_stopped = true;
    });
    await settle();
    expect(is_stopped).toBe(false);
    turns[0]!.resolve(0);
    await stopped;
    loop.wake();
    await settle();
    expect(begun()).toBe(1);
    loop.start();
    await untilTurn(2);
  });
});
