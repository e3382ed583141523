/**
 * Models that mean harm: deep, endless or huge from a short text. Each is refused by the name of what it broke, or ends
 * within its limits; the service answers others all the while and is the same process at the end.
 */
import { beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Json } from "../world";
import { type Service, useScratch } from "./binary";

/** On a machine that does much else at the same time a refusal after one second of compiling can take many. */
const TEST_MS_MAX = 60_000;
setDefaultTimeout(TEST_MS_MAX);

const scratch = useScratch();
let service: Service;
beforeAll(async () => {
  const words = ["--workers", "1", "--max-model-seconds", "1", "--time-limit-seconds-max", "5"];
  service = await scratch.serve({ words });
});

const FRAME = (statement: string) => `${statement} var x >= 1; minimize o: x;`;
const AFTER = (statement: string) => `var x >= 1; minimize o: x; solve; ${statement}`;
const nested = (open: string, inner: string, close: string, depth = 10_000) =>
  `${open.repeat(depth)}${inner}${close.repeat(depth)}`;

/** What the first diagnostic says, or an answer of the solver. */
const REFUSED: readonly (readonly [string, string, string])[] = [
  ["parentheses 10,000 deep", FRAME(`param p := ${nested("(", "1", ")")};`), "nested at most 200 deep"],
  ["conditions 10,000 deep", FRAME(`param p := ${nested("if 1 then 1 else ", "1", "")};`), "nested at most 200 deep"],
  ["sums 10,000 deep", FRAME(`param p := ${nested("sum{1..1} ", "1", "")};`), "nested at most 200 deep"],
  ["subscripts 10,000 deep", FRAME(`param q{1..2}; param p := ${nested("q[", "1", "]")};`), "nested at most 200 deep"],
  ["set literals 10,000 deep", FRAME(`set S := ${nested("{", "1", "}")};`), "nested at most 200 deep"],
  ["for 10,000 deep", AFTER(nested("for {1..2} {", "display x;", "}")), "nested at most 50 deep"],
  ["a chain of 10,000 strings", FRAME(`param p symbolic := "a"${' & "a"'.repeat(10_000)};`), "nested at most 200 deep"],
  ["parentheses in data", `${FRAME("set S dimen 2;")} data; set S := ${"(".repeat(100_000)}`, "expected a symbol"],
  ["a product of huge sets", FRAME("set S := {1..1e6, 1..1e6}; check card(S) > 0;"), "max_model_seconds"],
  ["a cross of huge sets", FRAME("set S := 1..1e6 cross 1..1e6; check card(S) > 0;"), "more than 40000000 members"],
  ["a range to 1e18", FRAME("set S := 1..1e18; check card(S) > 0;"), "more than 40000000 members"],
  ["a range of tiny steps", FRAME("set S := 0..1 by 1e-15; check card(S) > 0;"), "more than 40000000 members"],
  ["a loop without end", FRAME("check forall{i in 1..1e5, j in 1..1e5} i + j > 0;"), "max_model_seconds"],
  [
    "a value that needs all later ones",
    FRAME("param p{i in 0..1e6} := p[i+1]; check p[0] > 0;"),
    "too many other values",
  ],
  [
    "a string that doubles",
    FRAME('param p{i in 0..60} symbolic := if i = 0 then "ab" else p[i-1] & p[i-1]; check length(p[60]) > 0;'),
    "strings have at most 10000 characters",
  ],
  ["strings without end", FRAME('check forall{i in 1..1e7} length("abcdefgh" & i) > 0;'), "max_model_seconds"],
  ["an exponent without end", FRAME("param p := 9 ** 9 ** 9 ** 9; check p > 0;"), "no finite value"],
  ["a number without end", FRAME(`param p := ${"9".repeat(100_000)};`), "the number is too large"],
  [
    "a million rows of all columns",
    "var x{1..1e6} >= 0; minimize o: x[1]; c{i in 1..1e6}: sum{j in 1..1e6} x[j] >= i;",
    "max_model",
  ],
  ["a dense square", "var x{1..20000} >= 0; minimize o: (sum{i in 1..20000} x[i])^2;", "max_model"],
  ["printing before the solve", FRAME('for {i in 1..1e7, j in 1..9} printf "%d\\n", i;'), "max_model_seconds"],
];

const ENDED: readonly (readonly [string, string, string])[] = [
  [
    "printing without end",
    AFTER('for {i in 1..1e7} printf "%d\\n", i;'),
    "the report is longer than 1048576 characters",
  ],
  ["displaying without end", AFTER("for {1..1e6} display 1..1000;"), "the report is longer than 1048576 characters"],
  ["wide fields", AFTER('for {i in 1..1e7} printf "%999d%.999f\\n", i, i;'), "the report is longer than 1048576"],
  [
    "a sum without end in the report",
    AFTER('printf "%d\\n", sum{i in 1..1e4, j in 1..1e5} i;'),
    "the report ends here",
  ],
  ["loops 40 deep", AFTER(`${"for {1..9} {".repeat(40)} check 1 = 1; ${"}".repeat(40)}`), "the report ends here"],
];

async function solve(source: string): Promise<Json> {
  const { body } = await service.call("POST", "/api/v2/solve", { language: "mathprog", source });
  return body;
}

/** An answer of the service while the model is still looked at. */
async function expectHealth(): Promise<void> {
  expect((await service.call("GET", "/health", undefined, { token: null })).status).toBe(200);
}

describe("is refused by name:", () => {
  test.each(REFUSED)("%s", async (_, source, message) => {
    const answer = solve(source);
    await expectHealth();
    const { code, diagnostics } = await answer;
    expect(code).toBe("model_invalid");
    expect(diagnostics[0].message).toContain(message);
    expect(diagnostics[0].start).toBeLessThanOrEqual(source.length);
  });
});

describe("keeps its solution, and the report ends:", () => {
  test.each(ENDED)("%s", async (_, source, message) => {
    const answer = solve(source);
    await expectHealth();
    const { status, objective_value, report } = await answer;
    expect([status, objective_value]).toEqual(["optimal", 1]);
    expect(report.slice(-200)).toContain(message);
  });
});

test("looking at a huge model holds nobody up, and it is kept with what is wrong with it", async () => {
  const model_json = { language: "mathprog", source: FRAME("set S := {1..1e6, 1..1e6}; check card(S) > 0;") };
  const written = service.call("POST", "/api/v2/builder", { name: "huge", model_json });
  await expectHealth();
  const { status, body } = await written;
  expect(status).toBe(201);
  expect(body.diagnostics[0].code).toBe("model_time_exceeded");
});

test("a good model is solved afterwards, by the same process", async () => {
  expect(await solve(FRAME(""))).toMatchObject({ status: "optimal", objective_value: 1 });
  expect(service.program.stdout.text + service.program.stderr.text).not.toContain("incident");
});
