/** Values for a JSON Schema: valid ones, nearly valid ones and entirely different ones. */
import fc from "fast-check";

// biome-ignore lint/suspicious/noExplicitAny: schemas are JSON, read as such.
type Json = any;

/** Values that break parsers and databases. */
const ODD_VALUES: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  2 ** 53,
  "",
  " ",
  "\u0000",
  "\ud800",
  "../../etc/passwd",
  "'; DROP TABLE runs; --",
  "<script>alert(1)</script>",
  "é".repeat(300),
  "𝕏",
  [],
  {},
  [[[[]]]],
  { __proto__: null, constructor: { prototype: 1 } },
  { toString: 1, valueOf: 2, hasOwnProperty: 3 },
];

const oddValue = fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 3 }));

/** Values of the schema; one in ten does not fit it. Words that the service knows come from `known`. */
export function valueFor(schema: Json, document: Json, known: fc.Arbitrary<string>, depth = 0): fc.Arbitrary<unknown> {
  const right = rightValue(schema, document, known, depth);
  return fc.oneof({ weight: 9, arbitrary: right }, { weight: 1, arbitrary: oddValue });
}

function rightValue(schema: Json, document: Json, known: fc.Arbitrary<string>, depth: number): fc.Arbitrary<unknown> {
  const inside = (part: Json) => valueFor(part, document, known, depth + 1);
  if (schema.$ref !== undefined) return inside(document.components.schemas[schema.$ref.split("/").at(-1)]);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(inside));
  const type = Array.isArray(schema.type) ? fc.constantFrom(...(schema.type as string[])) : fc.constant(schema.type);
  return type.chain((one: string | undefined) => {
    switch (one) {
      case "null":
        return fc.constant(null);
      case "boolean":
        return fc.boolean();
      case "integer":
        return fc.integer(limits(schema, 1000));
      case "number":
        return fc.oneof(fc.integer(limits(schema, 1000)), fc.double({ noNaN: true, noDefaultInfinity: true }));
      case "string":
        return textFor(schema, known);
      case "array":
        return fc.array(schema.items === undefined ? oddValue : inside(schema.items), {
          minLength: schema.minItems ?? 0,
          maxLength: Math.min(schema.maxItems ?? 4, 4),
        });
      case "object":
        return objectFor(schema, inside, depth);
      default:
        return oddValue;
    }
  });
}

function textFor(schema: Json, known: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const maxLength = Math.min(schema.maxLength ?? 30, 300);
  return fc.oneof(known, fc.string({ unit: "binary", minLength: schema.minLength ?? 0, maxLength }));
}

function objectFor(schema: Json, inside: (part: Json) => fc.Arbitrary<unknown>, depth: number): fc.Arbitrary<unknown> {
  const fields = Object.fromEntries(
    Object.entries((schema.properties ?? {}) as Record<string, Json>).map(([name, part]) => [name, inside(part)]),
  );
  const required = (schema.required ?? []) as string[];
  const whole = fc.record(fields, { requiredKeys: required });
  const open = schema.additionalProperties === true || Object.keys(fields).length === 0;
  const more = open ? fc.dictionary(fc.string({ maxLength: 8 }), oddValue, { maxKeys: 3 }) : fc.constant({});
  const loose = fc.oneof(
    { weight: 7, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
  );
  const typo = fc.option(fc.constantFrom("nmae", "__proto__", "constructor", "extra"), { nil: null, freq: 12 });
  return depth > 5
    ? fc.constant({})
    : fc
        .tuple(loose, more, typo)
        .map(([own, others, extra]) => ({ ...others, ...own, ...(extra ? { [extra]: 1 } : {}) }));
}

function limits(schema: Json, span: number): { min: number; max: number } {
  const min = schema.minimum ?? -span;
  return { min, max: Math.min(schema.maximum ?? min + 2 * span, min + 2 * span) };
}

/** The example with one part removed, replaced or doubled, which gets further into the service than a value that only fits the schema. */
export function likeExample(example: unknown): fc.Arbitrary<unknown> {
  const places = placesOf(example);
  return fc
    .tuple(fc.nat(places.length), fc.constantFrom("leave out", "replace", "double"), oddValue)
    .map(([at, how, value]) => {
      const place = places[at];
      return place === undefined ? example : changed(example, place, how, value);
    });
}

function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== "object" || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => placesOf(part, [...path, key]))];
}

function changed(value: unknown, path: readonly string[], how: string, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return how === "replace" ? by : value;
  const copy: Json = Array.isArray(value) ? [...value] : { ...(value as object) };
  if (rest.length > 0) copy[key] = changed(copy[key], rest, how, by);
  else if (how === "replace") copy[key] = by;
  else if (how === "leave out") {
    if (Array.isArray(copy)) copy.splice(Number(key), 1);
    else delete copy[key];
  } else if (Array.isArray(copy)) copy.push(copy[Number(key)]);
  else copy[`${key}_`] = copy[key];
  return copy;
}
