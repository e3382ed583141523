/**
 * What every engine promises, as tests that run over each row of ENGINES: describeEngine(name, kind, left_out). Where an engine does not
 * declare what a test needs, the test asks instead that such a problem is refused in words; `left_out` names tests that an engine cannot
 * pass, each with the reason.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { systemClock } from "../../src/clock";
import { type CleanAnswer, certify } from "../../src/solver/certify";
import type { Engine, EngineCapabilities, EngineKind, RawAnswer, SolveCallbacks } from "../../src/solver/engine";
import { SOLVE_OPTIONS_DEFAULT, type SolveSettings } from "../../src/solver/options";
import { provesInfeasible } from "../../src/solver/proof/infeasibility";
import { solveToProof } from "../../src/solver/proof/ladder";
import type { Verdict } from "../../src/solver/proof/verdict";
import { marketSplit, PRODUCTION, type ProblemText, readProblem } from "./problem_text";
import { arbitraryProblem, enumerate, QUIET_CALLBACKS, SEED } from "./solver_fixture";

const SECONDS = 30;
/** Far out of reach, with a first solution at once. */
const HARD = marketSplit(4, 30);

interface Solved {
  readonly raw: RawAnswer;
  readonly clean: CleanAnswer | null;
}

const bits = (values: Float64Array | null) =>
  values === null ? null : Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString("hex");

class Subject {
  engine!: Engine;

  async solve(
    text: ProblemText,
    settings: Partial<SolveSettings> = {},
    callbacks: SolveCallbacks | null = QUIET_CALLBACKS,
  ): Promise<Solved> {
    const problem = readProblem(text);
    const raw = await this.engine.solve(problem, { ...SOLVE_OPTIONS_DEFAULT, ...settings }, callbacks);
    return { raw, clean: raw.values === null ? null : certify(problem, raw.values, raw.objective).clean };
  }

  prove(text: ProblemText): Promise<Verdict> {
    const options = { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: SECONDS };
    return solveToProof(this.engine, readProblem(text), options, QUIET_CALLBACKS, () => SECONDS);
  }

  async statusOf(text: ProblemText, settings: Partial<SolveSettings> = {}): Promise<RawAnswer["status"]> {
    return (await this.solve(text, settings)).raw.status;
  }
}

/** Registers a test, or says in its title why this engine leaves it out. */
type Check = (title: string, needs: readonly (keyof EngineCapabilities)[], work: () => Promise<void>) => void;

export function describeEngine(name: string, kind: EngineKind, left_out: Readonly<Record<string, string>> = {}): void {
  const subject = new Subject();
  const check: Check = (title, needs, work) => {
    const reason = left_out[title];
    const missing = needs.find((need) => !kind.capabilities[need]);
    if (reason !== undefined) test(`${title}: left out, ${reason}`, () => expect(reason.length).toBeGreaterThan(10));
    else if (missing !== undefined) test(`${title}: not declared, ${missing}`, () => testRefusal(subject, missing));
    else test(title, work);
  };
  describe(`${name}:`, () => {
    beforeAll(async () => {
      subject.engine = await kind.load(systemClock);
    });
    describe("linear problems", () => testLinear(subject, check));
    describe("empty, contradictory and open problems", () => testExtremes(subject, check));
    describe("integer problems", () => testIntegers(subject, check));
    describe("other columns and objectives", () => testOthers(subject, check));
    describe("limits and stops", () => testStops(subject, check));
    describe("the same again", () => testRepetition(subject, check, kind));
    describe("what it says of itself", () => testDeclarations(subject, check, kind));
  });
}

