/** Valid models with pieces changed, dropped, doubled and swapped: never a crash, never a hang, always a place in the text. */
import { expect, test } from "bun:test";
import fc from "fast-check";
import { EXAMPLES } from "../../../src/examples/catalog";
import { compileModel, prepareModel } from "../../../src/model/compile";
import { LIMITS } from "../setup";

const SEED = Number(process.env.FUZZ_SEED ?? 20_260_311);
/** A compile of a small model that takes longer hangs. */
const HANG_MS = 2000;

const MODELS = [
  `set I := 1..4; set J{i in I} := {j in I: j > i}; param a{i in I, j in J[i]} := i * j, >= 0; param n symbolic := "x" & 3;
var x{I} >= 0, <= 9; var y{(i, j) in {I, I}: i < j} binary;
maximize o: sum{i in I} x[i] - sum{i in I, j in J[i]} a[i,j] * y[i,j];
s.t. c{i in I}: x[i] <= 3 + sum{j in J[i]} y[i,j]; d: -5 <= x[1] - x[2] <= if card(I) > 3 then 5 else 6;
check{i in I}: i in 1..9; solve; display x, n; for {i in I} { printf "%d %5.2f\\n", i, x[i]; } end;`,
  `set A; set L dimen 2; param p{A}; param q{A, A} default 1; param s{A} symbolic; var f{L} >= 0;
minimize cost: sum{(i, j) in L} q[i,j] * f[i,j]; s.t. out{i in A}: sum{(i, j) in L} f[i,j] >= p[i];
data; set A := a b c; set L := (a,b) (b,c), (c,*) a b; param p := a 1 b 2 c 3; param q : a b c := a 1 2 3 b . 5 6 c 7 8 9;
param : s := a x, b y, c 'z z'; end;`,
  `param f{n in 0..30} := if n < 2 then n else f[n-1] + f[n-2]; set P := setof{i in 2..20: forall{j in 2..i-1} i mod j <> 0} i;
param t := min{p in P} round(sqrt(p) + exp(0.1), 2); var x{P} integer >= 0; var z; minimize o: z + sum{p in P} f[p] * x[p];
s.t. r: sum{p in P} p * x[p] = 97; u: z >= t less 1; solve; printf "%s\\n", sum{p in P} p * x[p]; end;`,
];

const PIECES = [
  "(",
  ")",
  "{",
  "}",
  "[",
  "]",
  ";",
  ":",
  ":=",
  ",",
  "+",
  "-",
  "*",
  "/",
  "**",
  "..",
  "in",
  "sum{",
  "if",
  "then",
  "<",
  "<=",
  "=",
  "1e300",
  "0",
  "'q",
  '"',
  "#",
  "/*",
  "data;",
  "end;",
  "for",
  "set",
  "param",
  "var",
  "a",
  "x",
  "I",
  "not",
  "and",
  "\u0000",
  "é",
  "99999999999",
  ".",
  "setof{i in 1..1000000000}",
  "prod{i in I}",
];

interface Change {
  readonly at: number;
  readonly length: number;
  readonly piece: string;
}

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(1_000_000),
  length: fc.nat(6),
  piece: fc.oneof(fc.constantFrom(...PIECES, ""), fc.string({ maxLength: 4 })),
});

function mutate(source: string, changes: readonly Change[]): string {
  let text = source;
  for (const { at, length, piece } of changes) {
    const from = at % (text.length + 1);
    text = text.slice(0, from) + piece + text.slice(from + length);
  }
  return text;
}

/** What JModel has beyond MathProg. */
const JMODELS = [
  `set W := {A, B, C}; set T := {1, 2}; set E := {(A,1), (B,2)}; param cost{W, T} := A 1 9, A 2 -2, B 1 6, B 2 4, C 1 5, C 2 8; param cap := 3;
var x{W, T} binary; var y{E} >= 0 <= 9; minimize total: sum{w in W, t in T: w != A and t >= 1} cost[w,t] * x[w,t] + (y[A,1] - 1)^2;
subject to once{w in W}: sum{t in T} x[w,t] == 1; subject to some{(w, t) in E}: y[w,t] <= if w == A then cap else 4;`,
];

/** A model and the values of a fire. */
interface Sample {
  readonly language: string;
  readonly source: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly values?: Readonly<Record<string, unknown>>;
}

const SAMPLES: readonly Sample[] = [
  ...MODELS.map((source) => ({ language: "mathprog", source })),
  ...JMODELS.map((source) => ({ language: "jmodel", source })),
  ...EXAMPLES.map(({ source, override_example }) => ({ language: "mathprog", source, values: override_example })),
];

function compile({ source, language, data, values = {} }: Sample): void {
  const limits = { ...LIMITS, seconds_max: 1, monotonic: () => performance.now() };
  const started = performance.now();
  const prepared = prepareModel({ language, source, options: { seed: 1 }, ...(data && { data }) }, limits);
  const { problem, diagnostics } = compileModel(prepared, values, limits);
  expect(performance.now() - started).toBeLessThan(HANG_MS);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  expect(errors.length > 0).toBe(problem === null);
  for (const { start, end, line, column, message } of errors) {
    expect(message.length).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(end);
    expect(end).toBeLessThanOrEqual(source.length);
    expect(line).toBeLessThanOrEqual(source.split("\n").length);
    expect(column).toBeGreaterThan(0);
  }
}

