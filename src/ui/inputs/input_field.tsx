/** One input of a fire. It keeps the model's value, or it is given as a number, a grid, members of a set, a file, or plain JSON. */
import "./inputs.css";
import {
  Button,
  Checkbox,
  Code,
  FileButton,
  Group,
  JsonInput,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useState } from "react";
import { counted } from "../layout/figures";
import type { FormField } from "./fields";
import { GridEditor } from "./grid_editor";
import { GRID_CELLS_MAX, type GridShape, gridShapeOf, jsonOf } from "./grid_shape";
import { NumberField, UnclearTexts } from "./number_field";
import { cellsOfTable, objectsOfTable, parseTable } from "./pasted";

export interface FieldProps {
  readonly field: FormField;
  /** undefined: not given. */
  readonly value: unknown;
  /** All data given in the form: a grid needs the sets that are given beside it. */
  readonly draft: Readonly<Record<string, unknown>>;
  readonly onChange: (value: unknown) => void;
  /** The error message of the service for this input. */
  readonly fault?: string | undefined;
}

export function InputField(props: FieldProps) {
  const { field, value, onChange, fault } = props;
  const is_given = value !== undefined;
  return (
    <Stack gap={6} className="input-field">
      <Group justify="space-between" gap="xs" wrap="nowrap" align="flex-start">
        <div>
          <Text fw={600} size="sm">
            {field.name}
            {field.required && (
              <Text span c="red" aria-hidden="true">
                {" "}
                *
              </Text>
            )}
            {field.unit !== null && (
              <Text span size="sm" c="dimmed">
                {" "}
                [{field.unit}]
              </Text>
            )}
          </Text>
          <Text size="xs" c="dimmed">
            {field.description ?? sizeOf(field)}
          </Text>
        </div>
        <Checkbox
          label="Give"
          aria-label={`Give ${field.name}`}
          checked={is_given}
          onChange={(event) => onChange(event.currentTarget.checked ? firstValueOf(field) : undefined)}
        />
      </Group>
      {is_given ? <Given {...props} /> : <Usual field={field} />}
      {fault !== undefined && (
        <Text size="sm" c="red" role="alert">
          {fault}
        </Text>
      )}
    </Stack>
  );
}

function Usual({ field }: { readonly field: FormField }) {
  if (field.required && field.usual === undefined) return <Text size="xs">This must be given.</Text>;
  const text = field.usual === undefined ? "as the model has it" : JSON.stringify(field.usual);
  return (
    <Text size="xs" c="dimmed" truncate title={text}>
      Not given: <Code>{text}</Code>
    </Text>
  );
}

/** Starts with the model's value, so that only the differences must be typed. */
function firstValueOf(field: FormField): unknown {
  if (field.usual !== undefined) return field.usual;
  const type = field.type ?? field.input?.type ?? "number";
  return { string: "", number: "", integer: "", boolean: false, array: [], object: {} }[type];
}

function sizeOf({ input, path }: FormField): string {
  if (path !== null) return path;
  if (input === null) return "";
  return input.type === "number" ? "one number" : counted(input.size, "value");
}

function Given(props: FieldProps) {
  const { field, value, draft, onChange } = props;
  const [is_json, setJson] = useState(false);
  const [revision, setRevision] = useState(0);
  const grid = field.input === null ? null : gridShapeOf(field.input, draft);
  const kind = kindOf(field, grid);
  if (kind === "scalar") return <Scalar {...props} />;
  const load = (loaded: unknown) => {
    onChange(loaded);
    setRevision(revision + 1);
  };
  const is_large = grid !== null && grid.rows.length * grid.columns.length > GRID_CELLS_MAX;
  return (
    <Stack gap={6}>
      {is_json || kind === "json" || is_large ? (
        <>
          <JsonField key={revision} {...props} />
          {!isOfWords(field) && <UnclearTexts value={value} onChange={load} />}
        </>
      ) : kind === "set" ? (
        <Members {...props} />
      ) : (
        <GridEditor
          key={`${revision} ${grid!.rows.join()} ${grid!.columns.join()}`}
          name={field.name}
          shape={grid!}
          value={value}
          onChange={onChange}
        />
      )}
      <Group gap="xs">
        <LoadFile grid={grid} name={field.name} onLoad={load} />
        {kind !== "json" && !is_large && (
          <Switch
            size="xs"
            label="as JSON"
            checked={is_json}
            onChange={(event) => setJson(event.currentTarget.checked)}
          />
        )}
        {kind === "grid" && !is_json && (
          <Text size="xs" c="dimmed">
            Takes a paste from a spreadsheet
          </Text>
        )}
      </Group>
    </Stack>
  );
}

