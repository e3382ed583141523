import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type Answer, hardModel, type Json, RESTOCK, startWorld, type World } from "../../world";

const SEED = 20_260_219;
let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.stop());

const solve = (body: unknown): Promise<Answer> => world.call("POST", "/api/v2/solve", body);
const validate = (body: unknown): Promise<Answer> => world.call("POST", "/api/v2/solve/validate", body);

const ANSWER_KEYS = [
  ..."status objective_value variables solution constraints solve_time_seconds gap dual_bound iterations nodes".split(
    " ",
  ),
  ..."sensitivity report warnings".split(" "),
];

/** maximize 3x + 2y + 5 with x + y <= 4 and x + 3y <= 6: the corner is x = 4, y = 0, worth 17. */
const CORNER = {
  variables: [{ name: "x" }, { name: "y" }],
  objective: { sense: "maximize", expression: "3x + 2y + 5" },
  constraints: [
    { name: "sum", expression: "x + y <= 4" },
    { name: "mix", expression: "x + 3y <= 6" },
    { name: "range", expression: "1 <= x <= 9" },
  ],
};

describe("the answer", () => {
  test("has the documented shape, constants included in the objective", async () => {
    const { status, body } = await solve(CORNER);
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual([...ANSWER_KEYS].sort());
    expect(body).toMatchObject({ status: "optimal", objective_value: 17, solution: { x: 4, y: 0 }, gap: 0 });
    expect(body.variables).toEqual([
      { name: "x", value: 4, type: "continuous", family: null, index_tuple: null },
      { name: "y", value: 0, type: "continuous", family: null, index_tuple: null },
    ]);
    expect(body.constraints).toMatchObject([
      { name: "sum", activity: 4, lower: null, upper: 4, slack: 0, is_binding: true },
      { name: "mix", activity: 4, lower: null, upper: 6, slack: 2, is_binding: false },
      { name: "range", activity: 4, lower: 1, upper: 9, slack: 3, is_binding: false },
    ]);
    expect(body.solve_time_seconds).toBeGreaterThanOrEqual(0);
  });

  test("prices a constraint by what one unit more of it is worth, and a variable by what forcing it in costs", async () => {
    const { sensitivity, objective_value } = (await solve(CORNER)).body;
    const wider = structuredClone(CORNER);
    wider.constraints[0]!.expression = "x + y <= 4.25";
    const gained = (await solve(wider)).body.objective_value - objective_value;
    expect(sensitivity.shadow_prices.sum).toBeCloseTo(gained / 0.25, 9);
    expect(sensitivity.shadow_prices.mix).toBe(0);
    const forced = structuredClone(CORNER);
    forced.constraints.push({ name: "forced", expression: "y >= 0.5" });
    const cost = (await solve(forced)).body.objective_value - objective_value;
    expect(sensitivity.reduced_costs.y).toBeCloseTo(cost / 0.5, 9);
  });

  test.each(["constructor", "toString", "hasOwnProperty"])(
    "gives a variable called %s back under its name",
    async (name) => {
      const constraints = [{ expression: `${name} >= 3` }];
      const { body } = await solve({
        variables: [{ name }],
        objective: { sense: "minimize", expression: name },
        constraints,
      });
      expect(body.objective_value).toBe(3);
      expect(Object.entries(body.solution)).toEqual([[name, 3]]);
    },
  );
});

describe("every outcome of the solver is 200", () => {
  const base = { variables: [{ name: "x" }], objective: { sense: "maximize", expression: "x" } };
  test.each([
    ["infeasible", { ...base, constraints: [{ expression: "x <= -1" }] }],
    ["unbounded", { ...base, constraints: [{ expression: "x >= 1" }] }],
    ["time_limit", hardModel("exact", 0.2)],
  ])("%s, without figures that nobody computed", async (status, model) => {
    const answer = await solve(model);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status, objective_value: null, variables: [], solution: {}, constraints: [] });
  });

  test("feasible, where the limit came with a solution in hand", async () => {
    const { status, body } = await solve(hardModel("missed", 0.4));
    expect([status, body.status]).toEqual([200, "feasible"]);
    const missed = Object.entries(body.solution as Record<string, number>).filter(([name]) => !name.startsWith("x_"));
    expect(body.objective_value).toBeCloseTo(
      missed.reduce((sum, [, value]) => sum + value, 0),
      6,
    );
  });
});

interface IntegerProblem {
  readonly sense: "minimize" | "maximize";
  readonly costs: readonly number[];
  readonly constant: number;
  readonly uppers: readonly number[];
  readonly rows: readonly { readonly weights: readonly number[]; readonly relation: string; readonly rhs: number }[];
}