test("the models are sound before they are changed", () => {
  const limits = { ...LIMITS, monotonic: () => 0 };
  for (const { source, language, values = {} } of SAMPLES) {
    const { diagnostics } = compileModel(prepareModel({ language, source }, limits), values, limits);
    expect(diagnostics).toEqual(language === "jmodel" ? [expect.objectContaining({ code: "quadratic_integer" })] : []);
  }
});

test("changed models", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...SAMPLES),
      fc.array(change, { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      (sample, changes, is_other) => {
        const other = sample.language === "mathprog" ? "jmodel" : "mathprog";
        const language = is_other ? other : sample.language;
        compile({ ...sample, language, source: mutate(sample.source, changes) });
      },
    ),
    { seed: SEED, numRuns: 4000 },
  );
}, 120_000);

test("data sections alone changed", () => {
  const with_data = SAMPLES.filter(({ source }) => /\bdata;/.test(source));
  fc.assert(
    fc.property(fc.constantFrom(...with_data), fc.array(change, { minLength: 1, maxLength: 5 }), (sample, changes) => {
      const at = sample.source.search(/\bdata;/);
      compile({ ...sample, source: sample.source.slice(0, at + 5) + mutate(sample.source.slice(at + 5), changes) });
    }),
    { seed: SEED, numRuns: 2000 },
  );
}, 120_000);

test("bundles and fires of any JSON", () => {
  const known = fc.constantFrom("A", "L", "p", "q", "s", "f", "cost", "nothing");
  const member = fc.oneof(fc.constantFrom("a", "b", "c", "a,b", "1"), fc.integer({ min: -2, max: 4 }), fc.double());
  const leaf = fc.oneof(member, fc.constant(null), fc.boolean(), fc.string({ maxLength: 3 }));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.oneof(member.map(String), fc.constant("value")), tie("value"), { maxKeys: 3 }),
    ),
  }));
  const values = fc.dictionary(known, value, { maxKeys: 3 });
  fc.assert(
    fc.property(values, values, values, (sets, params, fired) => {
      compile({ language: "mathprog", source: MODELS[1]!, data: { sets, params }, values: fired });
    }),
    { seed: SEED, numRuns: 3000 },
  );
}, 120_000);

test.each([
  ["nested parentheses", `param p := ${"(".repeat(100_000)}1${")".repeat(100_000)};`],
  ["nested braces", `set s := ${"{".repeat(50_000)}`],
  ["a tower of signs", `param p := ${"-".repeat(100_000)}1;`],
  ["a tower of powers", `param p := 2${"**2".repeat(50_000)};`],
  ["a long chain of products", `param p := 1${"*1".repeat(50_000)};`],
  ["nested for", `${"for {i in 1..2} {".repeat(10_000)} display 1;`],
  ["a tower of conditions", `param p := ${"if 1 then 1 else ".repeat(50_000)} 1;`],
  ["a product of sets", "set S := 1..100000; set T := S cross S cross S; var x; minimize o: x + card(T);"],
  ["a huge range", "set S := setof{i in 1..1e15} i; var x; minimize o: x + card(S);"],
  ["a deep loop", "param p := sum{a in 1..1e6, b in 1..1e6, c in 1..1e6} 1; var x; minimize o: p * x;"],
  [
    "a string that doubles",
    `param p{i in 0..99} symbolic := if i = 0 then "ab" else p[i-1] & p[i-1]; var x; check length(p[99]) > 0;`,
  ],
  [
    "a value that needs all later ones",
    "param p{i in 0..1e6} := if i = 1e6 then 0 else p[i+1] + 1; var x; minimize o: x + p[0];",
  ],
  ["two values that need each other", "param a{i in 1..2} := b[i]; param b{i in 1..2}; var x; minimize o: x + a[1];"],
  ["a value that needs itself", "param a{i in 1..2} := a[3 - i] + 1; var x; minimize o: x + a[1];"],
])(
  "%s is refused in time",
  (_, source) => {
    compile({ source, language: "mathprog" });
    const limits = { ...LIMITS, seconds_max: 1, monotonic: () => performance.now() };
    expect(
      prepareModel({ language: "mathprog", source }, limits).diagnostics.concat(
        compileModel(prepareModel({ language: "mathprog", source }, limits), {}, limits).diagnostics,
      ).length,
    ).toBeGreaterThan(0);
  },
  20_000,
);

test("a long sum is no deep tree", () => {
  const source = `var x; minimize o: x; s.t. c: ${Array.from({ length: 200_000 }, (_, at) => `${at} * x`).join(" + ")} >= 1;`;
  const { problem } = compileModel(prepareModel({ language: "mathprog", source }, LIMITS), {}, LIMITS);
  expect(problem?.matrix.values.length).toBe(1);
});
