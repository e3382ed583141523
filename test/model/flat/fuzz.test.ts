import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { prepareModel } from "../../../src/model/compile";
import { compileOf, LIMITS, modelWith, objectiveAt, problemOf } from "../setup";

const SEED = Number(process.env.FUZZ_SEED ?? 20260305);

/** An expression as a text and as a function of x, y, z: two independent meanings of one tree. */
interface Tree {
  readonly text: string;
  readonly at: (point: readonly number[]) => number;
}

const constant: fc.Arbitrary<Tree> = fc.oneof(
  fc.integer({ min: 0, max: 20 }).map((value) => ({ text: String(value), at: () => value })),
  fc.constantFrom<Tree>(
    { text: "p", at: () => 3 },
    { text: "demand[1]", at: () => 20 },
    { text: "demand[p-1]", at: () => 30 },
    { text: 'cost["B"]["x"]', at: () => 2.5 },
    { text: "min(p, 2^2, 7)", at: () => 3 },
    { text: "abs(-2.5e0)", at: () => 2.5 },
    { text: "(1 - p)", at: () => -2 },
  ),
);

const leaf: fc.Arbitrary<Tree> = fc.oneof(
  constant,
  fc.constantFrom<Tree>(
    { text: "x", at: (point) => point[0]! },
    { text: "y", at: (point) => point[1]! },
    { text: "`z`", at: (point) => point[2]! },
  ),
);

function tree(text: string, at: Tree["at"]): Tree {
  return { text, at };
}

/** Linear trees of every operation the language has. */
const linearTree = fc.letrec<{ tree: Tree }>((tie) => {
  const one = tie("tree");
  const two = fc.tuple(one, one);
  return {
    tree: fc.oneof(
      { depthSize: "medium", withCrossShrink: true },
      leaf,
      two.map(([a, b]) => tree(`${a.text} + (${b.text})`, (v) => a.at(v) + b.at(v))),
      two.map(([a, b]) => tree(`${a.text} - (${b.text})`, (v) => a.at(v) - b.at(v))),
      one.map((a) => tree(`-(${a.text})`, (v) => -a.at(v))),
      one.map((a) => tree(`(${a.text})^1`, a.at)),
      one.map((a) => tree(`1 - -(${a.text})**0`, () => 2)),
      fc.tuple(constant, one).map(([c, a]) => tree(`${c.text}*(${a.text})`, (v) => c.at(v) * a.at(v))),
      fc.tuple(fc.nat(9), one).map(([n, a]) => tree(`${n}(${a.text})`, (v) => n * a.at(v))),
      fc.tuple(one, fc.integer({ min: 1, max: 9 })).map(([a, n]) => tree(`(${a.text})/${n}`, (v) => a.at(v) / n)),
      fc
        .tuple(one, one, constant)
        .map(([a, b, c]) => tree(`sum(${a.text}, ${c.text}, ${b.text})`, (v) => a.at(v) + c.at(v) + b.at(v))),
    ),
  };
}).tree;

const point = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 3, maxLength: 3 });

describe("an independent evaluator agrees", () => {
  test("with the linear form of an objective", () => {
    fc.assert(
      fc.property(linearTree, point, (tree, at) => {
        const problem = problemOf(modelWith({ objective: { sense: "maximize", expression: tree.text } }));
        const expected = tree.at(at);
        const scale = Math.max(1, Math.abs(expected));
        expect(problem.hessian).toBeNull();
        expect(Math.abs(objectiveAt(problem, Float64Array.from(at)) - expected) / scale).toBeLessThan(1e-6);
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test("with every number as JavaScript reads it, to the last bit", () => {
    const digits = fc.stringMatching(/^([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})([eE][+-]?[0-9]{1,2})?$/);
    fc.assert(
      fc.property(digits, (text) => {
        expect(problemOf(modelWith({ objective: { sense: "minimize", expression: text } })).offset).toBe(Number(text));
      }),
      { seed: SEED, numRuns: 2000 },
    );
  });

  test("with the row of a constraint, on both sides", () => {
    fc.assert(
      fc.property(linearTree, linearTree, point, fc.constantFrom("<=", ">=", "="), (left, right, at, relation) => {
        const expression = `${left.text} ${relation} ${right.text}`;
        const { problem, diagnostics } = compileOf(modelWith({ constraints: [{ expression }] }));
        if (problem === null) {
          expect(diagnostics.map(({ code }) => code)).toEqual(["constraint_never_holds"]);
          return;
        }
        const { indices, values } = problem.matrix;
        const activity = values.reduce((sum, value, entry) => sum + value * at[indices[entry]!]!, 0);
        const bound = relation === ">=" ? problem.rows.lower[0]! : problem.rows.upper[0]!;
        const difference = left.at(at) - right.at(at);
        expect(
          Math.abs(activity - bound - difference) / Math.max(1, Math.abs(difference), Math.abs(bound)),
        ).toBeLessThan(1e-6);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

describe("no text breaks the compiler", () => {
  const SOUND = 'abs(x - 2*y) + 3.5e2*z - sum(demand, 2x)/(p + 1) + cost["A"]*(x^1) - max(x, `y`, 4)*-1 <= 4*demand[0]';

  /** Every rejection has an error whose span lies inside the text it names. */
  function checkVerdict(expression: string): void {
    for (const model of [
      modelWith({ constraints: [{ expression }] }),
      modelWith({ objective: { sense: "minimize", expression } }),
    ]) {
      const { problem, diagnostics } = compileOf(model);
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      expect(errors.length > 0).toBe(problem === null);
      for (const { start, end, line, column, message, path } of diagnostics) {
        expect(path).toMatch(/expression$/);
        expect(message.length).toBeGreaterThan(5);
        expect(start >= 0 && start <= end && end <= expression.length).toBe(true);
        const lines = expression.slice(0, start).split("\n");
        expect([line, column]).toEqual([lines.length, lines.at(-1)!.length + 1]);
      }
    }
  }

  test("random text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 40 }), checkVerdict), { seed: SEED, numRuns: 2000 });
  });

  test("random tokens", () => {
    const tokens = fc.constantFrom(
      ...'x y z p demand cost q sum abs min max pow 2 .5 1e3 1e400 + - * / ^ ** ( ) [ ] , <= >= = == < > ! ` " \'A\' "A" `x` \n'.split(
        " ",
      ),
    );
    fc.assert(
      fc.property(fc.array(tokens, { maxLength: 25 }), fc.constantFrom("", " "), (words, gap) =>
        checkVerdict(words.join(gap)),
      ),
      { seed: SEED, numRuns: 4000 },
    );
  });

  test("a sound expression with pieces cut, doubled and replaced", () => {
    const edit = fc.record({ from: fc.nat(SOUND.length), length: fc.nat(8), insert: fc.string({ maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = SOUND;
        for (const { from, length, insert } of edits) text = text.slice(0, from) + insert + text.slice(from + length);
        checkVerdict(text);
      }),
      { seed: SEED, numRuns: 3000 },
    );
    checkVerdict(SOUND);
    expect(compileOf(modelWith({ constraints: [{ expression: SOUND }] })).problem).not.toBeNull();
  });

  test("any JSON value as a model", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), fc.jsonValue(), (variables, objective, constraints) => {
        const whole = prepareModel(variables, LIMITS);
        expect(whole.diagnostics.length).toBeGreaterThan(0);
        const { problem, diagnostics } = compileOf({
          variables,
          objective,
          constraints,
          parameters: objective,
          options: variables,
        });
        expect(problem).toBeNull();
        expect(diagnostics.length).toBeGreaterThan(0);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
