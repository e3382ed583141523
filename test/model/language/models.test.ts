/** Whole models: known optima, names in results, both dialects. */
import { describe, expect, test } from "bun:test";
import { problemOf } from "../setup";
import { faultsOf, jmodel, mathprog, solveModel } from "./setup";

const ASSIGNMENT = `
set W := {A, B, C};
set T := {1, 2, 3};
param cost{W, T} := A 1 9, A 2 2, A 3 7, B 1 6, B 2 4, B 3 3, C 1 5, C 2 8, C 3 1;
var x{W, T} binary;
minimize total: sum{w in W, t in T} cost[w,t] * x[w,t];
subject to once{w in W}: sum{t in T} x[w,t] == 1;
subject to each{t in T}: sum{w in W} x[w,t] == 1;
`;

const KNAPSACK = `
set I := {a, b, c, d};
param v{I} := a 60, b 100, c 120, d 40;
param w{I} := a 10, b 20, c 30, d 15;
param cap := 50;
var take{I} binary;
maximize value: sum{i in I} v[i]*take[i];
s.t. room: sum{i in I} w[i]*take[i] <= cap;
`;

const RESTOCKING = `
set ITEMS;
param demand_forecast{ITEMS} >= 0;  param stock{ITEMS} default 0;  param cost{ITEMS} default 2;  param dock := 400;
var order{ITEMS} >= 0, integer;  var short{ITEMS} >= 0;
minimize total: sum{i in ITEMS} (cost[i]*order[i] + 40*short[i]);
s.t. cover{i in ITEMS}: stock[i] + order[i] + short[i] >= demand_forecast[i];
s.t. capacity: sum{i in ITEMS} order[i] <= dock;
data;
set ITEMS := bolts nuts gears belts pumps;
param demand_forecast := bolts 100 nuts 80 gears 60 belts 40 pumps 20;
end;
`;

describe("known optima", () => {
  test("an assignment in JModel", () => {
    const { objective_value, variables } = solveModel(jmodel(ASSIGNMENT));
    expect(objective_value).toBe(9);
    expect(variables.slice(0, 2)).toMatchObject([
      { name: "x_A_1", family: "x", index_tuple: ["A", 1] },
      { name: "x_A_2", family: "x", index_tuple: ["A", 2] },
    ]);
  });

  test("a knapsack in JModel, and with another capacity", () => {
    expect(solveModel(jmodel(KNAPSACK)).objective_value).toBe(220);
    expect(solveModel(jmodel(KNAPSACK), { cap: 30 }).objective_value).toBe(160);
  });

  test("restocking in MathProg, with the data of its source and with an array in the order of the items", () => {
    expect(solveModel(mathprog(RESTOCKING)).objective_value).toBe(600);
    const solution = solveModel(mathprog(RESTOCKING), { demand_forecast: [120, 85, 200, 150, 90] });
    expect(solution.objective_value).toBe(2 * 400 + 40 * 245);
    expect(solution.constraints.at(-1)).toMatchObject({ name: "capacity", family: "capacity", index_tuple: null });
    expect(solution.constraints[0]).toMatchObject({ name: "cover[bolts]", family: "cover", index_tuple: ["bolts"] });
  });

  test("a convex quadratic objective", () => {
    const solution = solveModel(
      mathprog("var x; var y; minimize o: (x - 3)^2 + 2*(y - 1)*(y - 1) + x; s.t. c: x + y <= 3;"),
    );
    expect(solution.objective_value).toBeCloseTo(2.9166667, 5);
  });
});

describe("a quadratic objective", () => {
  test("is maximized when it is concave, over sums and products of forms", () => {
    const source = `set I := 1..3; param a{i in I} := i; var x{I} >= 0, <= 10;
      maximize o: sum{i in I} (4 * a[i] * x[i] - x[i]^2) - (x[1] - x[2]) * (x[1] - x[2]); s.t. c: sum{i in I} x[i] <= 100;`;
    // x1 = 8/3 and x2 = 10/3 where both slopes vanish, x3 = 6.
    expect(solveModel(mathprog(source)).objective_value).toBeCloseTo(56 / 3 + 36, 5);
  });

  test.each<[string, string, string]>([
    [
      "not convex",
      "var x >= 0, <= 1; var y >= 0, <= 1; minimize o: x * y;",
      "1:37 quadratic_not_convex the quadratic objective must be convex to be minimized; it bends the wrong way along x",
    ],
    [
      "convex to be maximized",
      "var x >= 0, <= 1; maximize o: x^2;",
      "1:19 quadratic_not_convex the quadratic objective must be concave to be maximized; it bends the wrong way along x",
    ],
    [
      "of integers",
      "var x >= 0, <= 9, integer; minimize o: (x - 2)^2;",
      "1:28 quadratic_integer the objective is quadratic and x is integer: quadratic problems take continuous variables only",
    ],
    [
      "in a constraint",
      "var x; minimize o: x; s.t. c: x * x <= 4;",
      "1:31 not_linear a constraint contains a product of variables; only the objective may be quadratic",
    ],
    [
      "of a third degree",
      "var x; minimize o: x^2 * x;",
      "1:20 degree_too_high products of variables go up to degree 2",
    ],
    [
      "in a divisor",
      "var x; minimize o: 1 / x;",
      "1:24 wrong_type x is an expression with variables, expected a number",
    ],
  ])("is refused when it is %s", (_, source, fault) => {
    expect(faultsOf(mathprog(source))).toEqual([fault]);
  });

  test("may be the second of two objectives only when it is linear", () => {
    const [fault] = faultsOf(mathprog("var x >= 0; minimize o: x; minimize p: x^2;"));
    expect(fault).toContain("this is a product of variables, which only the objective may contain");
  });
});

describe("names", () => {
  test("a member that is no word is quoted", () => {
    const problem = problemOf(mathprog("set S := {'a b', 'x', 2.5}; var x{S} >= 0; s.t. c: sum{i in S} x[i] >= 1;"));
    expect(problem.columns.names).toEqual(["x['a b']", "x[x]", "x[2.5]"]);
  });

  test("columns stand in the order of declarations, and only those that are used", () => {
    const problem = problemOf(mathprog("var a; var b{1..3}; var c; s.t. r: c + b[3] + b[1] >= 1; minimize o: a;"));
    expect(problem.columns.names).toEqual(["a", "b[3]", "b[1]", "c"]);
  });
});
