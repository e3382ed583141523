/** The fields that a fire of a trigger may give: the trigger's own fields, or every input of its model. */
import type { InputDeclaration } from "../api/objects";

/** A field of a trigger's override_schema. */
export interface OverrideField {
  readonly name: string;
  readonly type?: "string" | "number" | "integer" | "boolean" | "array" | "object";
  readonly required?: boolean;
  readonly default?: unknown;
  readonly description?: string;
  readonly model_field_path?: string;
}

/** A field as a form shows it. */
export interface FormField {
  readonly name: string;
  readonly required: boolean;
  readonly description: string | null;
  readonly unit: string | null;
  /** The value that the model uses when none is given; undefined when it is not known. */
  readonly usual: unknown;
  /** The model's input behind the name; null for a field that leads to one value of the model. */
  readonly input: InputDeclaration | null;
  readonly type: OverrideField["type"] | null;
  readonly path: string | null;
}

/** Fields in the order of the schema, or in the order of the model when there is no schema. */
export function formFields(
  schema: readonly OverrideField[] | null,
  inputs: readonly InputDeclaration[],
): readonly FormField[] {
  if (schema === null) return inputs.map(fieldOfInput);
  return schema.map((field) => {
    const input =
      field.model_field_path === undefined ? (inputs.find(({ name }) => name === field.name) ?? null) : null;
    return {
      name: field.name,
      required: (field.required ?? false) || (input?.required === true && field.default === undefined),
      description: field.description ?? input?.description ?? null,
      unit: input?.unit ?? null,
      usual: field.default ?? input?.value ?? undefined,
      input,
      type: field.type ?? null,
      path: field.model_field_path ?? null,
    };
  });
}

function fieldOfInput(input: InputDeclaration): FormField {
  return {
    name: input.name,
    required: input.required,
    description: input.description ?? null,
    unit: input.unit ?? null,
    usual: input.value ?? undefined,
    input,
    type: null,
    path: null,
  };
}
