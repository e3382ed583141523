import { expect, test } from "bun:test";
import { findStray } from "../../../src/solver/proof/straying";
import { type ProblemText, readProblem } from "../problem_text";

/** A gate of two rows with factors of 1e4: z <= 1e4 gate, x <= 1e4 z. */
const GATE: ProblemText = {
  sense: "minimize",
  columns: [
    ["gate", 5, 0, 1, "binary"],
    ["z", 0, 0, null],
    ["x", 1, 0, null],
  ],
  rows: [
    ["first", null, { 0: -1e4, 1: 1 }, 0],
    ["second", null, { 1: -1e4, 2: 1 }, 0],
  ],
};

test("a value behind a closed gate strays, although each row is missed by less than its tolerance", () => {
  const stray = findStray(readProblem(GATE), Float64Array.of(0, 8e-7, 8e-3));
  expect(stray).toMatchObject({ part: "column", name: "x", found: 8e-3 });
  expect(stray!.message).toContain("x");
});

test("values within what their integers leave them do not", () => {
  expect(findStray(readProblem(GATE), Float64Array.of(1, 8e-4, 8))).toBeNull();
  expect(findStray(readProblem(GATE), Float64Array.of(0, 1e-9, 1e-8))).toBeNull();
});