function testLinear(subject: Subject, check: Check): void {
  check("a linear problem has its optimum, in either sense and with its constant", [], async () => {
    const { raw, clean } = await subject.solve(TRANSPORT);
    expect([raw.status, clean!.objective]).toEqual(["optimal", expect.closeTo(61.5, 6)]);
    const negative = TRANSPORT.columns.map(([name, cost, lower, upper]) => [name, -cost, lower, upper] as const);
    const up = await subject.solve({ ...TRANSPORT, sense: "maximize", columns: negative, offset: 7 });
    expect(up.clean!.objective).toBeCloseTo(7 - 61.5, 6);
    expect(up.raw.dual_bound).toBeCloseTo(7 - 61.5, 6);
  });

  check("duals are the change of the objective per unit of a bound, in either sense", ["duals"], async () => {
    for (const sign of [1, -1]) {
      const columns = TRANSPORT.columns.map(([name, cost, lower, upper]) => [name, sign * cost, lower, upper] as const);
      const text: ProblemText = { ...TRANSPORT, sense: sign === 1 ? "minimize" : "maximize", columns };
      const { raw } = await subject.solve(text);
      for (const [row, [name, lower, coefficients, upper]] of text.rows.entries()) {
        const moved = (bound: number | null) => (bound === null ? null : bound + 0.25);
        const rows = text.rows.with(row, [name, moved(lower), coefficients, moved(upper)]);
        const change = (await subject.solve({ ...text, rows })).raw.objective - raw.objective;
        expect(raw.row_duals![row]! * 0.25).toBeCloseTo(change, 6);
      }
      expect(raw.reduced_costs).toHaveLength(text.columns.length);
    }
  });
}

function testExtremes(subject: Subject, check: Check): void {
  check("without columns the objective is the constant, and the rows still count", [], async () => {
    const text: ProblemText = { sense: "minimize", offset: 7, columns: [], rows: [["r", -1, {}, 1]] };
    expect((await subject.solve(text)).clean!.objective).toBe(7);
    expect(await subject.statusOf({ ...text, rows: [["r", 1, {}, null]] })).toBe("infeasible");
  });

  check("without rows the bounds decide", [], async () => {
    const text: ProblemText = { sense: "maximize", columns: [["x", 2, 0, 5.5]], rows: [] };
    expect([...(await subject.solve(text)).clean!.values]).toEqual([5.5]);
    expect(await subject.statusOf({ ...text, columns: [["x", 2, 0, null]] })).toBe("unbounded");
  });

  check("bounds that cross are infeasible", [], async () => {
    expect(await subject.statusOf({ sense: "minimize", columns: [["x", 1, 2, 1]], rows: [] })).toBe("infeasible");
  });

  check("unbounded and infeasible are told apart", [], async () => {
    const columns: ProblemText["columns"] = [
      ["x", 1, 0, null],
      ["y", 1, 0, null],
    ];
    const rows: ProblemText["rows"] = [["r", 1, { 0: 1, 1: -1 }, null]];
    expect(await subject.statusOf({ sense: "maximize", columns, rows })).toBe("unbounded");
    const contradiction: ProblemText["rows"] = [...rows, ["s", null, { 0: 1, 1: -1 }, 0]];
    expect(await subject.statusOf({ sense: "maximize", columns, rows: contradiction })).toBe("infeasible");
  });

  check("a ray of an infeasible problem proves it, and a feasible one has none that does", [], async () => {
    const text: ProblemText = {
      sense: "minimize",
      columns: [["x", 1, 0, 1]],
      rows: [["r", 2, { 0: 1 }, null]],
    };
    const ray = await subject.engine.infeasibilityRay(readProblem(text), SOLVE_OPTIONS_DEFAULT);
    if (ray !== null) expect(provesInfeasible(readProblem(text), ray)).toBe(true);
    const none = await subject.engine.infeasibilityRay(readProblem(TRANSPORT), SOLVE_OPTIONS_DEFAULT);
    if (none !== null) expect(provesInfeasible(readProblem(TRANSPORT), none)).toBe(false);
  });
}

