import { describe, expect, test } from "bun:test";
import { DeliveryLanes } from "../../src/webhooks/lanes";

const four = () => 4;

describe("delivery lanes", () => {
  test("give what is due, and keep what is not", () => {
    const lanes = new DeliveryLanes();
    lanes.note("a", 100);
    lanes.note("b", 200);
    expect(lanes.take(100, four)).toEqual([{ trigger_id: "a", limit: 4 }]);
    expect(lanes.take(100, four)).toEqual([]);
    expect(lanes.nextAfter(100)).toBe(200);
    expect(lanes.take(250, four)).toEqual([{ trigger_id: "b", limit: 4 }]);
    expect(lanes.nextAfter(250)).toBeNull();
  });

  test("know the earliest delivery of each trigger", () => {
    const lanes = new DeliveryLanes();
    lanes.note("a", 300);
    lanes.note("a", 100);
    lanes.note("a", 200);
    expect(lanes.nextAfter(0)).toBe(100);
  });

  test("pass over a trigger whose receiver has no room, and come back to it", () => {
    const lanes = new DeliveryLanes();
    lanes.note("dead", 1);
    lanes.note("alive", 2);
    const room = (id: string) => (id === "dead" ? 0 : 1);
    expect(lanes.take(10, room)).toEqual([{ trigger_id: "alive", limit: 1 }]);
    expect(lanes.take(10, four)).toEqual([{ trigger_id: "dead", limit: 4 }]);
  });

  test("let triggers take turns when the room is for one alone", () => {
    const lanes = new DeliveryLanes();
    const served: string[] = [];
    for (const id of ["a", "b", "c"]) lanes.note(id, 0);
    for (let i = 0; i < 6; i += 1) {
      let room = 1;
      const [taken] = lanes.take(0, () => room--);
      served.push(taken!.trigger_id);
      lanes.note(taken!.trigger_id, 0);
    }
    expect(served).toEqual(["a", "b", "c", "a", "b", "c"]);
  });
});
