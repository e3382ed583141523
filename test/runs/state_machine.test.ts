import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DELIVERY_MACHINE, DELIVERY_STATES } from "../../src/runs/delivery";
import {
  isTerminal,
  RUN_MACHINE,
  RUN_SOURCES,
  RUN_STATES,
  runSourceCode,
  runSourceOf,
  runStateCode,
  runStateOf,
} from "../../src/runs/run";
import { TICK_MACHINE, TICK_OUTCOMES } from "../../src/runs/tick";

const STORAGE = join(import.meta.dir, "../../src/storage");

describe("a move", () => {
  test("is written as one guarded change, from one state or several", () => {
    expect(RUN_MACHINE.move("queued", "running")).toEqual({ set: "status = 1", where: "status = 0" });
    expect(DELIVERY_MACHINE.move(["delivered", "exhausted"], "pending")).toEqual({
      set: "state = 'pending'",
      where: "state IN ('delivered', 'exhausted')",
    });
  });

  test("that the table does not have does not compile, and throws where types were got round", () => {
    // @ts-expect-error a run that has ended stays so
    expect(() => RUN_MACHINE.move("completed", "queued")).toThrow("there is no move from completed to queued");
    // @ts-expect-error a queued run has no answer
    expect(() => RUN_MACHINE.move(["running", "queued"], "completed")).toThrow("no move from queued to completed");
    // @ts-expect-error only a sent delivery is delivered
    expect(() => DELIVERY_MACHINE.move("pending", "delivered")).toThrow("no move from pending to delivered");
    // @ts-expect-error a tick that has its run keeps it
    expect(() => TICK_MACHINE.move("fired", "missed")).toThrow("no move from fired to missed");
  });
});

describe("what is stored", () => {
  test("keeps its meaning: these numbers are in databases", () => {
    expect(RUN_STATES.map((state) => [state, runStateCode(state)])).toEqual([
      ["queued", 0],
      ["running", 1],
      ["completed", 2],
      ["failed", 3],
      ["timeout", 4],
      ["cancelled", 5],
      ["validation_failed", 6],
      ["skipped_overlap", 7],
    ]);
    expect(RUN_SOURCES.map((source) => [source, runSourceCode(source)])).toEqual([
      ["api", 0],
      ["rerun", 1],
      ["cron", 2],
    ]);
    for (const state of RUN_STATES) expect(runStateOf(runStateCode(state))).toBe(state);
    for (const source of RUN_SOURCES) expect(runSourceOf(runSourceCode(source))).toBe(source);
  });

  test("tells open runs from ended ones by one comparison", () => {
    for (const state of RUN_STATES) expect([state, runStateCode(state) >= 2]).toEqual([state, isTerminal(state)]);
  });

  test("that no state has is refused, not guessed", () => {
    expect(() => runStateOf(-1)).toThrow("a run has status -1, which this program does not know");
    expect(() => runSourceOf(9)).toThrow("a run has source 9, which this program does not know");
  });
});

test("statements take the literals of states from the tables", () => {
  const words = [...DELIVERY_STATES, ...TICK_OUTCOMES].join("|");
  const literal = new RegExp(
    `\\bstatus\\s*(=|!=|<>|<=?|>=?|IN)\\s*\\(?-?\\d|\\b(state|outcome)\\s*(=|!=|<>|IN)\\s*\\(?'(${words})'`,
    "i",
  );
  const files = readdirSync(STORAGE, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const written = files.filter((name) => literal.test(readFileSync(join(STORAGE, name), "utf8")));
  expect(files.length).toBeGreaterThan(15);
  expect(written).toEqual([]);
  expect(literal.test("UPDATE runs SET status = 1")).toBe(true);
  expect(literal.test("WHERE state IN ('pending', 'sending')")).toBe(true);
});
