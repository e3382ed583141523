import { describe, expect, test } from "bun:test";
import { diffModels } from "../../../src/model/changes";
import { LIMITS } from "../setup";
import { fileOf } from "./setup";

const BEFORE = `max
 obj: 3 x + 2 y + z
st
 a: x + y <= 4
 b: x - y >= -2
 c: z + x <= 9
bounds
 x <= 5
end
`;

function summaryOf(after: string, before = BEFORE): string {
  return diffModels(fileOf("lp", before), fileOf("lp", after), LIMITS).summary;
}

describe("a change of a file is told by columns and rows", () => {
  test.each([
    [BEFORE, "No changes to the model"],
    [`\\ a remark\n${BEFORE}`, "Rewrote the file without changing the model"],
    [BEFORE.replace("3 x", "4 x"), "Changed 1 cost"],
    [BEFORE.replace("x <= 5", "1 <= x <= 5\n y <= 2"), "Changed the bounds of 2 columns"],
    [BEFORE.replace("<= 4", "<= 5"), "Changed the sides of 1 row"],
    [BEFORE.replace("a: x + y", "a: x + 2 y").replace("c: z + x", "c: z + y"), "Changed 3 coefficients"],
    [BEFORE.replace("end", "general\n y\nend"), "Changed the type of 1 column"],
    [BEFORE.replace("max", "min"), "Changed the objective"],
    [BEFORE.replace("+ z\n", "+ z + 5\n"), "Changed the objective"],
    [
      BEFORE.replace(" c: z + x <= 9\n", " c: z + w <= 9\n d: w >= 1\n"),
      "Changed 1 coefficient, added 1 column, added 1 row",
    ],
    [
      BEFORE.replace(" b: x - y >= -2\n", "").replace(" + z\n", "\n").replace("z + x", "x"),
      "Removed 1 column, removed 1 row",
    ],
  ])("%#", (after, summary) => {
    expect(summaryOf(after)).toBe(summary);
  });

  test("the same model as MPS and as LP has not changed but for its format", () => {
    const mps = "ROWS\n N o\n L a\nCOLUMNS\n x o 1 a 1\nRHS\n R a 4\nENDATA\n";
    const { summary } = diffModels(fileOf("mps", mps), fileOf("lp", "min x\nst\n a: x <= 4\nend"), LIMITS);
    expect(summary).toBe("Modified format");
  });

  test("values before and after stand beside each other", () => {
    const after = BEFORE.replace("<= 4", "<= 5").replace("a: x + y", "a: x + 2 y").replace("3 x", "4 x");
    const { variables, constraints, objective, settings } = diffModels(
      fileOf("lp", BEFORE),
      fileOf("lp", after),
      LIMITS,
    );
    expect(variables.modified).toEqual([
      {
        name: "x",
        before: { type: "continuous", cost: 3, lower: 0, upper: 5 },
        after: { type: "continuous", cost: 4, lower: 0, upper: 5 },
      },
    ]);
    expect(constraints.modified).toEqual([
      {
        name: "a",
        before: { lower: null, upper: 4, coefficients: { y: 1 } },
        after: { lower: null, upper: 5, coefficients: { y: 2 } },
      },
    ]);
    expect(objective).toBeNull();
    expect(settings.modified).toEqual([]);
  });

  test("files that cannot be read are compared as texts", () => {
    expect(summaryOf("nonsense")).toBe("Modified content");
    expect(diffModels(fileOf("lp", BEFORE), fileOf("lp", `${BEFORE} `)).summary).toBe("Modified content");
  });

  test("options are told beside the file", () => {
    const after = fileOf("lp", BEFORE.replace("3 x", "4 x"), { options: { seed: 1 } });
    expect(diffModels(fileOf("lp", BEFORE), after, LIMITS).summary).toBe("Changed 1 cost, added options");
  });

  test("lists are bounded", () => {
    const text = (cost: number) =>
      `min\n${Array.from({ length: 1500 }, (_, at) => `+ ${cost} x${at}`).join("\n")}\nst\nend`;
    const { summary, variables } = diffModels(fileOf("lp", text(1)), fileOf("lp", text(2)), LIMITS);
    expect(summary).toBe("Changed 1500 costs");
    expect(variables.modified).toHaveLength(1000);
  });
});
