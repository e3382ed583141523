/** The JModel dialect: what it has beyond MathProg, its names in results, and what it refuses. */
import { describe, expect, test } from "bun:test";
import type { JsonObject } from "../setup";
import { faultsOf, jmodel, solveModel } from "./setup";

const EDGES = `set N := 1..3;
set E := {(1,2), (1,3), (2,1), (2,3), (3,1), (3,2)};
param d{E} := 1 2 4, 1 3 2, 2 1 3, 2 3 5, 3 1 6, 3 2 1;
var x{E} binary;
minimize t: sum{(i,j) in E} d[i,j]*x[i,j];
subject to out{i in N}: sum{(i,j) in E: i != j} x[i,j] == 1;`;

const SOUND: readonly (readonly [string, string, number, JsonObject?])[] = [
  ["one edge out of each node", EDGES, 6],
  [
    "members in conditions, compared without quotes",
    "set W := {A, B, C}; var x{W} >= 0 <= 4; maximize t: sum{w in W: w != A} x[w] + x[A]; subject to c: x[B] <= 2;",
    10,
  ],
  [
    "a choice made at grounding, with and without else",
    "set W := {A, B}; var x{W} >= 0 <= 4; maximize t: sum{w in W} (if w == A then 2*x[w]) + x[B]; subject to r{w in W}: x[w] <= if w == B then 3 else 4;",
    11,
  ],
  ["a power under a sign", "var x >= 1 <= 5; maximize o: -x^2;", -1],
  ["a convex square", "var x >= 1 <= 5; var y >= 0 <= 9; minimize o: x**2 + x*y + y*y - 3*y + 2;", 2],
  ["a free variable, and statements in any order", "subject to c: x >= -7; minimize o: x; var x continuous;", -7],
  [
    "negative data beside its keys",
    "set W := {A, B}; param p{W} := A -1, B 2; var x{W} >= 0 <= 1; minimize o: sum{w in W} p[w]*x[w];",
    -1,
  ],
  [
    "numbers and texts that spell them",
    'set W := {1, 2}; var x{W} >= 1; minimize o: sum{w in W: w == "1.0"} 5*x[w] + x[2];',
    6,
  ],
  [
    "sets of earlier sets",
    `set A := {a, b}; set B := {b, c}; set C := A union B; set D := A diff B; set E := D cross B;
       var x{C} >= 1; var y{E} >= 1; minimize o: sum{c in C} x[c] + sum{(p, q) in E} y[p,q]; # 3 and 2`,
    5,
  ],
  [
    "a data bundle, with tuples in both spellings",
    `set W; set ARCS dimen 2; param c{W}; param cap; var x{W} >= 0 <= 3; minimize o: sum{w in W} c[w]*x[w];
       subject to m: sum{(a, b) in ARCS} (x[a] + x[b]) >= cap;`,
    4,
    { sets: { W: ["A", "B", "C"], ARCS: ["A,B", ["B", "C"]] }, params: { c: { A: 1, B: 2, C: 3 }, cap: 4 } },
  ],
  [
    "a data bundle in the place of inline data",
    "set W := {A}; param c{W} := A 5; var x{W} >= 1; minimize o: sum{w in W} c[w]*x[w];",
    7,
    { params: { c: { A: 7 } } },
  ],
];

describe("comes to", () => {
  test.each(SOUND.map(([title, source, optimum, data = {}]) => [title, source, optimum, data] as const))(
    "%s",
    (_, source, optimum, data) => {
      const { objective_value } = solveModel(jmodel(source, { data }));
      expect(objective_value).toBeCloseTo(optimum, 6);
    },
  );
});

test("names of columns and rows join family and members, and other characters become _", () => {
  const { solution, variables, constraints } = solveModel(
    jmodel(
      'set W := {"a-b", c}; var x{W} >= 0; var y >= 0; minimize o: sum{w in W} x[w] + y; subject to lim{w in W}: x[w] >= 1;',
    ),
  );
  expect(solution).toEqual({ x_a_b: 1, x_c: 1, y: 0 });
  expect(variables[0]).toMatchObject({ family: "x", index_tuple: ["a-b"] });
  expect(variables[2]).toMatchObject({ family: "y", index_tuple: null });
  expect(constraints.map(({ name, family, index_tuple }) => [name, family, index_tuple])).toEqual([
    ["lim_a_b", "lim", ["a-b"]],
    ["lim_c", "lim", ["c"]],
  ]);
});

