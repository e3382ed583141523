/** Every shape in which a fire gives sets and params of an algebraic model, and what is said of those that do not fit. */
import { describe, expect, test } from "bun:test";
import { type CompiledModel, compileModel, prepareModel } from "../../../src/model/compile";
import { validateOverrideData } from "../../../src/model/override_data";
import { applyOverrides, bindGiven, fieldsGiven } from "../../../src/model/overrides";
import { type JsonObject, LIMITS } from "../setup";
import { mathprog } from "./setup";

/** The constant of the objective adds up what the params hold, 29 with the model's own values. */
const SOURCE = `set P; set M; set L within P cross M; set W := 1..3; set D{P};
param s{P} >= 0; param d{M} integer, >= 1; param c{P, M} default 5; param r{L}; param n symbolic; param k binary := 0; param q{W};
param t{p in P, W} default 1; param u{P cross M} default 2; param z{p in P: p <> 'p1'} default 3; param name{P} symbolic default 'none';
var x{P, M} >= 0;
minimize o: sum{p in P, m in M} c[p,m] * x[p,m] + k + sum{(p, m) in L} r[p,m] + sum{w in W} q[w] + sum{p in P, w in W} t[p,w]
  + sum{p in P, m in M} u[p,m] + sum{p in P: p <> 'p1'} z[p] + sum{p in P} card(D[p]);
s.t. a{p in P}: sum{m in M} x[p,m] <= s[p]; b{m in M}: sum{p in P} x[p,m] >= d[m] + length(n) + length(name['p1']);
data; set P := p1 p2; set M := m1 m2; set L := (p1,m1) (p2,m2); set D[p1] := 1 2; set D[p2] := 3;
param s := p1 10 p2 20; param d := m1 3 m2 4; param r := p1 m1 1 p2 m2 2; param n := a; param q := 1 1 2 2 3 3; end;`;

const MODEL = mathprog(SOURCE);
const PREPARED = prepareModel(MODEL, LIMITS);

/** What a fire with this data is refused for before anything is queued; else the compiled model. */
function fire(data: JsonObject): readonly string[] | CompiledModel {
  const { bound, errors } = bindGiven(fieldsGiven(data), { ...PREPARED, cells: {} });
  const faults = errors.length > 0 ? errors : validateOverrideData(bound, data);
  if (faults.length > 0) return faults.map(({ msg }) => msg);
  return compileModel(PREPARED, applyOverrides(MODEL, bound, data).values, LIMITS);
}

