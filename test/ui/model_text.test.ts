/** Model files in the page and on the command line: the same endings, the same models. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readModelFile } from "../../src/cli/model_file";
import { MODEL_ENDINGS } from "../../src/model/formats";
import { editorModeOf, fileOfModel, modelOfFile, textOfModel } from "../../src/ui/models/model_text";

const MODELS: Readonly<Record<string, unknown>> = {
  ".json": { variables: [], objective: { sense: "minimize", expression: "0" }, constraints: [] },
  ".mod": { language: "mathprog", source: "var x;" },
  ".jmodel": { language: "jmodel", source: "var x;" },
  ".mps": { format: "mps", content: "ROWS" },
  ".lp": { format: "lp", content: "End" },
};

test("every ending is tried here", () => {
  expect([...MODEL_ENDINGS].sort()).toEqual(Object.keys(MODELS).sort());
});

describe.each(Object.entries(MODELS))("%s", (ending, model) => {
  test("what the page saves, the page and the command line read as the same model", () => {
    const { file_name, text } = fileOfModel("mix", textOfModel(model));
    expect(file_name).toBe(`mix${ending}`);
    expect(modelOfFile(file_name.toUpperCase(), text)?.model).toEqual(model);
    const directory = mkdtempSync(join(tmpdir(), "model-text-"));
    try {
      writeFileSync(join(directory, file_name), text);
      expect(readModelFile(join(directory, file_name))).toEqual(model);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});

test("a model with more than its text is saved as JSON, which keeps all of it", () => {
  const model = { language: "mathprog", source: "var x;", data: { n: 1 } };
  const { file_name, text } = fileOfModel("mix", textOfModel(model));
  expect([file_name, JSON.parse(text)]).toEqual(["mix.json", model]);
});

test("an ending that is no model's is told by null", () => {
  expect(modelOfFile("mix.xlsx", "")).toBeNull();
});

test("the editor colours a text by its language, also while its surroundings are no JSON", () => {
  const source = textOfModel({ language: "jmodel", source: "var x;" });
  expect(editorModeOf(source)).toBe("mathprog");
  expect(editorModeOf({ ...source, rest: "{" })).toBe("mathprog");
  expect(editorModeOf(textOfModel({ format: "lp", content: "End" }))).toBe("plain");
  expect(editorModeOf(textOfModel(null))).toBe("json");
});
