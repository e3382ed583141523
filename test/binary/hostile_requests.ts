/** Random requests that pass the first checks: every route, with bodies close to the right ones and far from them. */
import fc from "fast-check";
import { ADMIN_KEY, RESTOCK_FIVE } from "./binary";
import type { RawRequest } from "./raw_http";

/** What the service knows by name, and what a random request may therefore hit. */
export interface KnownNames {
  readonly document_id: string;
  readonly version_id: string;
  readonly trigger_id: string;
  readonly trigger_secret: string;
  /** A trigger that may be disabled and given another secret. */
  readonly spare_trigger_id: string;
  readonly run_id: string;
}

interface Route {
  readonly method: string;
  /** Below /api/v2; a name in braces is one of KnownNames, `{stranger}` never is. */
  readonly path: string;
  readonly body?: unknown;
}

const CRON = { cron_expression: "0 6 * * 1-5", timezone: "Europe/Madrid" };
const FORECAST = { demand_forecast: [120, 85, 200, 150, 90] };
const CANVAS = {
  nodes: [
    { id: "x", type: "variable", data: { name: "x", type: "integer", lower_bound: 0, upper_bound: 9 } },
    { id: "c", type: "constraint", data: { name: "c", operator: "<=", rhs: 5 } },
    { id: "o", type: "objective", data: { sense: "maximize" } },
  ],
  edges: [
    { source: "x", target: "c", data: { coefficient: 2 } },
    { source: "x", target: "o" },
  ],
};

const DOCUMENT_ROUTES: readonly Route[] = [
  { method: "POST", path: "/builder", body: { name: "Fuzz", model_json: RESTOCK_FIVE } },
  { method: "POST", path: "/builder", body: { name: "Canvas", canvas_json: CANVAS } },
  { method: "GET", path: "/builder" },
  { method: "GET", path: "/builder/{document_id}" },
  { method: "PUT", path: "/builder/{document_id}", body: { name: "Fuzz", model_json: RESTOCK_FIVE } },
  { method: "DELETE", path: "/builder/{stranger}" },
  { method: "GET", path: "/builder/{document_id}/versions" },
  { method: "POST", path: "/builder/{document_id}/versions", body: { version_name: "v", model_json: RESTOCK_FIVE } },
  { method: "GET", path: "/builder/{document_id}/versions/{version_id}" },
  { method: "PATCH", path: "/builder/{document_id}/versions/{version_id}", body: { version_name: "v" } },
  {
    method: "POST",
    path: "/builder/{document_id}/versions/{version_id}/restore",
    body: { current_canvas_json: CANVAS },
  },
  { method: "GET", path: "/builder/{document_id}/versions/{version_id}/diff/{version_id}" },
  { method: "GET", path: "/builder/{document_id}/versions/{version_id}/inputs" },
];