describe("takes", () => {
  test.each<[string, JsonObject, number]>([
    ["nothing", {}, 29],
    ["a number", { k: 1 }, 30],
    ["a text", { n: "b" }, 29],
    ["an array in the order of the set", { q: [4, 5, 6] }, 38],
    ["an object by member", { q: { 3: 6, 1: 4, 2: 5 } }, 38],
    ["members that spell the same number", { q: { "1.0": 4, 2: 5, 3: 6 } }, 38],
    ["rows", { q: [1, 2, 3].map((week) => ({ week, value: week + 3 })) }, 38],
    [
      "nested arrays",
      {
        t: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
      44,
    ],
    ["keys of joined members", { t: { "p1,2": 9 } }, 37],
    ["keys with blanks", { t: { "p1, 2": 9 } }, 37],
    ["nested objects", { t: { p1: { 2: 9 } } }, 37],
    ["rows of two indices, named in the order of the declaration", { t: [{ plant: "p1", week: 2, value: 9 }] }, 37],
    ["an array over a set of tuples", { r: [5, 6] }, 37],
    ["an object over a set of tuples", { r: { p1: { m1: 5 }, "p2,m2": 6 } }, 37],
    ["an array over a product of sets", { u: [1, 2, 3, 4] }, 31],
    ["an array over the members that a condition leaves", { z: [4] }, 30],
    ["a part of a param with a default", { z: { p2: 4 } }, 30],
    ["a set of tuples in both spellings", { L: ["p1,m1", ["p2", "m1"]], r: [1, 7] }, 34],
    ["an empty set", { L: [], r: [] }, 26],
    ["sets by subscript", { D: { p1: [4, 5, 6], p2: [] } }, 29],
    ["a set with the values over it", { P: ["p1", "p3"], s: [1, 2], L: ["p1,m1"], r: [1], D: { p1: [1], p3: [] } }, 25],
    ["a smaller set, whose other values have no meaning", { W: [1, 2] }, 24],
  ])("%s", (_, data, offset) => {
    expect(fire(data)).toMatchObject({ problem: { offset } });
  });
});

describe("refuses before anything is queued", () => {
  test.each<[string, JsonObject, string]>([
    ["too few values", { s: [1] }, "s has 1 value, expected 2, one for each member of P"],
    ["too many values", { s: [1, 2, 3] }, "s has 3 values, expected 2, one for each member of P"],
    ["a text among numbers", { s: [1, "2"] }, 's[1] is the text "2", expected a finite number'],
    ["what is not finite", { s: [Number.NaN, 2] }, "s[0] is not a finite number, expected a finite number"],
    ["a number below its bound", { s: [1, -2] }, "s[1] is -2, expected >= 0"],
    ["a fraction of an integer", { d: [1.5, 2] }, "d[0] is 1.5, expected a whole number"],
    ["what is not binary", { k: 2 }, "k is 2, expected <= 1"],
    ["a condition as a number", { k: true }, "k is true, expected a finite number"],
    ["a list as a text", { n: ["a"] }, "n is an array of 1, expected a text or number"],
    ["a missing member", { s: { p1: 1 } }, 's lacks "p2"'],
    ["an unknown member", { s: { p1: 1, p3: 1 } }, 's has the key "p3", which is not in P, did you mean "p1"?'],
    ["an unknown second member", { c: { "p1,m9": 4 } }, 'c has the key "p1,m9", which is not in M, did you mean "m1"?'],
    [
      "an unknown nested member",
      { c: { p1: { m9: 4 } } },
      'c["p1"] has the key "m9", which is not in M, did you mean "m1"?',
    ],
    ["an unknown tuple", { r: { "p1,m2": 1 } }, 'r has the key "p1,m2", which is not in L, did you mean "p1,m1"?'],
    ["too few keys", { c: { p1: 4 } }, 'c["p1"] is 4, expected an object with more members for keys'],
    ["too many keys", { c: { "p1,m1,z": 4 } }, 'c has the key "p1,m1,z", which has too many members for 2 indices'],
    ["a short row of a matrix", { c: [[1, 2], [3]] }, "c[1] has 1 value, expected 2, one for each member of M"],
    ["a flat array for a matrix", { c: [1, 2] }, "c[0] is 1, expected an array in the order of M"],
    [
      "a row twice",
      {
        s: [
          { P: "p1", value: 3 },
          { P: "p1", value: 3 },
        ],
      },
      's[1] gives "p1" a second time',
    ],
    [
      "a row without a value",
      { s: [{ P: "p1", val: 3 }] },
      's[0] has the columns "P", "val", expected 1 index columns and "value"',
    ],
    [
      "a row of an unknown member",
      { s: [{ P: "p9", value: 3 }] },
      's[0] has the key "p9", which is not in P, did you mean "p1"?',
    ],
    ["a number for an array", { s: 5 }, "s is 5, expected an array in the order of P, or an object by member"],
    ["null", { s: null }, "s is null, expected an array in the order of P, or an object by member"],
    ["a member twice", { P: ["p1", "p1"] }, 'P[1] is the text "p1", which is in the list already'],
    ["a member in two spellings", { P: [1, "1"] }, 'P[1] is the text "1", which is in the list already'],
    ["no list of members", { P: "p1" }, 'P is the text "p1", expected a list of members'],
    ["a member that is none", { P: [null] }, "P[0] is null, expected a number or text"],
    ["a short tuple", { L: ["p1"] }, 'L[0] is the text "p1", expected a tuple of 2, such as "A,B" or ["A", "B"]'],
    ["a list for sets by subscript", { D: [1, 2] }, "D is an array of 2, expected an object of lists by subscript"],
    [
      "a length that does not fit the set of the same fire",
      { W: [1, 2], q: [1] },
      "q has 1 value, expected 2, one for each member of W",
    ],
    ["a variable", { x: 1 }, 'there is no field "x", did you mean "P"?'],
    [
      "what every object has",
      { constructor: 1 },
      'there is no field "constructor"; there are "P", "M", "L", "W", "D" and 11 more',
    ],
  ])("%s", (_, data, message) => {
    const answer = fire(data);
    expect(Array.isArray(answer) ? answer[0] : "taken").toBe(message);
  });
});

describe("is refused by the compile, with the element", () => {
  test.each<[string, JsonObject, string]>([
    ["a value outside a condition of the domain", { z: { p1: 4 } }, "z[p1] is outside the domain of z"],
    ["a tuple outside the superset", { L: ["p1,m9"] }, "L holds p1,m9, which is not in its superset"],
    ["a subscript outside its set", { D: { p9: [4] } }, "D[p9]: p9 is not in P"],
    ["a member that the values do not know", { P: ["p1", "p2", "p3"] }, "D[p3] has no members given"],
  ])("%s", (_, data, message) => {
    const answer = fire(data);
    if (Array.isArray(answer)) throw new Error(answer[0]);
    expect((answer as CompiledModel).diagnostics[0]?.message).toBe(message);
  });
});

test("inputs tell their index sets, values and sizes, and which are computed is no input", () => {
  const { inputs } = prepareModel(
    mathprog(`${SOURCE.slice(0, SOURCE.indexOf("var x"))} param twice{p in P} := 2 * s[p];
    var y; minimize o: y; ${SOURCE.slice(SOURCE.indexOf("data;"))}`),
    LIMITS,
  );
  expect(inputs.map(({ name, kind, type, size }) => `${name} ${kind} ${type} ${size}`)).toEqual([
    "P set array 2", "M set array 2", "L set array 2", "W set array 3", "D set object 0",
    "s param array 2", "d param array 2", "c param array 4", "r param array 2", "n param string 1", "k param number 1",
    "q param array 3", "t param array 6", "u param array 4", "z param array 0", "name param array 2",
  ]); // biome-ignore format: one list
  expect(inputs[8]).toMatchObject({ index_sets: [{ name: "L", size: 2 }], value: { "p1,m1": 1, "p2,m2": 2 } });
});
