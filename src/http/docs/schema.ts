/** JSON Schemas in words: the type of a value in one line, the fields of an object as rows. */
import { type Html, html } from "./html";

// biome-ignore lint/suspicious/noExplicitAny: schemas are plain JSON here.
type Json = any;

export interface FieldRow {
  readonly name: string;
  readonly type: Html;
  readonly description: string;
  readonly is_required: boolean;
}

/** The fields of an object; fields of objects inside it come with their path. Empty for any other schema. */
export function fieldRows(schema: Json, prefix = ""): FieldRow[] {
  return Object.entries((schema.properties ?? {}) as Record<string, Json>).flatMap(([name, field]) => {
    const row = {
      name: prefix + name,
      type: spellSchema(field),
      description: field.description ?? "",
      is_required: (schema.required ?? []).includes(name),
    };
    const inner = field.type === "array" ? { schema: field.items, suffix: "[]." } : { schema: field, suffix: "." };
    return [row, ...fieldRows(inner.schema ?? {}, `${prefix}${name}${inner.suffix}`)];
  });
}

/** The type of a value, with its limits; named schemas are links. */
export function spellSchema(schema: Json): Html {
  if (typeof schema.$ref === "string") {
    const name = schema.$ref.split("/").at(-1);
    return html`<a href="#schema-${name}">${name}</a>`;
  }
  const choices: Json[] | undefined = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return joined(choices.map(spellSchema), " or ");
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined) {
    return joined(
      schema.enum.map((word: unknown) => html`<code>${String(word)}</code>`),
      ", ",
    );
  }
  if (schema.type === "array") return html`list of ${spellSchema(schema.items ?? {})}${limitsOf(schema)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : (schema.type ?? "any JSON");
  return html`${schema.format === undefined ? type : `${type}, ${schema.format}`}${limitsOf(schema)}`;
}

function limitsOf(schema: Json): string {
  const limits = [
    range(schema.minimum, schema.maximum, ""),
    range(schema.minLength, schema.maxLength, " characters"),
    range(schema.minItems, schema.maxItems, " entries"),
    schema.default === undefined ? "" : `default ${schema.default}`,
  ].filter((limit) => limit !== "");
  return limits.length === 0 ? "" : ` (${limits.join(", ")})`;
}

function range(from: number | undefined, to: number | undefined, unit: string): string {
  if (from !== undefined && to !== undefined) return `${from} to ${to}${unit}`;
  if (from !== undefined) return `at least ${from}${unit}`;
  return to === undefined ? "" : `up to ${to}${unit}`;
}

function joined(parts: readonly Html[], separator: string): Html {
  return html`${parts.map((part, i) => (i === 0 ? part : html`${separator}${part}`))}`;
}
