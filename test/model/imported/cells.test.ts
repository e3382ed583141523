/** Paths into imported files: what they lead to, what is refused, and what a fire makes of them. */
import { describe, expect, test } from "bun:test";
import { compileModel, prepareModel, resolveCells } from "../../../src/model/compile";
import { validateOverrideData } from "../../../src/model/override_data";
import { applyOverrides, bindOverrides, parseOverrideSchema, pathsOf } from "../../../src/model/overrides";
import { LIMITS, rowOf } from "../setup";
import { fileOf } from "./setup";

const TEXT = `NAME
ROWS
 N cost
 L cap
 G a.b
 E eq
 L range
COLUMNS
 x cost 2 cap 1
 x a.b 3 eq 1
 y cap 4 a.b 1
 y.z cap 5 range 1
RHS
 R cap 10 a.b 2
 R eq 3 range 9
RANGES
 R range 4
BOUNDS
 UP B x 8
 MI B y
ENDATA
`;
const MODEL = fileOf("mps", TEXT);
const PREPARED = prepareModel(MODEL, LIMITS);

function bind(schema: unknown) {
  const { fields, errors } = parseOverrideSchema(schema);
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  const paths = pathsOf(fields) ?? PREPARED.inputs.map(({ name }) => name);
  return bindOverrides(fields, { ...PREPARED, inputs: PREPARED.inputs, cells: resolveCells(PREPARED, paths) });
}

function fired(schema: unknown, data: unknown) {
  const { bound, errors } = bind(schema);
  expect(errors).toEqual([]);
  expect(validateOverrideData(bound, data)).toEqual([]);
  const { model, values } = applyOverrides(MODEL, bound, data);
  expect(model).toBe(MODEL);
  return compileModel(PREPARED, values, LIMITS).problem!;
}

const at = (...paths: string[]) => paths.map((path, position) => ({ name: `f${position}`, model_field_path: path }));

describe("paths", () => {
  test.each([
    ["columns.x.cost", 2],
    ["columns.x.lower", 0],
    ["columns.x.upper", 8],
    ["columns.y.lower", null],
    ["columns.y.z.upper", null],
    ["rows.cap.rhs", 10],
    ["rows.a.b.rhs", 2],
    ["rows.eq.rhs", 3],
    ["rows.range.lower", 5],
    ["rows.range.upper", 9],
    ["coefficients.a.b.x", 3],
    ["coefficients.cap.y.z", 5],
  ])("%s leads to %p", (path, value) => {
    expect(resolveCells(PREPARED, [path])[path]).toMatchObject({ value });
  });

  test.each([
    ["columns.xx.cost", 'columns has no column "xx", did you mean "x"?'],
    ["columns.x.costs", 'columns.x has no property "costs", did you mean "cost"?; it has cost, lower, upper'],
    ["columns.x", "the path ends at columns.x; go on to cost, lower, upper"],
    ["columns", 'columns has no column ""'],
    ["rows.capp.rhs", 'rows has no row "capp", did you mean "cap"?'],
    ["rows.cap.cost", 'rows.cap has no property "cost"; it has rhs, lower, upper'],
    ["rows.range.rhs", "rows.range is a range from 5 to 9; override its lower or upper side"],
    ["rows.cost.rhs", 'rows has no row "cost"'],
    [
      "coefficients.cap",
      'the path coefficients.cap names no row of the file, did you mean "cap"?; write coefficients.ROW.COLUMN',
    ],
    ["coefficients.cap.q", 'columns has no column "q", did you mean "x"?'],
    ["coefficients.eq.y", 'the row "eq" has no coefficient of "y"; the file gives none'],
    [
      "column.x.cost",
      'the file has no part "column", did you mean "columns"?; the parts are columns, rows, coefficients',
    ],
    ["variables.x.lower_bound", 'the file has no part "variables"; the parts are columns, rows, coefficients'],
  ])("%s leads nowhere", (path, error) => {
    expect(bind(at(path)).errors).toEqual([{ name: "f0", msg: `model_field_path leads nowhere: ${error}` }]);
  });

  test("a field's own name may be the path", () => {
    expect(bind([{ name: "columns.x.cost" }]).errors).toEqual([]);
    expect(bind([{ name: "demand" }]).errors[0]!.msg).toStartWith(
      "the name is no path into the file: the file has no part",
    );
  });

  test("two fields may not reach the same number", () => {
    const twice = (first: string, second: string) => bind(at(first, second)).errors.map(({ msg }) => msg);
    const same = ['it reaches the same value as the field "f0"'];
    expect(twice("rows.cap.rhs", "rows.cap.upper")).toEqual(same);
    expect(twice("rows.eq.rhs", "rows.eq.lower")).toEqual(same);
    expect(twice("rows.eq.lower", "rows.eq.rhs")).toEqual(same);
    expect(twice("columns.x.cost", "columns.x.cost")).toEqual(same);
    expect(twice("rows.eq.lower", "rows.eq.upper")).toEqual([]);
    expect(twice("rows.cap.rhs", "coefficients.cap.x")).toEqual([]);
  });
});