const whole = (min: number, max: number) => fc.integer({ min, max });
const integerProblem: fc.Arbitrary<IntegerProblem> = whole(1, 4).chain((count) =>
  fc.record({
    sense: fc.constantFrom("minimize" as const, "maximize" as const),
    costs: fc.array(whole(-9, 9), { minLength: count, maxLength: count }),
    constant: whole(-20, 20),
    uppers: fc.array(whole(0, 4), { minLength: count, maxLength: count }),
    rows: fc.array(
      fc.record({
        // A row without any variable is told by the compiler, not by the solver.
        weights: fc
          .array(whole(-5, 5), { minLength: count, maxLength: count })
          .filter((weights) => weights.some((weight) => weight !== 0)),
        relation: fc.constantFrom("<=", ">=", "="),
        rhs: whole(-10, 15),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  }),
);

const dot = (weights: readonly number[], values: readonly number[]): number =>
  weights.reduce((sum, weight, i) => sum + weight * values[i]!, 0);

function holds({ weights, relation, rhs }: IntegerProblem["rows"][number], values: readonly number[]): boolean {
  const activity = dot(weights, values);
  return relation === "<=" ? activity <= rhs : relation === ">=" ? activity >= rhs : activity === rhs;
}

/** The best objective over every point of the box; null when no point satisfies all rows. */
function bruteForce(problem: IntegerProblem): number | null {
  let points: number[][] = [[]];
  for (const upper of problem.uppers) {
    points = points.flatMap((point) => Array.from({ length: upper + 1 }, (_, value) => [...point, value]));
  }
  const objectives = points
    .filter((point) => problem.rows.every((row) => holds(row, point)))
    .map((point) => dot(problem.costs, point) + problem.constant);
  if (objectives.length === 0) return null;
  return problem.sense === "minimize" ? Math.min(...objectives) : Math.max(...objectives);
}

function modelOf({ sense, costs, constant, uppers, rows }: IntegerProblem): Json {
  const terms = (weights: readonly number[]) => weights.map((weight, i) => `${weight}*v${i}`).join(" + ");
  return {
    variables: uppers.map((upper_bound, i) => ({ name: `v${i}`, type: "integer", lower_bound: 0, upper_bound })),
    objective: { sense, expression: `${terms(costs)} + ${constant}` },
    constraints: rows.map(({ weights, relation, rhs }) => ({ expression: `${terms(weights)} ${relation} ${rhs}` })),
  };
}

test("integer problems are solved as trying every point solves them", async () => {
  await fc.assert(
    fc.asyncProperty(integerProblem, async (problem) => {
      const { status, body } = await solve(modelOf(problem));
      const best = bruteForce(problem);
      expect(status).toBe(200);
      expect([body.status, body.objective_value]).toEqual([best === null ? "infeasible" : "optimal", best]);
      if (best === null) return;
      const values = problem.uppers.map((_, i) => body.solution[`v${i}`]);
      expect(values.every(Number.isInteger)).toBe(true);
      expect(problem.rows.every((row) => holds(row, values))).toBe(true);
      expect(dot(problem.costs, values) + problem.constant).toBe(best);
      expect(body.constraints.map((row: Json) => row.activity)).toEqual(
        problem.rows.map((row) => dot(row.weights, values)),
      );
    }),
    { seed: SEED, numRuns: 150 },
  );
});

describe("a model that does not compile", () => {
  test("is 422 with every error, each with its place", async () => {
    const constraints = [{ expression: "order_a + ordr_b >= 1" }, { expression: "order_a >=" }];
    const answer = await solve({ ...RESTOCK, constraints });
    expect([answer.status, answer.body.code]).toEqual([422, "model_invalid"]);
    expect(answer.body.diagnostics.map((one: Json) => one.path)).toEqual([
      "constraints.0.expression",
      "constraints.1.expression",
    ]);
    const keys = ["code", "severity", "message", "line", "column", "start", "end", "notes"];
    for (const one of answer.body.diagnostics) expect(Object.keys(one)).toEqual(expect.arrayContaining(keys));
    expect(JSON.stringify(answer.body.diagnostics[0])).toContain('did you mean \\"order_b\\"?');
  });

  test.each([[[]], [null], [5], ["x"], [{}], [{ variables: 5 }]])("is 422 when it is no model: %j", async (body) => {
    const answer = await solve(JSON.stringify(body));
    expect([answer.status, answer.body.code]).toEqual([422, "model_invalid"]);
  });

  test.each([
    [{ time_limit_seconds: 0 }],
    [{ time_limit_seconds: -1 }],
    [{ time_limit_seconds: "60" }],
    [{ time_limit_seconds: 1e9 }],
    [{ gap_tolerance: -0.1 }],
    [{ gap_tolerance: 1.5 }],
    [{ seed: -1 }],
    [{ seed: 1.5 }],
    [{ seed: 2 ** 31 }],
    [{ solver: "simplex" }],
    [[]],
  ])("is 422 when its options are out of bounds: %j", async (options) => {
    expect((await solve({ ...RESTOCK, options })).status).toBe(422);
  });

  test("names the option that was meant", async () => {
    const answer = await solve({ ...RESTOCK, options: { time_limit_second: 5 } });
    expect(JSON.stringify(answer.body)).toContain("time_limit_seconds");
  });

  test("has options at their bounds taken", async () => {
    for (const options of [{ gap_tolerance: 0 }, { gap_tolerance: 1 }, { seed: 0 }, { seed: 2 ** 31 - 1 }, null]) {
      expect((await solve({ ...RESTOCK, options })).status).toBe(200);
    }
  });
});

describe("override data", () => {
  test.each(["data", "override_data"])("beside the model changes its inputs, as %s", async (field) => {
    const { body } = await solve({ ...RESTOCK, [field]: { demand_forecast: [40, 10] } });
    expect(body).toMatchObject({ objective_value: 20, solution: { order_a: 10, order_b: 0 } });
  });

  test("that does not fit is 422 and names the field", async () => {
    for (const override_data of [{ demand_forcast: [1, 2] }, { stock: [1] }, { stock: [1, "2"] }, [], "x"]) {
      const answer = await solve({ ...RESTOCK, override_data });
      expect([answer.status, answer.body.code]).toEqual([422, "override_invalid"]);
      expect(answer.body.detail).toMatchObject({ error: expect.any(String), run_id: null });
      expect(answer.body.detail.fields[0]).toEqual({ name: expect.any(String), msg: expect.any(String) } as Json);
    }
  });
});

test("without solver processes a solve is refused, and a model is still checked", async () => {
  const unsolving = await startWorld({ flags: { workers: "0" } });
  try {
    const answer = await unsolving.call("POST", "/api/v2/solve", RESTOCK);
    expect([answer.status, answer.body.code]).toEqual([503, "solver_unavailable"]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await unsolving.call("POST", "/api/v2/solve/validate", RESTOCK)).body.valid).toBe(true);
  } finally {
    await unsolving.stop();
  }
});

describe("a client that goes away", () => {
  const busy = () => world.app.context.solvers.stats().solvers.some((solver) => solver.jobs > 0);

  test("takes its solve with it, so that the next one has the solver", async () => {
    const leaving = new AbortController();
    const left = fetch(`${world.address}/api/v2/solve`, {
      method: "POST",
      headers: { authorization: `Bearer ${world.key}`, "content-type": "application/json" },
      body: JSON.stringify(hardModel("missed", 300)),
      signal: leaving.signal,
    }).catch((error: Error) => error.name);
    while (!busy()) await world.call("GET", "/health/live");
    leaving.abort();
    expect(await left).toBe("AbortError");
    expect((await solve(CORNER)).body.status).toBe("optimal");
  }, 20_000);
});

describe("a check", () => {
  test("answers 200 with the documented shape for a sound model", async () => {
    const { status, body } = await validate(RESTOCK);
    expect(status).toBe(200);
    expect(body).toEqual({
      valid: true,
      errors: [],
      warnings: [],
      diagnostics: [],
      num_variables: 4,
      num_constraints: 3,
      num_nonzeros: 6,
      variable_types: { continuous: 2, integer: 2 },
    });
  });

  test("answers 200 for an unsound one too, errors and warnings apart", async () => {
    const constraints = [{ expression: "order_a < 3" }, { expression: "nope >= 1" }];
    const { status, body } = await validate({ ...RESTOCK, constraints });
    expect(status).toBe(200);
    expect([body.valid, body.errors.length, body.warnings.length]).toEqual([false, 1, 1]);
    expect(body.errors[0]).toContain("nope");
    expect(body.diagnostics.map((one: Json) => one.severity).sort()).toEqual(["error", "warning"]);
    for (const model of [null, [], 5, {}]) expect((await validate(model)).body).toMatchObject({ valid: false });
  });
});

describe("a large model", () => {
  const COUNT = 20_000;
  /** minimize the sum of (i % 7 + 1) v_i, each v_i at least i % 5. */
  const large = {
    variables: Array.from({ length: COUNT }, (_, i) => ({ name: `v${i}` })),
    objective: {
      sense: "minimize",
      expression: Array.from({ length: COUNT }, (_, i) => `${(i % 7) + 1}*v${i}`).join(" + "),
    },
    constraints: Array.from({ length: COUNT }, (_, i) => ({ expression: `v${i} + v${(i + 1) % COUNT} >= ${i % 5}` })),
  };

  test("is compiled while the service goes on answering", async () => {
    let is_checked = false;
    const checked = validate(large).finally(() => {
      is_checked = true;
    });
    let answered = 0;
    while (!is_checked) {
      await world.call("GET", "/health/live");
      answered += 1;
    }
    expect((await checked).body).toMatchObject({
      ...{ valid: true, num_variables: COUNT, num_constraints: COUNT, num_nonzeros: 2 * COUNT },
      variable_types: { continuous: COUNT },
    });
    expect(answered).toBeGreaterThan(10);
  });

  test("is solved to a solution that satisfies every row", async () => {
    const { body } = await solve(large);
    expect(body.status).toBe("optimal");
    expect(body.variables).toHaveLength(COUNT);
    const values = body.variables.map((variable: Json) => variable.value);
    let cost = 0;
    for (let i = 0; i < COUNT; i += 1) {
      cost += ((i % 7) + 1) * values[i];
      expect(values[i] + values[(i + 1) % COUNT]).toBeGreaterThanOrEqual((i % 5) - 1e-6);
    }
    expect(cost).toBeCloseTo(body.objective_value, 4);
  });
});
