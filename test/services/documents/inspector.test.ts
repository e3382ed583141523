/** The line in front of the process that looks into models: whose turn it is, how long it is, and who leaves it. */
import { afterEach, describe, expect, test } from "bun:test";
import { INSPECTOR_LIMITS, Inspector, type InspectorLimits } from "../../../src/services/documents/inspector";
import type { AskHooks, SolverPlace } from "../../../src/solver/place";
import { movableClock } from "../../world";

/** A place that answers each question when it is told to, and knows in which order they came. */
function heldPlace() {
  const asked: { text: string; hooks: AskHooks; answer(): Promise<void> }[] = [];
  const ask = (text: string, _: unknown, hooks: AskHooks = {}) => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const answer = async () => {
      resolve(`about ${text}`);
      await turn();
    };
    asked.push({ text, hooks, answer });
    return promise;
  };
  return { asked, place: { ask, stop: async () => {} } as unknown as SolverPlace };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
const by = (key_id: string, gone: AbortSignal | null = null) => ({ key_id, gone });

/** For a question whose answer the test does not look at: it ends with the inspector. */
const leaveOpen = (answer: Promise<unknown>) => void answer.catch(() => {});

const opened: Inspector[] = [];
afterEach(() => Promise.all(opened.splice(0).map((inspector) => inspector.stop())));

function openInspector(limits: Partial<InspectorLimits> = {}) {
  const { asked, place } = heldPlace();
  const clock = movableClock("2026-01-01T00:00:00Z");
  const inspector = new Inspector(place, clock, { ...INSPECTOR_LIMITS, answer_ms_max: 1000, ...limits });
  opened.push(inspector);
  return { asked, inspector };
}

describe("the inspector's line", () => {
  test("keys take turns, however many questions one of them has", async () => {
    const { asked, inspector } = openInspector();
    const many = [1, 2, 3, 4].map((n) => inspector.ask(by("key_a"), `a${n}`, null));
    const other = inspector.ask(by("key_b"), "b1", null);
    for (let i = 0; i < 5; i += 1) await asked[i]!.answer();
    expect(asked.map(({ text }) => text)).toEqual(["a1", "a2", "b1", "a3", "a4"]);
    expect(await other).toBe("about b1");
    expect(await Promise.all(many)).toHaveLength(4);
  });

  test("one question is in hand at a time", async () => {
    const { asked, inspector } = openInspector();
    const both = [inspector.ask(by("key_a"), "1", null), inspector.ask(by("key_b"), "2", null)];
    await turn();
    expect(asked).toHaveLength(1);
    await asked[0]!.answer();
    await asked[1]!.answer();
    await Promise.all(both);
  });

  test("a key fills its own part of the line and no more", async () => {
    const { inspector } = openInspector({ questions_per_key_max: 2 });
    for (let i = 0; i < 3; i += 1) leaveOpen(inspector.ask(by("key_a"), "a", null));
    const refused = inspector.ask(by("key_a"), "a", null);
    await expect(refused).rejects.toMatchObject({
      code: "solver_unavailable",
      status: 503,
      extras: { retry_after_seconds: 5 },
    });
    leaveOpen(inspector.ask(by("key_b"), "b", null));
    expect(inspector.waiting).toBe(3);
  });

  test("the line is bounded over all keys, by number and by size", async () => {
    const { inspector } = openInspector({ questions_max: 2, bytes_max: 100 });
    leaveOpen(inspector.ask(by("key_a"), "in hand", null));
    leaveOpen(inspector.ask(by("key_b"), "b", null, 60));
    await expect(inspector.ask(by("key_c"), "c", null, 60)).rejects.toMatchObject({ code: "solver_unavailable" });
    leaveOpen(inspector.ask(by("key_c"), "c", null, 10));
    await expect(inspector.ask(by("key_d"), "d", null, 10)).rejects.toMatchObject({ code: "solver_unavailable" });
  });

  test("a question larger than the line fits an empty one", async () => {
    const { asked, inspector } = openInspector({ bytes_max: 100, bytes_per_key_max: 100 });
    leaveOpen(inspector.ask(by("key_a"), "in hand", null, 500));
    leaveOpen(inspector.ask(by("key_a"), "waits", null, 500));
    await asked[0]!.answer();
    expect(asked.map(({ text }) => text)).toEqual(["in hand", "waits"]);
  });

  test("who goes away leaves the line", async () => {
    const { asked, inspector } = openInspector();
    const client = new AbortController();
    leaveOpen(inspector.ask(by("key_a"), "in hand", null));
    const left = inspector.ask(by("key_b", client.signal), "left", null);
    const stays = inspector.ask(by("key_c"), "stays", null);
    client.abort();
    await expect(left).rejects.toMatchObject({ code: "solver_unavailable" });
    await asked[0]!.answer();
    await asked[1]!.answer();
    expect(await stays).toBe("about stays");
    expect(asked.map(({ text }) => text)).toEqual(["in hand", "stays"]);
  });

  test("the place hears who has gone and how long an answer may take", async () => {
    const { asked, inspector } = openInspector();
    const client = new AbortController();
    leaveOpen(inspector.ask(by("key_a", client.signal), "in hand", null));
    await turn();
    expect(asked[0]!.hooks).toEqual({ signal: client.signal, limit_ms: 1000 });
  });

  test("a question whose turn does not come in time is refused", async () => {
    const { asked, inspector } = openInspector({ wait_ms_max: 20 });
    leaveOpen(inspector.ask(by("key_a"), "in hand", null));
    const late = inspector.ask(by("key_b"), "late", null);
    await expect(late).rejects.toThrow("no turn came within 0.02 s");
    await asked[0]!.answer();
    expect(asked).toHaveLength(1);
  });

  test("a stop refuses what waits", async () => {
    const { inspector } = openInspector();
    leaveOpen(inspector.ask(by("key_a"), "in hand", null));
    const waiting = inspector.ask(by("key_b"), "waits", null);
    await inspector.stop();
    await expect(waiting).rejects.toThrow("the service stops");
    expect(inspector.waiting).toBe(0);
  });
});
