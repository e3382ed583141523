/** Random problems with everything that a compiled problem can hold, and names that no file format likes. */
import fc from "fast-check";
import { KIND, type Problem } from "../../../src/problem/problem";

export interface ProblemShape {
  /** Only what every reader of the format takes, and 0 is a solution. */
  readonly is_plain: boolean;
  readonly has_ranges: boolean;
  readonly is_quadratic: boolean;
  /** For problems that are solved: coefficients of like size, and whole bounds of what has to be whole. */
  readonly is_mild?: boolean;
}

const NAMES = [
  ..."x,y2,end,st,free,inf,inflow,nan1,e5,E,NAME,RHS,obj,BND,x[A],x[A,1],x(A),two words,a+b,-a,3d,.5,é,*,$x".split(","),
  "",
  "tab\tname",
  "subject",
  "semi-continuous",
  "'MARKER'",
  "l".repeat(255),
  `${"l".repeat(254)}[`,
  "_x",
  "x_",
];

const name = fc.oneof(fc.constantFrom(...NAMES), fc.stringMatching(/^[A-Za-z_[\], .]{1,6}$/));
/** Such numbers add and subtract without rounding, so that a range survives as a right side and a width. */
const number = fc.integer({ min: -4000, max: 4000 }).map((value) => value / 8);
const coefficient = fc.oneof(
  number.filter((value) => value !== 0),
  fc.constantFrom(1, -1, 0.1, 1e-7, -3.3333333333333335, 123456.789, 1e9),
);
/** Coefficients with which solvers that differ in their tolerances still agree. */
const mild = number.filter((value) => value !== 0);

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

const bounds: fc.Arbitrary<Bounds> = fc
  .tuple(
    number,
    fc.integer({ min: 0, max: 800 }),
    fc.constantFrom("both", "lower", "upper", "none", "fixed", "default"),
  )
  .map(([at, width, sides]) => {
    if (sides === "default") return { lower: 0, upper: Infinity };
    if (sides === "fixed") return { lower: at, upper: at };
    return {
      lower: sides === "both" || sides === "lower" ? at : -Infinity,
      upper: sides === "both" || sides === "upper" ? at + width / 8 : Infinity,
    };
  });

interface ColumnDraft extends Bounds {
  readonly cost: number;
  readonly kind: number;
}

function coefficientOf(shape: ProblemShape): fc.Arbitrary<number> {
  return shape.is_mild === true ? mild : coefficient;
}

function columnOf(shape: ProblemShape): fc.Arbitrary<ColumnDraft> {
  const kinds = shape.is_quadratic ? [KIND.continuous] : shape.is_plain ? [0, 1, 2] : [0, 1, 2, 3, 4];
  const cost = fc.oneof(fc.constant(0), coefficientOf(shape));
  return fc.tuple(bounds, cost, fc.constantFrom(...kinds)).map(([sides, cost, kind]) => {
    if (kind === KIND.binary) return { lower: 0, upper: 1, cost, kind };
    // An integer between halves is legal and says nothing of reading; a semi-continuous column has an upper bound.
    const upper = kind >= KIND.semicontinuous ? Math.max(sides.lower, 10, Math.min(sides.upper, 50)) : sides.upper;
    const lower = kind >= KIND.semicontinuous ? Math.max(0, sides.lower) : sides.lower;
    const whole = shape.is_mild === true && kind === KIND.semi_integer ? Math.round : (value: number) => value;
    const drafted = { lower: whole(lower), upper: whole(Math.max(lower, upper)), cost, kind };
    return shape.is_plain ? { ...drafted, ...around(drafted) } : drafted;
  });
}

function rowOf(shape: ProblemShape): fc.Arbitrary<Bounds> {
  return bounds.map((drafted) => {
    const sides = shape.is_plain ? around(drafted) : drafted;
    const is_range = sides.lower !== sides.upper && Number.isFinite(sides.lower) && Number.isFinite(sides.upper);
    const is_open = sides.lower === -Infinity && sides.upper === Infinity;
    if (is_range && !shape.has_ranges) return { ...sides, lower: -Infinity };
    return is_open && shape.is_plain ? { ...sides, lower: 0 } : sides;
  });
}

/** Bounds between which 0 lies: with such ones everywhere a problem is feasible. */
function around(sides: Bounds): Bounds {
  return { lower: Math.min(0, sides.lower), upper: Math.max(0, sides.upper) };
}

