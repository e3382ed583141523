/** Form controls for fields that a table of the service describes; the shape of a value decides its control. */
import { Group, JsonInput, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import type { FormField } from "../../api/objects";
import { NumberField } from "../../inputs/number_field";

/** Texts longer than this get more than one line. */
const LINE_LENGTH_MAX = 1000;

/** The values of the controls by field: texts, numbers and switches; JSON is kept as text, and "" means empty. */
export type FieldValues = Readonly<Record<string, string | number | boolean>>;

/** The values of the controls for an object as the API returns it. */
export function valuesOf(fields: readonly FormField[], object: Readonly<Record<string, unknown>>): FieldValues {
  return Object.fromEntries(
    fields.map(({ name, shape }) => {
      const value = object[name];
      if (shape.type === "json") return [name, JSON.stringify(value ?? null, null, 2)];
      return [name, (value ?? (shape.type === "flag" ? false : "")) as string | number | boolean];
    }),
  );
}

/** The request body for the values; an empty control clears its field. Throws for invalid JSON: check isComplete first. */
export function bodyOf(fields: readonly FormField[], values: FieldValues): Record<string, unknown> {
  return Object.fromEntries(
    fields.map(({ name, shape, is_nullable }) => {
      const value = values[name];
      if (shape.type === "json") return [name, JSON.parse(String(value))];
      if (value === "" && is_nullable) return [name, null];
      return [name, value];
    }),
  );
}

/** True when all required fields are filled and all JSON is valid. */
export function isComplete(fields: readonly FormField[], values: FieldValues): boolean {
  return fields.every(({ name, shape, is_nullable }) => {
    const value = values[name];
    if (shape.type === "json") return isJson(String(value));
    if (shape.type === "integer") return typeof value === "number" || (value === "" && is_nullable);
    return is_nullable || (typeof value === "string" ? value.trim() !== "" : value !== undefined);
  });
}

interface ControlsProps {
  readonly fields: readonly FormField[];
  readonly values: FieldValues;
  readonly onChange: (values: FieldValues) => void;
}

/** Places the controls one below the other; numbers stand side by side. */
export function FieldControls({ fields, values, onChange }: ControlsProps) {
  const control = (field: FormField) => (
    <FieldControl
      key={field.name}
      field={field}
      value={values[field.name] ?? ""}
      onChange={(value) => onChange({ ...values, [field.name]: value })}
    />
  );
  const of = (types: readonly string[]) => fields.filter(({ shape }) => types.includes(shape.type)).map(control);
  return (
    <Stack gap="sm">
      {of(["text", "instant"])}
      <Group className="pair" align="flex-start">
        {of(["integer", "word", "flag"])}
      </Group>
      {of(["json"])}
    </Stack>
  );
}

interface ControlProps {
  readonly field: FormField;
  readonly value: string | number | boolean;
  readonly onChange: (value: string | number | boolean) => void;
}

function FieldControl({ field, value, onChange }: ControlProps) {
  const { label, hint, shape, is_nullable } = field;
  const shown = { label, ...(hint === "" ? {} : { description: hint }) };
  switch (shape.type) {
    case "integer":
      return (
        <NumberField
          {...shown}
          {...(shape.min === undefined ? {} : { min: shape.min })}
          {...(shape.max === undefined ? {} : { max: shape.max })}
          required={!is_nullable}
          value={value as number | string}
          onChange={onChange}
        />
      );
    case "flag":
      return <Switch {...shown} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
    case "word":
      return (
        <Select
          {...shown}
          data={shape.words}
          value={String(value)}
          allowDeselect={false}
          onChange={(next) => onChange(next ?? value)}
        />
      );
    case "json":
      return (
        <JsonInput
          {...shown}
          autosize
          minRows={2}
          maxRows={20}
          value={String(value)}
          error={isJson(String(value)) ? undefined : "This is not JSON yet"}
          onChange={onChange}
        />
      );
    default: {
      const is_long = shape.type === "text" && (shape.length_max ?? 0) > LINE_LENGTH_MAX;
      return is_long ? (
        <Textarea
          {...shown}
          autosize
          minRows={2}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      ) : (
        <TextInput
          {...shown}
          required={!is_nullable}
          value={String(value)}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      );
    }
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
