import { describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock";
import type { Solution } from "../../src/problem/solution";
import { type AttemptHooks, attemptSolve } from "../../src/solver/attempt";
import { type Engine, EngineFault } from "../../src/solver/engine";
import { encodeIncumbent, finishIncumbent, type Incumbent } from "../../src/solver/incumbent";
import type { Compilation, ModelCompiler, SolveOutcome, SolveRecord } from "../../src/solver/messages";
import { SOLVE_OPTIONS_DEFAULT, type SolveOptions } from "../../src/solver/options";
import { marketSplit, PRODUCTION, type ProblemText, readProblem } from "./problem_text";
import { engine } from "./solver_fixture";

const QUIET_HOOKS: AttemptHooks = {
  isInterrupted: () => false,
  onTurn: () => {},
  onProgress: () => {},
  onStanding: () => {},
  onIncumbent: () => {},
};

function attempt(
  text: ProblemText | null,
  options: Partial<SolveOptions> = {},
  hooks: Partial<AttemptHooks> = {},
  compiled: Partial<Compilation> = {},
): Promise<SolveOutcome> {
  const problem = text === null ? null : readProblem(text);
  const compiler: ModelCompiler = {
    prepare: () => null,
    compile: () => ({ problem, diagnostics: [], warnings: [], report: null, ...compiled }),
    answer: () => null,
  };
  const given = { ...SOLVE_OPTIONS_DEFAULT, ...options };
  const message = { bound: null, override_data: null, options: given };
  return attemptSolve(engine, compiler, null, message, { ...QUIET_HOOKS, ...hooks }, systemClock);
}

function read(report: SolveRecord): Solution {
  const { is_compressed, data } = report.result;
  return JSON.parse(new TextDecoder().decode(is_compressed ? Bun.zstdDecompressSync(data) : data)) as Solution;
}

function solved(outcome: SolveOutcome): SolveRecord {
  if (outcome.kind !== "solved") throw new Error(`expected a solved outcome, found ${JSON.stringify(outcome)}`);
  return outcome;
}

test("a solved problem carries its answer and its digests, the same each time", async () => {
  const first = solved(await attempt(PRODUCTION));
  expect(first).toMatchObject({ status: "optimal", objective_value: 3650, error_message: null, result_summary: null });
  expect(read(first).solution).toEqual({ a: 11, b: 40, c: 25 });
  const second = solved(await attempt(PRODUCTION));
  expect([second.model_digest, second.solution_digest]).toEqual([first.model_digest, first.solution_digest]);
});

test("a large answer is compressed and has a summary without its large parts", async () => {
  const columns = Array.from({ length: 200 }, (_, column) => [`column_${column}`, 1, 0, 2] as const);
  const report = solved(await attempt({ sense: "maximize", columns, rows: [] }));
  expect(report.result.is_compressed).toBe(true);
  expect(read(report).variables).toHaveLength(200);
  const summary = JSON.parse(report.result_summary!) as Record<string, unknown>;
  expect(summary).toMatchObject({ status: "optimal", objective_value: 400 });
  expect(Object.keys(summary)).not.toContain("variables");
});

test("warnings and the model's report are part of the answer", async () => {
  const compiled = { warnings: ["take care"], report: (values: Float64Array) => `first is ${values[0]}` };
  const { warnings, report } = read(solved(await attempt(PRODUCTION, {}, {}, compiled)));
  expect([warnings, report]).toEqual([["take care"], "first is 11"]);
});

test("an infeasible problem is a result in words", async () => {
  const report = solved(await attempt({ ...PRODUCTION, rows: [["r", 500, { 0: 1 }, null]] }));
  expect(report).toMatchObject({ status: "infeasible", objective_value: null, solution_digest: null });
  expect(report.error_message).toContain("no values of the variables satisfy");
});

test("a model that does not compile gives its diagnostics back", async () => {
  expect(await attempt(null, {}, {}, { diagnostics: [{ code: "x" }] })).toEqual({
    kind: "model_error",
    diagnostics: [{ code: "x" }],
  });
});

test("a mixed problem's other columns are exact around the whole ones", async () => {
  const text: ProblemText = {
    sense: "minimize",
    columns: [
      ["s", 9, 5, 8, "semicontinuous"],
      ["rest", 10, 0, null],
    ],
    rows: [["demand", 3, { 0: 1, 1: 1 }, null]],
  };
  const report = solved(await attempt(text));
  expect(report.status).toBe("optimal");
  expect(read(report).solution).toEqual({ s: 0, rest: 3 });
});

describe("a hard problem", () => {
  const hard = marketSplit(4, 30);

  test("at its limit is feasible with its gap, never infeasible", async () => {
    const report = solved(await attempt(hard, { time_limit_seconds: 0.4 }));
    expect(report.status).toBe("feasible");
    expect(read(report).gap).toBeGreaterThan(0);
  });

  test("tells progress at most four times a second", async () => {
    const seen: number[] = [];
    await attempt(hard, { time_limit_seconds: 1 }, { onProgress: ({ elapsed_ms }) => void seen.push(elapsed_ms) });
    expect(seen.length).toBeGreaterThanOrEqual(2);
    for (let index = 1; index < seen.length; index++)
      expect(seen[index]! - seen[index - 1]!).toBeGreaterThanOrEqual(249);
  });

  test("gives its solutions away while it runs, each whole", async () => {
    const given: Incumbent[] = [];
    const last = solved(
      await attempt(hard, { time_limit_seconds: 1 }, { onIncumbent: (incumbent) => void given.push(incumbent) }),
    );
    expect(given.length).toBeGreaterThan(0);
    expect(given.at(-1)!.record.objective_value).toBeGreaterThanOrEqual(last.objective_value!);
    const report = await finishIncumbent(encodeIncumbent(7, given[0]!), 7, -1);
    expect(read(report!)).toMatchObject({
      status: "feasible",
      objective_value: report!.objective_value,
      dual_bound: -1,
    });
    expect(read(report!).gap).toBe(report!.gap);
    expect(await finishIncumbent(encodeIncumbent(7, given[0]!), 8, -1)).toBeNull();
  });

  test("stops when interrupted and keeps what it has", async () => {
    const started_ms = systemClock.monotonic();
    const outcome = await attempt(hard, {}, { isInterrupted: () => systemClock.monotonic() - started_ms > 300 });
    expect(outcome.kind).toBe("cancelled");
    if (outcome.kind === "cancelled") expect(outcome.record).toMatchObject({ status: "feasible" });
  });
});

test.each([
  ["solver_out_of_memory", false],
  ["solver_crashed", true],
] as const)("an engine that breaks with %s is tried again: %p", async (code, retryable) => {
  const broken: Engine = { ...engine, version: "broken", capabilities: engine.capabilities, is_ready: true, solve };
  async function solve(): Promise<never> {
    throw new EngineFault(code, "it broke");
  }
  const problem = readProblem(PRODUCTION);
  const compile = () => ({ problem, diagnostics: [], warnings: [], report: null });
  const compiler: ModelCompiler = { prepare: () => null, compile, answer: () => null };
  const message = { bound: null, override_data: null, options: SOLVE_OPTIONS_DEFAULT };
  const outcome = await attemptSolve(broken, compiler, null, message, QUIET_HOOKS, systemClock);
  expect(outcome).toMatchObject({ kind: "failed", code, retryable });
});

test("a limit that the compiler uses up is a timeout", async () => {
  const started_ms = systemClock.monotonic();
  const slow = (): Compilation => {
    while (systemClock.monotonic() - started_ms < 30);
    return { problem: readProblem(PRODUCTION), diagnostics: [], warnings: [], report: null };
  };
  const compiler: ModelCompiler = { prepare: () => null, compile: slow, answer: () => null };
  const options = { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: 0.02 };
  const message = { bound: null, override_data: null, options };
  const outcome = await attemptSolve(engine, compiler, null, message, QUIET_HOOKS, systemClock);
  expect(outcome.kind).toBe("timeout");
});