function testIntegers(subject: Subject, check: Check): void {
  check("the production plan has its known optimum and a bound", ["integers"], async () => {
    const { raw, clean } = await subject.solve(PRODUCTION);
    expect([raw.status, clean!.objective]).toEqual(["optimal", 3650]);
    expect([...clean!.values]).toEqual([11, 40, 25]);
    expect(raw.dual_bound).toBeCloseTo(3650, 6);
    expect([raw.row_duals, raw.reduced_costs]).toEqual([null, null]);
  });

  check("small integer problems agree with the enumeration of every point", ["integers"], async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryProblem("integer"), async (text) => {
        const { raw, clean } = await subject.solve(text);
        const best = enumerate(text);
        if (best === null) expect(raw.status).toBe("infeasible");
        else expect([raw.status, clean?.objective]).toEqual(["optimal", best]);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  for (const presolve of [true, false]) {
    check(`unbounded and infeasible are told apart, presolve ${presolve}`, ["integers"], async () => {
      const open: ProblemText = {
        sense: "maximize",
        columns: [
          ["x", 1, 0, null, "integer"],
          ["y", 0, 0, null, "integer"],
        ],
        rows: [["r", null, { 0: -1, 1: 1 }, 5]],
      };
      expect(await subject.statusOf(open, { presolve })).toBe("unbounded");
      // The relaxation is unbounded in x, yet 2y + 2z = 1 has no whole solution.
      const empty: ProblemText = {
        sense: "maximize",
        columns: [
          ["x", 1, 0, null],
          ["y", 0, 0, 1, "binary"],
          ["z", 0, 0, 1, "binary"],
        ],
        rows: [["r", 1, { 1: 2, 2: 2 }, 1]],
      };
      expect(await subject.statusOf(empty, { presolve })).toBe("infeasible");
    });
  }
}

function testOthers(subject: Subject, check: Check): void {
  check("a quadratic objective of integer columns has its optimum", ["mixed_quadratic"], async () => {
    expect((await subject.prove(KINDS.mixed_quadratic)).clean!.objective).toBe(2);
  });

  const columns: ProblemText["columns"] = [
    ["x", -2, 0, null],
    ["y", -6, 0, null],
  ];

  check("a convex objective is minimised, and its negative maximised to the negative", ["quadratic"], async () => {
    // 0.5 * (2xx - 4xy + 4yy) - 2x - 6y on x + y <= 2: by hand x = 0.8, y = 1.2.
    const hessian = [
      [0, 0, 2],
      [1, 0, -2],
      [1, 1, 4],
    ] as const;
    const rows: ProblemText["rows"] = [["r", null, { 0: 1, 1: 1 }, 2]];
    const down = await subject.solve({ sense: "minimize", columns, rows, hessian });
    expect([down.clean!.objective, down.clean!.values[0]]).toEqual([expect.closeTo(-7.2, 6), expect.closeTo(0.8, 6)]);
    const up = await subject.solve({
      sense: "maximize",
      columns: columns.map(([name, cost, lower, upper]) => [name, -cost, lower, upper] as const),
      rows,
      hessian: hessian.map(([row, column, value]) => [row, column, -value] as const),
    });
    expect(up.clean!.objective).toBeCloseTo(7.2, 6);
  });

  check("a quadratic objective that is flat in an open direction is unbounded", ["quadratic"], async () => {
    const open: ProblemText = {
      sense: "minimize",
      columns,
      rows: [["r", null, { 0: 1 }, 20]],
      hessian: [[0, 0, 2]],
    };
    const { status } = await subject.prove(open);
    expect(status).toBe("unbounded");
  });

  check("semi-continuous columns are 0 or within their bounds", ["semicontinuous"], async () => {
    const semi = (cost: number, lower: number, upper: number, demand: number): ProblemText => ({
      sense: "minimize",
      columns: [
        ["s", cost, lower, upper, "semicontinuous"],
        ["rest", 10, 0, null],
      ],
      rows: [["demand", demand, { 0: 1, 1: 1 }, null]],
    });
    expect([...(await subject.solve(semi(1, 5, 8, 3))).clean!.values]).toEqual([5, 0]);
    expect((await subject.solve(semi(11, 5, 8, 3))).clean!.values[0]).toBe(0);
    expect([...(await subject.solve(semi(1, 5, 1e6, 2e5))).clean!.values]).toEqual([2e5, 0]);
    const negative: ProblemText = { sense: "maximize", columns: [["s", 1, -9, -4, "semi_integer"]], rows: [] };
    expect([...(await subject.solve(negative)).clean!.values]).toEqual([0]);
    expect([...(await subject.solve({ ...negative, sense: "minimize" })).clean!.values]).toEqual([-9]);
  });
}

function testStops(subject: Subject, check: Check): void {
  check("a limit ends a solve in time, with the solution in hand", ["integers"], async () => {
    const started_ms = systemClock.monotonic();
    const { raw } = await subject.solve(HARD, { time_limit_seconds: 0.8 });
    expectStopped(subject.engine, raw);
    if (raw.dual_bound !== null) expect(raw.objective).toBeGreaterThan(raw.dual_bound);
    expect(systemClock.monotonic() - started_ms).toBeLessThan(3000);
  });

  check("an interruption stops it and keeps the best solution", ["integers"], async () => {
    const started_ms = systemClock.monotonic();
    const isDue = () => systemClock.monotonic() - started_ms > 800;
    const { raw, clean } = await subject.solve(HARD, {}, { ...QUIET_CALLBACKS, isInterrupted: isDue });
    expectStopped(subject.engine, raw);
    if (raw.values !== null) expect(clean).not.toBeNull();
    expect(systemClock.monotonic() - started_ms).toBeLessThan(3000);
  });

  check("solutions are told as they are found, each sound and better", ["integers", "incumbents"], async () => {
    const told: { values: Float64Array; objective: number }[] = [];
    const { raw } = await subject.solve(
      HARD,
      { time_limit_seconds: 5 },
      {
        onTurn: () => {},
        isInterrupted: () => told.length >= 3,
        onProgress: () => {},
        onIncumbent: (values, objective) => void told.push({ values: values.slice(), objective }),
      },
    );
    expect(told.length).toBeGreaterThan(0);
    const problem = readProblem(HARD);
    for (const { values, objective } of told) expect(certify(problem, values, objective).clean).not.toBeNull();
    const objectives = told.map(({ objective }) => objective);
    expect(objectives).toEqual(objectives.toSorted((a, b) => b - a));
    expect(raw.objective).toBeLessThanOrEqual(objectives.at(-1)! + 1e-6);
  });

  check("progress has the incumbent on one side of the bound", ["integers", "incumbents"], async () => {
    const seen: { incumbent: number | null; bound: number | null }[] = [];
    const onProgress: SolveCallbacks["onProgress"] = (progress) => void seen.push(progress);
    await subject.solve(HARD, { time_limit_seconds: 0.8 }, { ...QUIET_CALLBACKS, onProgress });
    expect(seen.length).toBeGreaterThan(0);
    for (const { incumbent, bound } of seen) {
      if (incumbent !== null && bound !== null) expect(incumbent).toBeGreaterThanOrEqual(bound - 1e-6);
    }
  });
}

function testRepetition(subject: Subject, check: Check, kind: EngineKind): void {
  const others: readonly ProblemText[] = [
    marketSplit(1, 8),
    { ...PRODUCTION, sense: "minimize" },
    { sense: "minimize", columns: [["x", 1, 0, 1]], rows: [["r", 2, { 0: 1 }, null]] },
  ];
  const figures = ({ raw }: Solved) => [
    bits(raw.values),
    bits(raw.row_duals),
    raw.objective,
    raw.dual_bound,
    raw.nodes,
  ];

  check("gives the same bits whatever was solved before", ["integers", "reproducible"], async () => {
    for (const text of [PRODUCTION, TRANSPORT, marketSplit(2, 10)]) {
      const first = figures(await subject.solve(text));
      for (const other of others) {
        const settings = { seed: 7, gap_tolerance: 0.5, presolve: false, time_limit_seconds: 0.05 };
        await subject.solve(other, settings);
        expect(figures(await subject.solve(text))).toEqual(first);
      }
    }
  });

  check("gives the same bits in another engine and without callbacks", ["integers", "reproducible"], async () => {
    const fresh = new Subject();
    fresh.engine = await kind.load(systemClock);
    for (const text of [PRODUCTION, TRANSPORT, marketSplit(3, 12)]) {
      expect(figures(await fresh.solve(text, {}, null))).toEqual(figures(await subject.solve(text)));
    }
  });

  check("the problem's own arrays are left as they were", [], async () => {
    const problem = readProblem(TRANSPORT);
    await subject.engine.solve(problem, SOLVE_OPTIONS_DEFAULT, QUIET_CALLBACKS);
    expect(problem).toEqual(readProblem(TRANSPORT));
  });
}

function testDeclarations(subject: Subject, check: Check, kind: EngineKind): void {
  check("the version that is told without loading it is its own", [], async () => {
    expect(subject.engine.version).toBe(kind.version);
    expect(subject.engine.capabilities).toEqual(kind.capabilities);
    expect(subject.engine.is_ready).toBe(true);
    await subject.engine.recover();
    expect(subject.engine.is_ready).toBe(true);
  });

  check("a problem of every kind that it declares is solved to proof", [], async () => {
    for (const [capability, text] of Object.entries(KINDS)) {
      const is_declared = kind.capabilities[capability as keyof EngineCapabilities];
      const { status } = await subject.prove(text);
      expect([capability, status === "optimal" || status === "feasible"]).toEqual([capability, is_declared]);
    }
    expect((await subject.prove(PLAIN)).status).toBe(kind.capabilities.duals ? "optimal" : "feasible");
  });
}

const PLAIN: ProblemText = { sense: "minimize", columns: [["x", 1, 1, 5]], rows: [] };
const hessian = [[0, 0, 2]] as const;
const KINDS = {
  integers: { ...PLAIN, columns: [["n", 1, 1, 5, "integer"]] },
  semicontinuous: { ...PLAIN, columns: [["s", -1, 1, 5, "semicontinuous"]] },
  quadratic: { ...PLAIN, hessian },
  mixed_quadratic: { ...PLAIN, columns: [["n", 1, 1, 5, "integer"]], hessian },
} satisfies Partial<Record<keyof EngineCapabilities, ProblemText>>;

/** A kind of problem that is not declared is refused before the engine sees it; of other capabilities there is nothing to ask. */
async function testRefusal(subject: Subject, missing: keyof EngineCapabilities): Promise<void> {
  const text = Object.entries(KINDS).find(([capability]) => capability === missing)?.[1];
  if (text === undefined) return;
  const { status, raw } = await subject.prove(text);
  expect([status, raw.message]).toEqual(["error", expect.stringMatching(/solve.*; \w+/)]);
}

/** One that tells solutions while it solves has one in hand when it is stopped. */
function expectStopped({ capabilities }: Engine, raw: RawAnswer): void {
  if (capabilities.incumbents) expect(raw.status).toBe("feasible");
  else expect(["feasible", "time_limit"]).toContain(raw.status);
}

/** By hand: 15 from s1 to t1 (30), all 30 of s2 to t2 (30), the last 0.5 from s1 (1.5). */
const TRANSPORT: ProblemText = {
  sense: "minimize",
  columns: [
    ["s1t1", 2, 0, null],
    ["s1t2", 3, 0, null],
    ["s2t1", 4, 0, null],
    ["s2t2", 1, 0, null],
  ],
  rows: [
    ["s1", null, { 0: 1, 1: 1 }, 20],
    ["s2", null, { 2: 1, 3: 1 }, 30],
    ["t1", 15, { 0: 1, 2: 1 }, null],
    ["t2", 30.5, { 1: 1, 3: 1 }, null],
  ],
};
