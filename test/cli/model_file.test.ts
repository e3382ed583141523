import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FileFault, readModelFile, readOverrides } from "../../src/cli/model_file";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "jaot-model-file-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** A file of that name; its path. */
function write(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function overrides(options: Record<string, string[]>) {
  return readOverrides({ command: "solve", positionals: ["m.json"], options, settings: {} });
}

/** What a reading that must fail says. */
function problemOf(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    if (error instanceof FileFault) return error.message;
    throw error;
  }
  throw new Error("nothing was wrong");
}

describe("a model file", () => {
  test("is taken as its ending says, in any case", () => {
    const source = "var x >= 0;\r\nminimize z: x; ü\n";
    expect(readModelFile(write("m.json", '{"variables": [], "a": "ü"}'))).toEqual({ variables: [], a: "ü" });
    expect(readModelFile(write("m.mod", source))).toEqual({ language: "mathprog", source });
    expect(readModelFile(write("m.jmodel", source))).toEqual({ language: "jmodel", source });
    expect(readModelFile(write("m.mps", source))).toEqual({ format: "mps", content: source });
    expect(readModelFile(write("M.LP", source))).toEqual({ format: "lp", content: source });
    expect(readModelFile(write("two.dots.JSON", "[1]"))).toEqual([1]);
  });

  test.each(["m.txt", "m", "m.json.gz", ".json"])("of another ending is refused with those there are: %s", (name) => {
    const problem = problemOf(() => readModelFile(write(name, "{}")));
    expect(problem).toContain(name);
    for (const ending of [".json", ".mod", ".jmodel", ".mps", ".lp"]) expect(problem).toContain(ending);
  });

  test("that is not JSON is told by its path and what is wrong", () => {
    const path = write("broken.json", '{"variables": [');
    expect(problemOf(() => readModelFile(path))).toMatch(new RegExp(`^${path} is not JSON: .+`));
  });

  test("that cannot be read is told by its path", () => {
    mkdirSync(join(directory, "folder.json"), { recursive: true });
    for (const name of ["missing.json", "folder.json"]) {
      const path = join(directory, name);
      expect(problemOf(() => readModelFile(path))).toContain(`cannot read ${path}: `);
    }
  });
});

describe("override data", () => {
  test("are none at all when nothing is given, which is not the same as empty", () => {
    expect(overrides({})).toBeUndefined();
    expect(overrides({ data: [write("empty.json", "{}")] })).toEqual({});
  });

  test("come from the file, then from each --set over it, the last one winning", () => {
    const data = [write("data.json", '{"demand": [1, 2], "stock": 5, "kept": null}')];
    expect(overrides({ data, set: ["stock=7", "demand=[3]", "stock=9", 'name="a=b"', "flag=true"] })).toEqual({
      ...{ demand: [3], stock: 9, kept: null, name: "a=b", flag: true },
    });
    expect(overrides({ set: ['map={"A,1": 4}'] })).toEqual({ map: { "A,1": 4 } });
  });

  test("may be called anything", () => {
    const found = overrides({ set: ["__proto__=1", "constructor=2", "ü x=3"] })!;
    expect(Object.entries(found)).toEqual([
      ["__proto__", 1],
      ["constructor", 2],
      ["ü x", 3],
    ]);
    const data = [write("proto.json", '{"__proto__": {"polluted": 1}}')];
    expect(Object.keys(overrides({ data })!)).toEqual(["__proto__"]);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test.each(["demand", "=5", "", "=", " "])(
    "of a --set without name and value are refused with an example: %j",
    (word) => {
      expect(problemOf(() => overrides({ set: [word] }))).toContain("NAME=JSON is expected, such as");
    },
  );

  test.each(["demand=", "demand=abc", "demand=[1,", "demand='[1]'", "demand=NaN"])(
    "that are not JSON are told by name: %s",
    (word) => {
      expect(problemOf(() => overrides({ set: [word] }))).toStartWith("--set demand is not JSON: ");
    },
  );

  test.each(["[1]", "null", "5", '"x"'])("of a file that holds no object are refused: %s", (text) => {
    const path = write("other.json", text);
    expect(problemOf(() => overrides({ data: [path] }))).toBe(`${path}: a JSON object of inputs by name is expected`);
  });

  test("of a file that is not there are told by its path", () => {
    const path = join(directory, "nowhere.json");
    expect(problemOf(() => overrides({ data: [path] }))).toContain(path);
  });
});
