import { describe, expect, test } from "bun:test";
import { ReadyQueue } from "../../src/runs/ready_queue";

const always = () => true;

describe("the ready queue", () => {
  test("lets triggers take turns, so that a flood starves nobody", () => {
    const queue = new ReadyQueue();
    queue.add("flood", 1000);
    queue.add("a");
    queue.add("b");
    const order: string[] = [];
    for (let i = 0; i < 6; i += 1) {
      const id = queue.takeTurn(always)!;
      queue.remove(id);
      order.push(id);
    }
    expect(order).toEqual(["flood", "a", "b", "flood", "flood", "flood"]);
    expect(queue.total).toBe(996);
  });

  test("passes over a trigger that may not run now", () => {
    const queue = new ReadyQueue();
    queue.add("full");
    expect(queue.takeTurn((id) => id !== "full")).toBeNull();
    queue.add("free");
    expect(queue.takeTurn((id) => id !== "full")).toBe("free");
  });

  test("heals a count that is too high", () => {
    const queue = new ReadyQueue();
    queue.add("ghost", 3);
    queue.clear("ghost");
    queue.remove("ghost");
    expect([queue.total, queue.queuedOf("ghost"), queue.takeTurn(always)]).toEqual([0, 0, null]);
  });
});