/** Names are all different, as in every compiled problem. */
export function problems(shape: ProblemShape): fc.Arbitrary<Problem> {
  return fc
    .record({
      sense: fc.constantFrom("minimize" as const, "maximize" as const),
      offset: shape.is_plain ? fc.constant(0) : fc.oneof(fc.constant(0), number),
      columns: fc.array(columnOf(shape), { minLength: 1, maxLength: 8 }),
      rows: fc.array(rowOf(shape), { minLength: shape.is_plain ? 1 : 0, maxLength: 6 }),
      names: fc.uniqueArray(name, { minLength: 14, maxLength: 14 }),
      entries: fc.array(fc.tuple(fc.nat(5), fc.nat(7), coefficientOf(shape)), { maxLength: 30 }),
      curvature: fc.array(fc.tuple(fc.nat(7), fc.nat(7), fc.integer({ min: 1, max: 6 })), { maxLength: 8 }),
    })
    .map((draft) => assemble(draft, shape));
}

interface Draft {
  readonly sense: "minimize" | "maximize";
  readonly offset: number;
  readonly columns: readonly ColumnDraft[];
  readonly rows: readonly Bounds[];
  readonly names: readonly string[];
  readonly entries: readonly (readonly [row: number, column: number, value: number])[];
  readonly curvature: readonly (readonly [column: number, other: number, weight: number])[];
}

function assemble(draft: Draft, shape: ProblemShape): Problem {
  const { columns, rows, names } = draft;
  const matrix = rows.map((_, row) => {
    const entries = new Map<number, number>();
    for (const [at, column, value] of draft.entries)
      if (at === row && column < columns.length) entries.set(column, value);
    if (entries.size === 0 && shape.is_plain) entries.set(0, 1);
    return [...entries].sort(([left], [right]) => left - right);
  });
  const starts = [0];
  for (const row of matrix) starts.push(starts.at(-1)! + row.length);
  return {
    name: names[13]!,
    sense: draft.sense,
    offset: draft.offset,
    columns: {
      count: columns.length,
      names: names.slice(0, columns.length),
      kinds: Uint8Array.from(columns, ({ kind }) => kind),
      cost: Float64Array.from(columns, ({ cost }) => cost),
      lower: Float64Array.from(columns, ({ lower }) => lower),
      upper: Float64Array.from(columns, ({ upper }) => upper),
      families: null,
      auxiliary_count: 0,
    },
    rows: {
      count: rows.length,
      names: names.slice(8, 8 + rows.length),
      lower: Float64Array.from(rows, ({ lower }) => lower),
      upper: Float64Array.from(rows, ({ upper }) => upper),
      families: null,
      auxiliary_count: 0,
    },
    matrix: {
      starts: Int32Array.from(starts),
      indices: Int32Array.from(matrix.flat(), ([column]) => column),
      values: Float64Array.from(matrix.flat(), ([, value]) => value),
    },
    hessian: shape.is_quadratic ? hessianOf(draft) : null,
  };
}

/** A sum of weighted squares of (x_i + x_j), which is convex; the other way round to be maximized. */
function hessianOf({ columns, curvature, sense }: Draft): Problem["hessian"] {
  const sums = new Map<string, number>();
  const add = (row: number, column: number, value: number): void => {
    const key = `${Math.min(row, column)} ${Math.max(row, column)}`;
    sums.set(key, (sums.get(key) ?? 0) + (sense === "minimize" ? value : -value));
  };
  for (const [left, right, weight] of curvature) {
    const [column, other] = [left % columns.length, right % columns.length];
    add(column, column, weight);
    add(other, other, weight);
    if (column !== other) add(column, other, weight);
  }
  if (sums.size === 0) return null;
  const entries = [...sums].map(([key, value]) => [...key.split(" ").map(Number), value] as [number, number, number]);
  entries.sort(([a, b], [c, d]) => a - c || b - d);
  const starts = new Int32Array(columns.length + 1);
  for (const [column] of entries) starts[column + 1]! += 1;
  for (let column = 0; column < columns.length; column += 1) starts[column + 1]! += starts[column]!;
  return {
    starts,
    indices: Int32Array.from(entries, ([, row]) => row),
    values: Float64Array.from(entries, ([, , value]) => value),
  };
}