describe("a fire", () => {
  test("puts numbers into cells and leaves the rest as it is", () => {
    const schema = at(
      "columns.x.cost",
      "columns.x.upper",
      "columns.y.lower",
      "rows.cap.rhs",
      "rows.eq.rhs",
      "coefficients.cap.y.z",
    );
    const problem = fired(schema, { f0: -7, f1: null, f2: 1.5, f3: 99, f4: 4, f5: 6 });
    expect([...problem.columns.cost]).toEqual([-7, 0, 0]);
    expect([...problem.columns.upper]).toEqual([Infinity, Infinity, Infinity]);
    expect([...problem.columns.lower]).toEqual([0, 1.5, 0]);
    expect(rowOf(problem, 0)).toEqual({ terms: { x: 1, y: 4, "y.z": 6 }, lower: -Infinity, upper: 99 });
    expect(rowOf(problem, 2)).toMatchObject({ lower: 4, upper: 4 });
    const pinned = compileModel(PREPARED, {}, LIMITS).problem!;
    expect(rowOf(pinned, 0)).toEqual({ terms: { x: 1, y: 4, "y.z": 5 }, lower: -Infinity, upper: 10 });
    expect(problem.matrix.indices).toBe(pinned.matrix.indices);
  });

  test("without data is the file itself; with a default it is the default", () => {
    expect(fired(at("columns.x.cost"), {})).toBe(compileModel(PREPARED, {}, LIMITS).problem!);
    const [field] = at("columns.x.cost");
    expect(fired([{ ...field, default: 5 }], {}).columns.cost[0]).toBe(5);
  });

  test.each([
    [{ f0: "6" }, 'f0 is the text "6", expected a finite number'],
    [{ f0: null }, "f0 is null, expected a finite number"],
    [{ f1: [1] }, "f1 is an array of 1, expected a finite number, or null for no bound"],
    [{ f2: 1 }, 'there is no field "f2", did you mean "f0"?'],
  ])("%j is refused", (data, msg) => {
    const { bound } = bind(at("columns.x.cost", "columns.x.upper"));
    expect(validateOverrideData(bound, data)).toEqual([{ name: Object.keys(data)[0]!, msg }]);
  });

  test("types and defaults are checked with the schema", () => {
    const field = { name: "f", model_field_path: "columns.x.cost" };
    expect(bind([{ ...field, type: "string" }]).errors[0]!.msg).toBe(
      'type is "string", but the model takes number or integer here',
    );
    expect(bind([{ ...field, default: "a" }]).errors[0]!.msg).toStartWith("the default does not fit");
  });
});

describe("inputs", () => {
  test("are sides, costs and bounds that are no defaults", () => {
    expect(PREPARED.inputs.map(({ name, value }) => [name, value])).toEqual([
      ["rows.cap.rhs", 10],
      ["rows.a.b.rhs", 2],
      ["rows.eq.rhs", 3],
      ["rows.range.lower", 5],
      ["rows.range.upper", 9],
      ["columns.x.cost", 2],
      ["columns.x.upper", 8],
    ]);
    expect(PREPARED.inputs[0]).toMatchObject({ kind: "cell", type: "number", required: false, size: 1 });
  });

  test("without a schema can all be overridden by their paths", () => {
    const problem = fired(null, { "rows.cap.rhs": 11, "columns.x.cost": 3 });
    expect([problem.rows.upper[0], problem.columns.cost[0]]).toEqual([11, 3]);
  });

  test("of a large file are a thousand", () => {
    const rows = Array.from({ length: 3000 }, (_, row) => ` c${row}: x >= ${row}\n`).join("");
    expect(prepareModel(fileOf("lp", `min x\nst\n${rows}end`), LIMITS).inputs).toHaveLength(1000);
  });
});
