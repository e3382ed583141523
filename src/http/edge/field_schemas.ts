/** TypeBox schemas of the bodies and answers that a table of fields describes (services/field_table.ts). */
import {
  type TObject,
  type TOptional,
  type TProperties,
  type TSchema,
  type TUnknown,
  type TUnsafe,
  Type,
} from "@sinclair/typebox";
import type { Field, FieldShape, FieldsWith, FieldTable, Given } from "../../services/field_table";
import { closed } from "./body_fields";

/** Longest timestamp that is read: nanoseconds and an offset take 35. */
const TIMESTAMP_LENGTH_MAX = 40;
const TIMESTAMP_EXAMPLE = "2026-03-29T06:00:00Z";

type CreateProperties<Table extends FieldTable> = {
  [Name in FieldsWith<Table, { create: "required" }>]: TUnsafe<Given<Table[Name]>>;
} & { [Name in FieldsWith<Table, { create: "optional" }>]: TOptional<TUnsafe<Given<Table[Name]>>> };

type ChangeProperties<Table extends FieldTable> = {
  [Name in FieldsWith<Table, { change: "set" }>]: TOptional<TUnsafe<Given<Table[Name]>>>;
} & { [Name in FieldsWith<Table, { change: "ignored" }>]: TOptional<TUnknown> };

/** The body that makes an object: unknown fields are refused, so that a typo is never silently ignored. */
export function createBody<Table extends FieldTable>(table: Table): TObject<CreateProperties<Table>> {
  const properties: TProperties = {};
  for (const [name, row] of Object.entries(table)) {
    if (row.create === "required") properties[name] = givenSchema(row);
    if (row.create === "optional") properties[name] = Type.Optional(givenSchema(row));
  }
  return closed(properties) as TObject<CreateProperties<Table>>;
}

/** The body that changes an object: every field may be left out. */
export function changeBody<Table extends FieldTable>(table: Table): TObject<ChangeProperties<Table>> {
  const properties: TProperties = {};
  for (const [name, row] of Object.entries(table)) {
    if (row.change === "set") properties[name] = Type.Optional(givenSchema(row));
    if (row.change === "ignored")
      properties[name] = Type.Optional(Type.Unknown({ description: "Ignored: read-only." }));
  }
  return closed(properties) as TObject<ChangeProperties<Table>>;
}

/** Properties of the object in answers. */
export function answerProperties(table: FieldTable): TProperties {
  const shown = Object.entries(table).filter(([, row]) => row.shown === "always");
  return Object.fromEntries(shown.map(([name, row]) => [name, answerSchema(row)]));
}

/** The schema of a field in answers. */
export function answerSchema({ shape, nullable, about }: Field): TSchema {
  const is_nullable = nullable === "everywhere" || nullable === "in answers";
  const schema = answerShape(shape);
  if (shape.type === "json") return Type.Unknown({ description: about });
  if (!is_nullable) return { ...schema, description: about };
  if (shape.type === "words" || shape.type === "texts" || shape.type === "word")
    return Type.Union([schema, Type.Null()], { description: about });
  return Type.Unsafe({ ...schema, type: [schema.type, "null"], description: about });
}

/** An object for the documentation: these values, and the defaults of all other fields. */
export function exampleOf(table: FieldTable, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown = Object.entries(table).filter(([, row]) => row.shown === "always");
  return Object.fromEntries(shown.map(([name, row]) => [name, values[name] ?? row.default ?? null]));
}

function answerShape(shape: FieldShape): TSchema {
  switch (shape.type) {
    case "text":
      return Type.String();
    case "integer":
      return Type.Integer(limitsOf(shape));
    case "flag":
      return Type.Boolean();
    case "word":
      return wordSchema(shape.words);
    case "words":
      return Type.Array(wordSchema(shape.words));
    case "texts":
      return Type.Array(Type.String());
    case "instant":
      return Type.String({ format: "date-time" });
    case "json":
      return Type.Unknown();
  }
}

function wordSchema(words: readonly string[]): TSchema {
  return Type.Unsafe<string>({ type: "string", enum: [...words] });
}

function givenSchema({ shape, nullable, about }: Field): TSchema {
  const is_nullable = nullable === "everywhere" || nullable === "in bodies";
  const options = { description: about };
  if (shape.type === "json" || !is_nullable) return givenShape(shape, options);
  return Type.Union([givenShape(shape, {}), Type.Null()], options);
}

function givenShape(shape: FieldShape, options: { description?: string }): TSchema {
  switch (shape.type) {
    case "text": {
      const { length_min: minLength, length_max: maxLength, is_visible, example } = shape;
      const pattern = is_visible ? { pattern: "\\S" } : {};
      return Type.String({ ...defined({ minLength, maxLength }), ...pattern, ...examples(example), ...options });
    }
    case "integer":
      return Type.Integer({ ...limitsOf(shape), ...options });
    case "flag":
      return Type.Boolean(options);
    case "word":
      return Type.Union(literals(shape.words), options);
    case "words":
      return Type.Array(Type.Union(literals(shape.words)), { maxItems: shape.words.length, ...options });
    case "texts":
      return Type.Array(Type.String({ maxLength: shape.length_max, ...examples(shape.example) }), {
        maxItems: shape.count_max,
        ...options,
      });
    case "instant":
      return Type.String({ maxLength: TIMESTAMP_LENGTH_MAX, ...examples(TIMESTAMP_EXAMPLE), ...options });
    case "json":
      return Type.Unknown(options);
  }
}

function examples(example: string | undefined): { examples?: string[] } {
  return example === undefined ? {} : { examples: [example] };
}

function literals(words: readonly string[]): TSchema[] {
  return words.map((word) => Type.Literal(word));
}

function limitsOf({ min, max }: { readonly min?: number; readonly max?: number }): {
  minimum?: number;
  maximum?: number;
} {
  return defined({ minimum: min, maximum: max });
}

function defined(options: Readonly<Record<string, number | undefined>>): Record<string, number> {
  return Object.fromEntries(Object.entries(options).filter((one): one is [string, number] => one[1] !== undefined));
}
