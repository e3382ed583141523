/** Random requests from the OpenAPI document: every operation, with valid and with invalid input. */
import fc from "fast-check";
import { likeExample, valueFor } from "./values";

// biome-ignore lint/suspicious/noExplicitAny: the document is JSON, read as such.
type Json = any;

export interface FuzzRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** `METHOD /path/{name}` of the operation. */
  readonly operation: string;
  readonly headers: Readonly<Record<string, string>>;
  /** null: no body. */
  readonly body: string | null;
}

/** What the service has returned so far: ids by kind (`trg`, `run`, ...) and secrets of triggers. */
export interface Known {
  readonly ids: Readonly<Record<string, readonly string[]>>;
  readonly secrets: readonly string[];
  readonly tokens: readonly string[];
}

const ID_KINDS: Readonly<Record<string, string>> = {
  document_id: "doc",
  version_id: "ver",
  other_id: "ver",
  trigger_id: "trg",
  run_id: "run",
  delivery_id: "whd",
  key_id: "key",
  schedule_id: "tsch",
};

const HOSTILE_BODIES: readonly string[] = [
  "{",
  '{"a":}',
  "[1,2",
  "nul",
  `${"[".repeat(10_000)}${"]".repeat(10_000)}`,
  `{"name":${'{"a":'.repeat(100)}1${"}".repeat(100)}}`,
  '{"name":1e999}',
  `{"name":${"9".repeat(400)}}`,
  '{"name":"\\ud800","name":"twice"}',
  '{"name":"\\u0000"}',
  '{"__proto__":{"role":"admin"},"constructor":{"prototype":{}}}',
  '"text"',
  "1",
  "null",
  "\u0000",
  '{"name":"\ufffd"}',
];

/** One request to that operation. */
export function requestTo(operation: string, document: Json, known: Known): fc.Arbitrary<FuzzRequest> {
  const [method = "", template = ""] = operation.split(" ");
  const described = document.paths[template][method.toLowerCase()];
  const names = [...template.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  return fc
    .record({
      ids: fc.tuple(...names.map((name) => idFor(name, known))),
      query: queryFor(described, document, known),
      token: tokenFor(described, known),
      headers: headersFor(described),
      body: bodyFor(method, described, document, known),
    })
    .map(({ ids, query, token, headers, body }) => {
      const path = names.reduce((text, name, i) => text.replace(`{${name}}`, encode(ids[i]!)), template);
      const words = Object.entries(query).map(
        ([name, value]) => `${encode(name)}=${encode(typeof value === "string" ? value : (spell(value) ?? ""))}`,
      );
      return {
        method,
        path: words.length === 0 ? path : `${path}?${words.join("&")}`,
        operation,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === null ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body,
      };
    });
}

/** A path step that a URL parser does not change. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(/^\.{1,2}$/, "dots");
}

function anyId(known: Known, kind: string | undefined): fc.Arbitrary<string> {
  const ids = kind === undefined ? Object.values(known.ids).flat() : (known.ids[kind] ?? []);
  return ids.length === 0 ? fc.constant(`${kind ?? "x"}_none`) : fc.constantFrom(...ids);
}

function idFor(name: string, known: Known): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 8, arbitrary: anyId(known, ID_KINDS[name]) },
    { weight: 1, arbitrary: anyId(known, undefined) },
    { weight: 1, arbitrary: fc.oneof(fc.string({ minLength: 1, maxLength: 40 }), fc.constant("2026-03-01T06:00:00Z")) },
  );
}

function queryFor(described: Json, document: Json, known: Known): fc.Arbitrary<Record<string, unknown>> {
  const parameters = described.parameters.filter((one: Json) => one.in === "query");
  const fields = parameters.map((one: Json) => [one.name, valueFor(one.schema, document, anyId(known, undefined))]);
  const required = parameters.filter((one: Json) => one.required).map((one: Json) => one.name);
  const right = fc.record(Object.fromEntries(fields), { requiredKeys: required }) as fc.Arbitrary<
    Record<string, unknown>
  >;
  return fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 1, arbitrary: fc.dictionary(fc.string({ maxLength: 10 }), fc.string({ maxLength: 20 }), { maxKeys: 2 }) },
  );
}

/** Mostly the right token for the operation; otherwise another's token, random text or none. */
function tokenFor(described: Json, known: Known): fc.Arbitrary<string | null> {
  const [admin = ""] = known.tokens;
  const is_fired = described["x-role"] === "trigger-secret";
  const right = is_fired && known.secrets.length > 0 ? fc.constantFrom(...known.secrets) : fc.constant(admin);
  return fc.oneof(
    { weight: 20, arbitrary: right },
    { weight: 2, arbitrary: fc.constantFrom(...known.tokens) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function headersFor(described: Json): fc.Arbitrary<Record<string, string>> {
  const takes = (name: string): boolean => described.parameters.some((one: Json) => one.name === name);
  const choices: Record<string, string>[] = [
    {},
    {},
    {},
    {},
    { "x-request-id": "mine" },
    { "x-request-id": "é".repeat(9) },
  ];
  if (takes("Prefer")) choices.push({ prefer: "wait=1" }, { prefer: "wait=999999" }, { prefer: "rubbish" });
  if (takes("Idempotency-Key")) choices.push({ "idempotency-key": "again" }, { "idempotency-key": "x".repeat(300) });
  if (takes("Last-Event-ID")) choices.push({ "last-event-id": "1.end" }, { "last-event-id": "never" });
  if (described.requestBody !== undefined) choices.push({ "content-type": "text/plain" });
  return fc.constantFrom(...choices);
}

function bodyFor(method: string, described: Json, document: Json, known: Known): fc.Arbitrary<string | null> {
  const media = described.requestBody?.content["application/json"];
  if (media === undefined && method === "GET") return fc.constant(null);
  if (media === undefined) return fc.constantFrom(null, null, null, "{}", "{");
  const words = anyId(known, undefined);
  const example = withIds(media.example, known);
  return fc.oneof(
    { weight: 4, arbitrary: valueFor(media.schema, document, words).map(spell) },
    { weight: 4, arbitrary: likeExample(example).map(spell) },
    { weight: 1, arbitrary: fc.constantFrom(...HOSTILE_BODIES) },
    { weight: 1, arbitrary: fc.constant(null) },
  );
}

function spell(value: unknown): string | null {
  return JSON.stringify(value) ?? null;
}

/** The example with its ids replaced by existing ones. */
function withIds(example: unknown, known: Known): unknown {
  const text = JSON.stringify(example ?? {}).replace(
    /"([a-z]{3,4})_01k2m3n4p5q6r7s8t9v0w1x2y3"/g,
    (all, kind: string) => (known.ids[kind]?.at(-1) === undefined ? all : JSON.stringify(known.ids[kind]!.at(-1))),
  );
  return JSON.parse(text);
}
