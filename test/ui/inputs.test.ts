/** What the fire form makes of grids, pastes and files, without a browser. */
import { describe, expect, test } from "bun:test";
import type { InputDeclaration } from "../../src/model/inputs";
import { type Cells, cellsOf, type GridShape, gridShapeOf, jsonOf } from "../../src/ui/inputs/grid_shape";
import { cellsOfTable, objectsOfTable, parseTable, pasteAt, pastedTable } from "../../src/ui/inputs/pasted";
import { startWorld } from "../world";

const ENGLISH = { decimal: ".", group: ",", group_size: 3 } as const;

const SOURCE = `set P; set M; param one; param list{P}; param matrix{P,M} default 0; param cube{P,M,P} default 0;
param word{P} symbolic default "w"; var v >= 0; minimize z: v; data; set P := a b; set M := x y z; end;`;

async function inputsOf(model_json: unknown): Promise<Map<string, InputDeclaration>> {
  const world = await startWorld({ flags: { workers: "0" } });
  try {
    const document = await world.call("POST", "/api/v2/builder", { name: "m", model_json });
    const version = await world.call("POST", `/api/v2/builder/${document.body.id}/versions`, {});
    const path = `/api/v2/builder/${document.body.id}/versions/${version.body.id}/inputs`;
    const { inputs } = (await world.call("GET", path)).body as { inputs: InputDeclaration[] };
    return new Map(inputs.map((input) => [input.name, input]));
  } finally {
    await world.stop();
  }
}

/** The grid of an input, with a number in each cell. */
function numbered(input: InputDeclaration): { shape: GridShape; cells: Cells } {
  const shape = gridShapeOf(input, {})!;
  return { shape, cells: shape.rows.map((_, i) => shape.columns.map((_, j) => String(10 * i + j))) };
}

describe("grids", () => {
  test("of an algebraic model have its members as rows and columns, and make the keys that it takes", async () => {
    const inputs = await inputsOf({ language: "mathprog", source: SOURCE });
    expect(gridShapeOf(inputs.get("one")!, {})).toBeNull();
    expect(gridShapeOf(inputs.get("P")!, {})).toBeNull();
    const list = numbered(inputs.get("list")!);
    expect(jsonOf(list.shape, list.cells)).toEqual({ a: 0, b: 10 });
    const matrix = numbered(inputs.get("matrix")!);
    const keyed = { "a,x": 0, "a,y": 1, "a,z": 2, "b,x": 10, "b,y": 11, "b,z": 12 };
    expect(jsonOf(matrix.shape, matrix.cells)).toEqual(keyed);
    expect(cellsOf(matrix.shape, keyed, ENGLISH)).toEqual(matrix.cells);
    expect(cellsOf(matrix.shape, { a: { x: 0, y: 1, z: 2 }, b: { x: 10, y: 11, z: 12 } }, ENGLISH)).toEqual(
      matrix.cells,
    );
    const cube = numbered(inputs.get("cube")!);
    expect([cube.shape.rows.length, cube.shape.columns]).toEqual([6, ["a", "b"]]);
    expect(jsonOf(cube.shape, cube.cells)).toMatchObject({ "a,x,a": 0, "b,z,b": 51 });
    expect(jsonOf(gridShapeOf(inputs.get("word")!, {})!, [["007"], ["b"]])).toEqual({ a: "007", b: "b" });
    expect(gridShapeOf(inputs.get("list")!, { P: ["a", "b", "new"] })!.rows).toEqual(["a", "b", "new"]);
  });

  test("of a flat model have the form that its parameters have", async () => {
    const parameters = {
      list: [1, 2],
      rows: [
        [1, 2],
        [3, 4],
      ],
      table: { a: { x: 1, y: 2 }, b: { x: 3, y: 4 } },
    };
    const variables = [{ name: "v" }];
    const inputs = await inputsOf({ parameters, variables, objective: { sense: "minimize", expression: "v" } });
    for (const [name, value] of Object.entries(parameters)) {
      const shape = gridShapeOf(inputs.get(name)!, {})!;
      expect(jsonOf(shape, cellsOf(shape, value, ENGLISH))).toEqual(value);
    }
  });

  test("keep what is no number, for the service to refuse by name, and read a decimal comma", () => {
    const shape: GridShape = {
      rows: ["a", "b", "c"],
      columns: [""],
      row_label: "",
      column_label: null,
      form: "keys",
      is_text: false,
    };
    expect(jsonOf(shape, [["1,5"], ["twelve"], [""]])).toEqual({ a: 1.5, b: "twelve" });
  });
});

describe("tables as text", () => {
  const matrix: GridShape = {
    rows: ["a", "b"],
    columns: ["x", "y"],
    row_label: "P",
    column_label: "M",
    form: "keys",
    is_text: false,
  };
  const full: Cells = [
    ["1", "2"],
    ["3", "4"],
  ];

  test("are split by the separator of their first line, with quotes as RFC 4180 has them", () => {
    expect(parseTable("a\t1\nb\t2\n")).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    expect(parseTable("a;1,5\r\nb;2\r\n")).toEqual([
      ["a", "1,5"],
      ["b", "2"],
    ]);
    expect(parseTable('"a ""big"", one",1\n\n"two\nlines",2')).toEqual([
      ['a "big", one', "1"],
      ["two\nlines", "2"],
    ]);
  });

  test("that are pasted keep a comma within a number, and a name with zeros before it", () => {
    expect(pastedTable("1,200")).toEqual([["1,200"]]);
    expect(pastedTable("1,5\n2,5\n")).toEqual([["1,5"], ["2,5"]]);
    expect(pastedTable("1,200\t3,4")).toEqual([["1,200", "3,4"]]);
    expect(pastedTable("a,1\nb,2")).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
    expect(objectsOfTable(parseTable("part;price\n007;1.234,50\n008;1,200"))).toEqual([
      { part: "007", price: 1234.5 },
      { part: "008", price: "1,200" },
    ]);
  });

  test("are laid over cells from one place on, and never beyond the grid", () => {
    expect(
      pasteAt(full, { row: 1, column: 1 }, [
        ["9", "9"],
        ["9", "9"],
      ]),
    ).toEqual([
      ["1", "2"],
      ["3", "9"],
    ]);
  });

  test.each([
    ["names of rows and columns, in any order", ",y,x\nb,4,3\na,2,1"],
    ["lines of row, column, value", "row,column,value\nb,y,4\na,x,1\na,y,2\nb,x,3"],
    ["the same shape", "1,2\n3,4"],
  ])("fill a matrix by %s", (_, text) => {
    expect(cellsOfTable(matrix, parseTable(text))).toEqual(full);
  });

  test.each([
    ["too few rows", "1,2"],
    ["a column that is not there", "a,z,1\nb,x,2"],
    ["nothing", ""],
  ])("fit no matrix when they are %s", (_, text) => {
    expect(cellsOfTable(matrix, parseTable(text))).toBeNull();
  });
});