describe("refuses", () => {
  test.each<[string, string, string]>([
    [
      "names that come out the same",
      'set W := {"a-b", a_b}; var x{W} >= 0; minimize o: sum{w in W} x[w];',
      "1:28 name_collision two columns or rows would be called x_a_b; rename members so that their names differ",
    ],
    [
      "a family that meets another",
      "set W := {1}; var x{W} >= 0; var x_1 >= 0; minimize o: x[1] + x_1;",
      "1:34 name_collision two columns or rows would be called x_1; rename members so that their names differ",
    ],
    [
      "no objective",
      "var x; subject to c: x >= 1;",
      "1:1 objective_count the model has 0 objectives, expected exactly one",
    ],
    [
      "two objectives",
      "var x >= 0; minimize a: x; minimize b: x;",
      "1:1 objective_count the model has 2 objectives, expected exactly one",
    ],
    ["no variables", "param p := 3; minimize o: p;", "1:1 no_variables the model has no variables"],
    ["a member twice", "set W := {A, A}; var x{W}; minimize o: x[A];", "1:10 given_twice A is in this set already"],
    [
      "a key twice",
      "set W := {A, B}; param p{W} := A 1, A 2; var x{W} >= 0; minimize o: sum{w in W} p[w]*x[w];",
      "1:24 given_twice p has two values for A",
    ],
    [
      "a key outside its set, used or not",
      "set W := {A, B}; param p{W} := A 1, C 3; var x{W} >= 0; minimize o: x[A];",
      '1:24 not_in_domain p[C]: C is not in W (did you mean "A"?)',
    ],
    [
      "a missing key",
      "set W := {A, B}; param p{W} := A 1; var x{W} >= 0; minimize o: sum{w in W} p[w]*x[w];",
      "1:76 no_value p[B] has no value",
    ],
    [
      "a member outside the domain",
      "set W := {bolts, nuts}; var x{W} >= 0; minimize o: x[bolt];",
      '1:52 not_in_domain x[bolt]: bolt is not in W (did you mean "bolts"?)',
    ],
    [
      "a set of a later one",
      "set C := A union {c}; set A := {a}; var x{C}; minimize o: x[c];",
      "1:10 unknown_name nothing is declared as A before this place",
    ],
    [
      "a set without members",
      "set W; var x{W} >= 0; minimize o: sum{w in W} x[w];",
      "1:44 no_value W has no members given",
    ],
    ["a cube", "var x >= 0; minimize o: x^3;", "1:25 degree_too_high a power of variables has the exponent 1 or 2"],
    [
      "a square in a constraint",
      "var x; minimize o: x; subject to c: x^2 <= 2;",
      "1:37 not_linear a constraint contains a product of variables; only the objective may be quadratic",
    ],
    [
      "a square of an integer",
      "var x integer >= 0; minimize o: x^2;",
      "1:21 quadratic_integer the objective is quadratic and x is integer: quadratic problems take continuous variables only",
    ],
    [
      "a saddle",
      "var x >= 0 <= 1; var y >= 0 <= 1; minimize o: x*y;",
      "1:35 quadratic_not_convex the quadratic objective must be convex to be minimized; it bends the wrong way along x",
    ],
  ])("%s", (_, source, fault) => {
    expect(faultsOf(jmodel(source))[0]).toBe(fault);
  });

  test("a name in a data bundle that the source does not have", () => {
    const [fault] = faultsOf(
      jmodel("param cap; var x <= cap; maximize o: x;", { data: { params: { cup: 1, cap: 2 } } }),
    );
    expect(fault).toBe('1:1 unknown_input the model declares no set or param "cup" (did you mean "cap"?)');
  });
});
