import { describe, expect, test } from "bun:test";
import { Sending } from "../../src/background/sending";
import { type Clock, systemClock } from "../../src/clock";
import type { ClaimedDelivery } from "../../src/storage/deliveries";

function delivery(id: string): ClaimedDelivery {
  return { id, trigger_id: "trg_1", run_seq: null, attempts: 1, boot_id: "boot_1" };
}

function world() {
  let now = 0;
  const clock: Clock = { ...systemClock, monotonic: () => now };
  const sending = new Sending(clock);
  /** Takes as much as there is room for, and begins what may begin; the ends of what began. */
  const fill = (host: string): ((is_answered: boolean) => void)[] => {
    const room = sending.reserve(host);
    sending.release();
    for (let i = 0; i < room; i += 1) sending.take(host, delivery(`${host}_${i}`));
    return beginAll();
  };
  const beginAll = () => {
    const ends: ((is_answered: boolean) => void)[] = [];
    for (let begun = sending.next(); begun !== null; begun = sending.next()) ends.push(begun.end);
    return ends;
  };
  /** One attempt that is answered at once: the host is then known to answer. */
  const answer = (host: string): void => {
    sending.take(host, delivery("first"));
    sending.next()!.end(true);
  };
  /** One that fails. */
  const fail = (host: string): void => {
    sending.take(host, delivery("first"));
    sending.next()!.end(false);
  };
  return { sending, fill, beginAll, answer, fail, pass: (ms: number) => (now += ms) };
}

describe("places", () => {
  test("a host has four once it has answered, one before that and while it is silent", () => {
    const { sending, fill, answer, fail } = world();
    expect(fill("new")).toHaveLength(1);
    expect(sending.reserve("new")).toBe(0);
    answer("a");
    const ends = fill("a");
    expect(ends).toHaveLength(4);
    ends[0]!(true);
    expect(sending.next()).not.toBeNull();
    expect(sending.next()).toBeNull();
    fail("b");
    expect(fill("b")).toHaveLength(1);
  });

  test("there are 64 in all, and hosts that answer can have every one", () => {
    const { fill, answer } = world();
    const hosts = Array.from({ length: 20 }, (_, i) => `host_${i}`);
    for (const host of hosts) answer(host);
    expect(hosts.flatMap((host) => fill(host))).toHaveLength(64);
  });

  test("a hundred hosts that nobody knows leave some for one that answers", () => {
    const { fill, answer } = world();
    answer("good");
    const unknown = Array.from({ length: 100 }, (_, i) => fill(`unknown_${i}`).length);
    expect(unknown.reduce((a, b) => a + b)).toBe(48);
    expect(fill("good")).toHaveLength(4);
  });

  test("a hundred hosts that fail leave some for one that nobody knows", () => {
    const { fill, fail } = world();
    const hosts = Array.from({ length: 100 }, (_, i) => `failing_${i}`);
    for (const host of hosts) fail(host);
    expect(hosts.flatMap((host) => fill(host))).toHaveLength(32);
    expect(fill("new")).toHaveLength(1);
  });

  test("a host that answered before and hangs now counts among the slow ones", () => {
    const { sending, fill, answer, pass } = world();
    const hosts = Array.from({ length: 8 }, (_, i) => `host_${i}`);
    for (const host of [...hosts, "late", "other"]) answer(host);
    expect(hosts.flatMap((host) => fill(host))).toHaveLength(32);
    sending.giveBackAll();
    expect(sending.reserve("other")).toBe(36);
    sending.release();
    expect(fill("other")).toHaveLength(4);
    pass(1001);
    expect(sending.giveBackFailing().length).toBe(32);
    // All 32 places of those that fail are taken, so one more that turns slow gets none; one that answers does.
    const slow = fill("late");
    expect(slow).toHaveLength(4);
    pass(1001);
    slow[0]!(true);
    expect(sending.reserve("late")).toBe(0);
    answer("good");
    expect(fill("good")).toHaveLength(4);
  });

  test("one slow answer is a failure, a quick one mends it", () => {
    const { sending, pass, answer } = world();
    sending.take("a", delivery("slow"));
    const { end } = sending.next()!;
    pass(1500);
    end(true);
    expect(sending.reserve("a")).toBe(4);
    sending.release();
    answer("a");
    expect(sending.reserve("a")).toBe(36);
  });
});

describe("what is taken ahead", () => {
  test("is for hosts that answer alone, and no more than is soon sent", () => {
    const { sending, answer } = world();
    expect(sending.reserve("unknown")).toBe(1);
    sending.release();
    answer("good");
    expect(sending.reserve("good")).toBe(36);
    expect(sending.reserve("good")).toBe(0);
    sending.release();
    expect(sending.reserve("good")).toBe(36);
  });

  test("begins as places come free, hosts taking turns", () => {
    const { sending, answer } = world();
    for (const host of ["a", "b"]) answer(host);
    for (const host of ["a", "b"]) for (let i = 0; i < 3; i += 1) sending.take(host, delivery(`${host}${i}`));
    const ids = Array.from({ length: 6 }, () => sending.next()!.delivery.id);
    expect(ids).toEqual(["a0", "b0", "a1", "b1", "a2", "b2"]);
    expect(sending.next()).toBeNull();
  });

  test("of one trigger is given back by itself", () => {
    const { sending } = world();
    for (const trigger_id of ["trg_1", "trg_2", "trg_1"]) sending.take("a", { ...delivery("a"), trigger_id });
    expect(sending.giveBackOf("trg_1")).toHaveLength(2);
    expect(sending.next()!.delivery.trigger_id).toBe("trg_2");
  });

  test("is given back when its host fails, and all of it at a stop", () => {
    const { sending, answer } = world();
    for (const host of ["a", "b"]) answer(host);
    for (const host of ["a", "b"]) for (let i = 0; i < 6; i += 1) sending.take(host, delivery(`${host}${i}`));
    const ends = Array.from({ length: 8 }, () => sending.next()!);
    ends.find((begun) => begun.delivery.id === "a0")!.end(false);
    expect(sending.giveBackFailing().map(({ id }) => id)).toEqual(["a4", "a5"]);
    expect(sending.giveBackAll().map(({ id }) => id)).toEqual(["b4", "b5"]);
    expect(sending.giveBackAll()).toEqual([]);
  });
});
