/** Models that take a solver long, and one that is quick. `random(n)` gives whole numbers below n. */

type Random = (below: number) => number;

const SPLIT_ROWS = 4;
const SPLIT_COLUMNS = 30;
const DENSE_SIZE = 400;

/** Market split (Cornuejols and Dawande, 1998). In the exact form a solution is hardly ever found; otherwise its rows may be violated at a cost. */
export function splitModel(random: Random, is_exact: boolean): Record<string, unknown> {
  const names = Array.from({ length: SPLIT_COLUMNS }, (_, j) => `x${j}`);
  const rows = Array.from({ length: SPLIT_ROWS }, () => names.map(() => random(100)));
  const misses = is_exact ? [] : rows.flatMap((_, i) => [`over${i}`, `under${i}`]);
  return {
    variables: [...names.map((name) => ({ name, type: "binary" })), ...misses.map((name) => ({ name }))],
    objective: { sense: "minimize", expression: is_exact ? "x0" : misses.join(" + ") },
    constraints: rows.map((weights, i) => {
      const half = Math.floor(weights.reduce((sum, weight) => sum + weight, 0) / 2);
      const miss = is_exact ? "" : ` + over${i} - under${i}`;
      return { expression: `${weights.map((weight, j) => `${weight} x${j}`).join(" + ")}${miss} = ${half}` };
    }),
  };
}

/** A linear problem with every coefficient set: long stretches of work between two looks at the clock. */
export function denseModel(random: Random): Record<string, unknown> {
  const names = Array.from({ length: DENSE_SIZE }, (_, j) => `x${j}`);
  const sum = (): string => names.map((name) => `${1 + random(99)} ${name}`).join(" + ");
  return {
    variables: names.map((name) => ({ name })),
    objective: { sense: "maximize", expression: sum() },
    constraints: names.map(() => ({ expression: `${sum()} <= ${10_000 + random(1000)}` })),
  };
}

export const QUICK_MODEL = {
  variables: [{ name: "x", type: "integer" }],
  objective: { sense: "maximize", expression: "x" },
  constraints: [{ expression: "2 x <= 7" }],
};
