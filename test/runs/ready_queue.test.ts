import { describe, expect, test } from "bun:test";
import { PRIORITY_DEFAULT, PRIORITY_MAX, ReadyQueue } from "../../src/runs/ready_queue";

const always = () => true;

/** Takes and removes `count` runs; the triggers in the order of their turns. */
function take(queue: ReadyQueue, count: number): string[] {
  return Array.from({ length: count }, () => {
    const id = queue.takeTurn(always)!;
    queue.remove(id);
    return id;
  });
}

describe("the ready queue", () => {
  test("lets triggers take turns, so that a flood starves nobody", () => {
    const queue = new ReadyQueue();
    queue.add("flood", PRIORITY_DEFAULT, 1000);
    queue.add("a", PRIORITY_DEFAULT);
    queue.add("b", PRIORITY_DEFAULT);
    expect(take(queue, 6)).toEqual(["flood", "a", "b", "flood", "flood", "flood"]);
    expect(queue.total).toBe(996);
  });

  test("passes over a trigger that may not run now, whatever its priority", () => {
    const queue = new ReadyQueue();
    queue.add("full", PRIORITY_MAX);
    expect(queue.takeTurn((id) => id !== "full")).toBeNull();
    queue.add("free", 0);
    expect(queue.takeTurn((id) => id !== "full")).toBe("free");
  });

  test("heals a count that is too high", () => {
    const queue = new ReadyQueue();
    queue.add("ghost", PRIORITY_DEFAULT, 3);
    queue.clear("ghost");
    queue.remove("ghost");
    expect([queue.total, queue.queuedOf("ghost"), queue.takeTurn(always)]).toEqual([0, 0, null]);
  });
});

describe("priorities", () => {
  test("share the turns, twice as many for each step up, and every one moves", () => {
    const queue = new ReadyQueue();
    for (let priority = 0; priority <= PRIORITY_MAX; priority += 1) queue.add(`p${priority}`, priority, 5000);
    const turns = take(queue, 1023);
    for (let priority = 0; priority <= PRIORITY_MAX; priority += 1) {
      const share = turns.filter((id) => id === `p${priority}`).length;
      expect(Math.abs(share - 2 ** priority)).toBeLessThanOrEqual(1);
    }
    expect(turns[0]).toBe(`p${PRIORITY_MAX}`);
  });

  test("that were idle have saved nothing up, and have lost nothing", () => {
    const queue = new ReadyQueue();
    queue.add("low", 4, 10_000);
    take(queue, 5000);
    queue.add("high", 5, 1000);
    const turns = take(queue, 30);
    expect(turns.filter((id) => id === "high").length).toBeGreaterThanOrEqual(19);
    expect(turns.filter((id) => id === "low").length).toBeGreaterThanOrEqual(9);
  });

  test("can change while runs wait, and take them along", () => {
    const queue = new ReadyQueue();
    queue.add("a", 0, 3);
    queue.add("b", 5, 3);
    queue.setPriority("a", 9);
    queue.setPriority("unknown", 9);
    expect(take(queue, 4)).toEqual(["a", "b", "a", "a"]);
    queue.add("b", 9);
    expect([queue.queuedOf("b"), queue.total]).toEqual([3, 3]);
    expect(take(queue, 3)).toEqual(["b", "b", "b"]);
    expect(queue.takeTurn(always)).toBeNull();
  });
});
