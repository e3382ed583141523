import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { errorsOf, modelWith, objectiveAt, objectiveErrors, problemOf } from "../setup";

const SEED = 20260219;

function hessianOf(expression: string, sense = "minimize") {
  const { hessian, columns } = problemOf(modelWith({ objective: { sense, expression } }));
  if (hessian === null) return null;
  return {
    starts: [...hessian.starts],
    indices: [...hessian.indices],
    values: [...hessian.values],
    cost: [...columns.cost],
  };
}

describe("a quadratic objective", () => {
  test("is the lower triangle of Q by columns with 0.5 x'Qx", () => {
    expect(hessianOf("x^2 + x*y + y^2 + 3x + 4z^2")).toEqual({
      starts: [0, 2, 3, 4],
      indices: [0, 1, 1, 2],
      values: [2, 1, 2, 8],
      cost: [3, 0, 0],
    });
  });

  test("adds repeated products in either order, and has no Hessian when they cancel", () => {
    expect(hessianOf("x*y + y*x + 2x^2 + 2y^2")?.values).toEqual([4, 2, 4]);
    expect(hessianOf("x*y - y*x + z")).toBeNull();
    expect(hessianOf("(x + 1)*(x - 1) - x^2")).toBeNull();
  });

  test("expands products of sums exactly", () => {
    const sums = fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: -9, max: 9 })));
    fc.assert(
      fc.property(fc.array(sums, { minLength: 1, maxLength: 4 }), sums, sums, (squares, extra, point) => {
        const spell = ([a, b, c, d]: readonly number[]) => `(${a}*x + ${b}*y - ${-c!}*z + ${d})`;
        const expression = `${squares.map((sum) => `2${spell(sum)}^2`).join(" + ")} + ${spell(extra)}/2 + ${spell(squares[0]!)}*${spell(squares[0]!)}`;
        const at = (sum: readonly number[]) =>
          sum[0]! * point[0]! + sum[1]! * point[1]! + sum[2]! * point[2]! + sum[3]!;
        const expected =
          squares.reduce((total, sum) => total + 2 * at(sum) ** 2, 0) + at(extra) / 2 + at(squares[0]!) ** 2;
        const problem = problemOf(modelWith({ objective: { sense: "minimize", expression } }));
        expect(objectiveAt(problem, Float64Array.from(point))).toBeCloseTo(expected, 6);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test.each([
    ["-x^2", "minimize", '"x"'],
    ["x^2", "maximize", '"x"'],
    ["x*y", "minimize", '"x" and "y"'],
    ["x^2 + 3*x*y + y^2", "minimize", '"x" and "y"'],
    ["x^2 + y^2 + z^2 + 1.5*x*y + 1.5*y*z - 1.5*x*z", "minimize", "moves with other variables"],
  ])("%s to %s is refused by name", (expression, sense, named) => {
    const [error] = objectiveErrors(expression, sense);
    expect(error?.code).toBe("quadratic_not_convex");
    expect(error?.message).toContain(named);
    expect([error?.start, error?.end]).toEqual([0, expression.length]);
  });

  test.each([
    ["(x - y)^2", "minimize"],
    ["-(x + y + z)^2 - 0.001*x^2", "maximize"],
    ["(1e6*x - y)^2 + (1e-6*z)^2", "minimize"],
    ["(0.1*x + 0.2*y + 0.3*z)^2 + (0.3*x - 0.1*z)^2", "minimize"],
    ["x^2 + y^2 + z^2 + 0.9*x*y + 0.9*y*z - 0.9*x*z", "minimize"],
  ])("%s to %s is taken though its matrix may be singular", (expression, sense) => {
    expect(objectiveErrors(expression, sense)).toEqual([]);
  });

  test("with an integer or binary variable is refused by name", () => {
    const variables = [{ name: "x" }, { name: "count", type: "integer" }];
    const errors = errorsOf(modelWith({ variables, objective: { sense: "minimize", expression: "x^2 + count" } }));
    expect(errors.map(({ code }) => code)).toEqual(["quadratic_integer"]);
    expect(errors[0]?.message).toContain('"count" is integer');
  });
});

/** Smallest eigenvalue of a symmetric matrix by Jacobi rotations: an oracle that shares nothing with a factorization. */
function smallestEigenvalue(matrix: number[][]): number {
  const a = matrix.map((row) => [...row]);
  for (let sweep = 0; sweep < 60; sweep += 1) {
    for (let p = 0; p < a.length; p += 1) {
      for (let q = p + 1; q < a.length; q += 1) {
        if (Math.abs(a[p]![q]!) < 1e-300) continue;
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[q]![q]! - a[p]![p]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (let k = 0; k < a.length; k += 1) {
          const [kp, kq] = [a[k]![p]!, a[k]![q]!];
          a[k]![p] = c * kp - s * kq;
          a[k]![q] = s * kp + c * kq;
        }
        for (let k = 0; k < a.length; k += 1) {
          const [pk, qk] = [a[p]![k]!, a[q]![k]!];
          a[p]![k] = c * pk - s * qk;
          a[q]![k] = s * pk + c * qk;
        }
      }
    }
  }
  return Math.min(...a.map((row, at) => row[at]!));
}

test("convexity is what the eigenvalues say", () => {
  const size = 6;
  const entry = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, fc.integer({ min: -4, max: 4 }));
  let convex = 0;
  fc.assert(
    fc.property(
      fc.array(entry, { minLength: 36, maxLength: 36 }),
      fc.integer({ min: 0, max: 12 }),
      (entries, shift) => {
        const q = Array.from({ length: size }, (_, i) =>
          Array.from(
            { length: size },
            (_, j) => entries[Math.min(i, j) * size + Math.max(i, j)]! + (i === j ? shift : 0),
          ),
        );
        const smallest = smallestEigenvalue(q);
        fc.pre(Math.abs(smallest) > 1e-6 || smallest === 0);
        const terms = q.flatMap((row, i) => row.map((value, j) => `(${value / 2})*v${i}*v${j}`));
        const variables = Array.from({ length: size }, (_, at) => ({ name: `v${at}` }));
        const errors = errorsOf({ variables, objective: { sense: "minimize", expression: terms.join("+") } });
        if (smallest > 0) convex += 1;
        expect(errors.map(({ code }) => code)).toEqual(smallest >= 0 ? [] : ["quadratic_not_convex"]);
      },
    ),
    { seed: SEED, numRuns: 400 },
  );
  expect(convex).toBeGreaterThan(50);
});