/** Nothing here removes what KnownNames names. */
function routesOf(names: KnownNames): readonly Route[] {
  const pinned = { document_id: names.document_id, version_id: names.version_id };
  const schema = [{ name: "demand_forecast", type: "array", required: true, default: null, description: "units" }];
  return [
    ...DOCUMENT_ROUTES,
    { method: "GET", path: "/triggers" },
    {
      method: "POST",
      path: "/triggers",
      body: { name: "Fuzz", ...pinned, override_schema: schema, webhook_url: "http://127.0.0.1:9/" },
    },
    { method: "GET", path: "/triggers/{trigger_id}" },
    {
      method: "PATCH",
      path: "/triggers/{spare_trigger_id}",
      body: { name: "Fuzz", override_schema: schema, max_concurrent_runs: 2 },
    },
    { method: "DELETE", path: "/triggers/{stranger}" },
    { method: "POST", path: "/triggers/{spare_trigger_id}/toggle", body: { enabled: true } },
    { method: "POST", path: "/triggers/{spare_trigger_id}/rotate-secret", body: { grace_seconds: 1 } },
    { method: "POST", path: "/triggers/{trigger_id}/fire", body: { override_data: FORECAST } },
    {
      method: "POST",
      path: "/triggers/{trigger_id}/fire",
      body: { override_data: FORECAST, trigger_secret: names.trigger_secret },
    },
    { method: "GET", path: "/triggers/{trigger_id}/runs" },
    { method: "GET", path: "/triggers/{trigger_id}/runs/{run_id}" },
    { method: "POST", path: "/triggers/{trigger_id}/runs/{run_id}/rerun" },
    { method: "POST", path: "/triggers/{trigger_id}/runs/{run_id}/cancel" },
    { method: "POST", path: "/triggers/{trigger_id}/schedule", body: { ...CRON, override_data: FORECAST } },
    { method: "GET", path: "/triggers/{trigger_id}/schedule" },
    {
      method: "PATCH",
      path: "/triggers/{trigger_id}/schedule",
      body: { ...CRON, override_data: FORECAST, is_enabled: true },
    },
    { method: "DELETE", path: "/triggers/{trigger_id}/schedule" },
    { method: "POST", path: "/schedules/validate", body: { ...CRON, count: 3 } },
    { method: "POST", path: "/solve", body: { ...RESTOCK_FIVE, override_data: FORECAST } },
    { method: "POST", path: "/solve/validate", body: RESTOCK_FIVE },
    { method: "POST", path: "/keys", body: { name: "fuzz", role: "viewer", expires_days: 1 } },
    { method: "GET", path: "/keys" },
    { method: "DELETE", path: "/keys/{stranger}" },
  ];
}

/** Without DELETE: the names that are known must stay so. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS"];
const QUERY_NAMES = ["page", "page_size", "skip", "limit", "status", "source", "document_id", "__proto__", ""];
const ODD_WORDS = [
  "..",
  "%2e%2e",
  "%00",
  "%",
  "%ff",
  "__proto__",
  "constructor",
  "null",
  "-1",
  "1e9",
  "*",
  "a".repeat(3000),
];
const ODD_BODIES = [
  "",
  "null",
  "[]",
  '"\\ud800"',
  "1e999",
  '{"a":1,"a":2}',
  '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}',
  `\u{feff}{}`,
  "[".repeat(64) + "]".repeat(64),
  "[".repeat(100_000),
  `{"name":${'{"name":'.repeat(63)}1${"}".repeat(64)}`,
  '{"name":"\\u0000\\n\\u2028"}',
  "-0",
];

const printable = (min: number, max: number) =>
  fc.string({
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    minLength: min,
    maxLength: max,
  });
const headerText = fc.oneof(printable(0, 40), fc.constantFrom("a".repeat(4000), "\x80\xff", "\t", "0", "-1", "NaN"));

/** A request to a route, or past every route; its names in the place of the braces, or strangers. */
export function hostileRequest(names: KnownNames): fc.Arbitrary<RawRequest> {
  return fc.constantFrom(...routesOf(names)).chain((route) =>
    fc.record({
      method: mostly(fc.constant(route.method), fc.constantFrom(...METHODS)),
      path: pathOf(route, names),
      headers: headersOf(route, names),
      body: bodyOf(route),
    }),
  );
}

/** The first nine times in ten, else the second. */
function mostly<Value>(usual: fc.Arbitrary<Value>, odd: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  return fc.oneof({ weight: 9, arbitrary: usual }, { weight: 1, arbitrary: odd });
}

function pathOf(route: Route, names: KnownNames): fc.Arbitrary<string> {
  const known: Readonly<Record<string, string>> = { ...names };
  // Never empty: what is deleted would be the thing above.
  const odd = fc.oneof(printable(1, 30).map(encodeURIComponent), fc.constantFrom(...ODD_WORDS, names.run_id));
  const words = route.path.split("/").slice(1);
  const usual = fc.tuple(
    ...words.map((word) => {
      const name = /^\{(\w+)\}$/.exec(word)?.[1];
      if (name === undefined) return fc.constant(word);
      return known[name] === undefined ? odd : fc.constant(known[name]);
    }),
  );
  const withOddWord = fc.tuple(usual, fc.nat(words.length - 1), odd).map(([parts, at, word]) => parts.with(at, word));
  const start = mostly(fc.constant("/api/v2"), fc.constantFrom("", "/health", "//", "/api/v2/", "/api/%76%32"));
  const end = mostly(fc.constant(""), fc.constantFrom("/", "//", "#x"));
  return fc
    .tuple(start, mostly(usual, withOddWord), end, queryText())
    .map(([first, parts, last, query]) => `${first}/${parts.join("/")}${last}${query}`);
}