/** True when the input's values are texts by nature. */
function isOfWords({ input }: FormField): boolean {
  return input !== null && (input.shape.type === "set" || (input.shape.type === "param" && input.shape.is_symbolic));
}

function kindOf(field: FormField, grid: GridShape | null): "scalar" | "grid" | "set" | "json" {
  if (grid !== null) return "grid";
  const { input } = field;
  if (input?.shape.type === "set") return input.shape.subscripts === 0 ? "set" : "json";
  const type = input?.type ?? field.type;
  return type === "array" || type === "object" || type === null ? "json" : "scalar";
}

function Scalar({ field, value, onChange }: FieldProps) {
  const type = field.type ?? field.input?.type ?? "number";
  const label = { "aria-label": field.name };
  if (type === "boolean") {
    return <Switch {...label} checked={value === true} onChange={(event) => onChange(event.currentTarget.checked)} />;
  }
  if (type === "string") {
    return <TextInput {...label} value={String(value)} onChange={(event) => onChange(event.currentTarget.value)} />;
  }
  return <NumberField {...label} value={value as number | string} onChange={onChange} />;
}

/** One member on each line; commas separate the parts of a tuple. */
function Members({ field, value, onChange }: FieldProps) {
  const lines = Array.isArray(value)
    ? value.map((member) => (Array.isArray(member) ? member.join(",") : String(member)))
    : [];
  const [text, setText] = useState(lines.join("\n"));
  const arity = field.input?.shape.type === "set" ? field.input.shape.arity : 1;
  return (
    <Textarea
      aria-label={field.name}
      description={
        arity === 1 ? "One member on a line" : `One member on a line, its ${arity} parts with commas between`
      }
      autosize
      minRows={2}
      maxRows={10}
      value={text}
      onChange={(event) => {
        setText(event.currentTarget.value);
        onChange(membersOf(event.currentTarget.value));
      }}
    />
  );
}

/** Members are names: a member becomes a number only if the number is written the same way; 007, 1.0 and 1,200 stay texts. */
function membersOf(text: string): (string | number)[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .map((line) => (String(Number(line)) === line ? Number(line) : line));
}

function JsonField({ field, value, onChange }: FieldProps) {
  const [text, setText] = useState(() => JSON.stringify(value, null, 1) ?? "");
  return (
    <JsonInput
      aria-label={`${field.name} as JSON`}
      autosize
      minRows={3}
      maxRows={12}
      value={text}
      error={isJson(text) ? undefined : "This is not JSON yet"}
      onChange={(next) => {
        setText(next);
        if (isJson(next)) onChange(JSON.parse(next));
      }}
    />
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function LoadFile(props: {
  readonly grid: GridShape | null;
  readonly name: string;
  readonly onLoad: (value: unknown) => void;
}) {
  const { grid, name, onLoad } = props;
  const [said, setSaid] = useState<string | null>(null);
  const read = async (file: File | null) => {
    if (file === null) return;
    const text = await file.text();
    const found = file.name.endsWith(".json") ? readJson(text) : readTable(grid, text);
    if (found === undefined) setSaid(`${file.name} does not fit: ${expectedOf(grid)}`);
    else {
      setSaid(`${file.name} is in`);
      onLoad(found);
    }
  };
  return (
    <>
      <FileButton onChange={read} accept=".csv,.tsv,.txt,.json">
        {(button) => (
          <Button {...button} size="compact-xs" variant="default" aria-label={`Load CSV or JSON of ${name}`}>
            Load CSV or JSON
          </Button>
        )}
      </FileButton>
      {said !== null && (
        <Text size="xs" role="status">
          {said}
        </Text>
      )}
    </>
  );
}

function readJson(text: string): unknown {
  return isJson(text) ? JSON.parse(text) : undefined;
}

/** Reads a table into the grid's cells. Without a grid, a single column becomes a list and more columns become a list of objects. */
function readTable(grid: GridShape | null, text: string): unknown {
  const table = parseTable(text);
  if (grid !== null) {
    const cells = cellsOfTable(grid, table);
    return cells === null ? undefined : jsonOf(grid, cells);
  }
  const [head] = table;
  if (head === undefined) return undefined;
  return head.length === 1 ? table.map(([member]) => member) : objectsOfTable(table);
}

function expectedOf(grid: GridShape | null): string {
  if (grid === null) return "a JSON file, or a CSV file with a line of names first";
  const size = `${grid.rows.length} rows${grid.columns[0] === "" ? "" : ` of ${grid.columns.length}`}`;
  return `${size}, or lines of ${grid.columns[0] === "" ? "name,value" : "row,column,value"} with the names shown`;
}