function queryText(): fc.Arbitrary<string> {
  const value = fc.oneof(
    printable(0, 20).map(encodeURIComponent),
    fc.constantFrom(...ODD_WORDS, "1", "100", "completed"),
  );
  const pair = fc.tuple(fc.constantFrom(...QUERY_NAMES), value).map(([name, text]) => `${name}=${text}`);
  return fc.array(pair, { maxLength: 3 }).map((pairs) => (pairs.length === 0 ? "" : `?${pairs.join("&")}`));
}

function headersOf(route: Route, names: KnownNames): fc.Arbitrary<(readonly [string, string])[]> {
  const token = route.path.endsWith("/fire") ? names.trigger_secret : ADMIN_KEY;
  const authorization = mostly(
    fc.constantFrom(`Bearer ${token}`, `bearer  ${token} `),
    fc.oneof(
      headerText,
      headerText.map((text) => `Bearer ${text}`),
    ),
  );
  const type = mostly(fc.constantFrom("application/json", "Application/JSON; charset=utf-8"), headerText);
  const odd = fc.tuple(
    fc.constantFrom(
      "prefer",
      "idempotency-key",
      "x-request-id",
      "accept",
      "cookie",
      "range",
      "expect",
      "x-forwarded-for",
    ),
    fc.oneof(headerText, fc.constantFrom("wait=1", "wait=0", "wait=99999", "respond-async, wait=1;x")),
  );
  return fc
    .tuple(authorization, type, fc.array(odd, { maxLength: 3 }))
    .map(([who, what, others]) => [["authorization", who], ["content-type", what], ...others]);
}

function bodyOf(route: Route): fc.Arbitrary<string | Uint8Array> {
  const odd = fc.oneof(fc.json(), fc.constantFrom(...ODD_BODIES), fc.string(), fc.uint8Array({ maxLength: 200 }));
  if (route.body === undefined) return mostly(fc.constant(""), odd);
  const mutated = fc
    .tuple(fc.array(fc.nat(20), { minLength: 1, maxLength: 5 }), replacement())
    .map(([picks, value]) => mutate(route.body, picks, value));
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(JSON.stringify(route.body)) },
    { weight: 6, arbitrary: mutated },
    { weight: 2, arbitrary: odd },
  );
}

/** A value to stand where another was expected, or undefined for none at all. */
function replacement(): fc.Arbitrary<unknown> {
  const texts = [
    "",
    "x",
    "<= 1",
    "2*order_0 >=",
    "sum(",
    "(".repeat(500),
    "1e400",
    "9".repeat(400),
    "\u0000",
    "* * * * * *",
  ];
  const numbers = [0, -1, 1.5, 1e308, 2 ** 53, -0];
  return fc.oneof(
    fc.jsonValue(),
    fc.constantFrom<unknown>(undefined, null, [], {}, { toString: 1 }, true, ...texts, ...numbers),
  );
}

/** The body as JSON with one value replaced: the one that the picks lead to, each choosing among the children. */
function mutate(body: unknown, picks: readonly number[], value: unknown): string {
  const copy = structuredClone(body) as Record<string, unknown>;
  let parent = copy;
  for (const [i, pick] of picks.entries()) {
    const keys = Object.keys(parent);
    const key = keys[pick % Math.max(1, keys.length)] ?? "added";
    const child = parent[key];
    if (i === picks.length - 1 || typeof child !== "object" || child === null) {
      parent[key] = value;
      break;
    }
    parent = child as Record<string, unknown>;
  }
  return JSON.stringify(copy);
}
