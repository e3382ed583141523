/**
 * How override data gets into a model. When a trigger is created, `bindOverrides` binds each field of its schema to an input
 * or a place of the pinned model; the result is plain JSON, stored with the trigger. `validateOverrideData` checks each fire
 * against only that, on the HTTP thread. `applyOverrides` makes the effective model in the solver process.
 */
import { nearestHint } from "../nearest";
import { type CellResolution, cellKey, cellPaths } from "./imported/cells";
import type { InputDeclaration, InputShape } from "./inputs";
import { describeValue, isRecord, quote } from "./json";
import { findFaults } from "./override_data";
import {
  type BoundField,
  type BoundOverrides,
  type FieldError,
  OVERRIDE_TYPES,
  type OverrideField,
  type OverrideSubject,
  type OverrideTarget,
  type OverrideType,
} from "./override_fields";
import { resolveFlatPath } from "./override_paths";
import { shapeType } from "./shapes";

const FIELD_KEYS = ["name", "type", "required", "default", "description", "model_field_path"];
const FIELDS_MAX = 1000;
const NAME_LENGTH_MAX = 255;

/**
 * Reads a schema of unknown structure. null or undefined gives null fields: every input may be overridden. A null
 * `type`, `description` or `model_field_path` counts as absent, so that a schema may be sent back as it was read.
 */
export function parseOverrideSchema(schema: unknown): {
  readonly fields: readonly OverrideField[] | null;
  readonly errors: readonly FieldError[];
} {
  if (schema === null || schema === undefined) return { fields: null, errors: [] };
  const refuse = (msg: string) => ({ fields: [], errors: [{ name: "override_schema", msg }] });
  if (!Array.isArray(schema)) return refuse(`override_schema is ${describeValue(schema)}, expected a list of fields`);
  if (schema.length > FIELDS_MAX)
    return refuse(`override_schema has ${schema.length} fields, at most ${FIELDS_MAX} are allowed`);
  const errors: FieldError[] = [];
  const fields = new Map<string, OverrideField>();
  for (const [position, entry] of schema.entries()) {
    const field = parseField(entry, position, errors);
    if (field === null) continue;
    if (fields.has(field.name))
      errors.push({ name: field.name, msg: "this name is given twice; a field has its own name" });
    fields.set(field.name, field);
  }
  return { fields: [...fields.values()], errors };
}

/**
 * Binds fields to the model they override. null fields: every input, by its own name. `errors` says which fields do not
 * fit; `bound` contains those that do, and may be used only when there are no errors.
 */
export function bindOverrides(
  fields: readonly OverrideField[] | null,
  subject: OverrideSubject,
): { readonly bound: BoundOverrides; readonly errors: readonly FieldError[] } {
  const errors: FieldError[] = [];
  const inputs = new Map(subject.inputs.map((input) => [input.name, input]));
  const bound: BoundField[] = [];
  for (const field of fields ?? subject.inputs.map(({ name, required }) => ({ name, required }))) {
    const target = findTarget(field, subject, inputs);
    if (typeof target === "string") errors.push({ name: field.name, msg: target });
    else bound.push(bindField(field, target, errors));
  }
  reportOverlaps(bound, errors);
  reportUnfilled(bound, subject.inputs, errors);
  return { bound: { fields: bound }, errors };
}

/** The paths that fields may use; null for null fields. */
export function pathsOf(fields: readonly OverrideField[] | null): readonly string[] | null {
  return fields === null ? null : fields.map((field) => field.model_field_path ?? field.name);
}

/** A schema for override data that came without one: a field for each given name. */
export function fieldsGiven(data: unknown): readonly OverrideField[] {
  return isRecord(data)
    ? Object.keys(data)
        .slice(0, FIELDS_MAX)
        .map((name) => ({ name }))
    : [];
}

/** Binds override data that came without a schema: any cell of a file by its path, otherwise every input. */
export function bindGiven(
  fields: readonly OverrideField[],
  subject: OverrideSubject,
): ReturnType<typeof bindOverrides> {
  return bindOverrides(subject.form === "file" ? fields : null, subject);
}

/**
 * The effective model of one fire whose data has been validated: `values` replaces inputs by name, `model` is the model
 * with paths edited. The given model is never changed; unedited parts are shared with it.
 */
export function applyOverrides(
  model: unknown,
  bound: BoundOverrides,
  data: unknown,
): { readonly model: unknown; readonly values: Readonly<Record<string, unknown>> } {
  const given = isRecord(data) ? data : {};
  const values: Record<string, unknown> = Object.create(null);
  let edited = model;
  for (const field of bound.fields) {
    const is_given = Object.hasOwn(given, field.name);
    if (!is_given && !field.has_default) continue;
    const value = is_given ? given[field.name] : field.default;
    if (field.target.kind === "input") values[field.target.input] = value;
    else if (field.target.kind === "cell") values[cellKey(field.target.cell)] = value;
    else edited = withValueAt(edited, field.target.segments, value);
  }
  return { model: edited, values };
}

function parseField(entry: unknown, position: number, errors: FieldError[]): OverrideField | null {
  if (!isRecord(entry)) {
    errors.push({
      name: String(position),
      msg: `the field is ${describeValue(entry)}, expected an object with a name`,
    });
    return null;
  }
  const { name } = entry;
  if (typeof name !== "string" || name === "" || name.length > NAME_LENGTH_MAX || name === "__proto__") {
    const msg = `name is ${describeValue(name)}, expected a text of 1 to ${NAME_LENGTH_MAX} characters other than __proto__`;
    errors.push({ name: String(position), msg });
    return null;
  }
  reportFieldFaults(entry, (msg) => errors.push({ name, msg }));
  const type = OVERRIDE_TYPES.find((candidate) => candidate === entry.type);
  return {
    name,
    ...(type === undefined ? {} : { type }),
    ...(typeof entry.required === "boolean" ? { required: entry.required } : {}),
    ...(entry.default === undefined ? {} : { default: entry.default }),
    ...(typeof entry.description === "string" ? { description: entry.description } : {}),
    ...(typeof entry.model_field_path === "string" ? { model_field_path: entry.model_field_path } : {}),
  };
}

function reportFieldFaults(entry: Readonly<Record<string, unknown>>, report: (msg: string) => void): void {
  for (const key of Object.keys(entry)) {
    if (FIELD_KEYS.includes(key)) continue;
    const hint = nearestHint(key, FIELD_KEYS);
    report(`a field has no key ${quote(key)}${hint === undefined ? "" : `, ${hint}`}`);
  }
  if (isGiven(entry.type) && !OVERRIDE_TYPES.some((candidate) => candidate === entry.type)) {
    report(`type is ${describeValue(entry.type)}, expected one of ${OVERRIDE_TYPES.join(", ")}`);
  }
  if (isGiven(entry.required) && typeof entry.required !== "boolean") {
    report(`required is ${describeValue(entry.required)}, expected true or false`);
  }
  for (const key of ["description", "model_field_path"]) {
    if (isGiven(entry[key]) && typeof entry[key] !== "string")
      report(`${key} is ${describeValue(entry[key])}, expected a text`);
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The target of a field, or a sentence about why it has none. */
function findTarget(
  field: OverrideField,
  subject: OverrideSubject,
  inputs: ReadonlyMap<string, InputDeclaration>,
): OverrideTarget | string {
  if (subject.form === "file") return findCell(field, subject.cells);
  if (field.model_field_path === undefined) {
    const input = inputs.get(field.name);
    if (input !== undefined) return { kind: "input", input: input.name, shape: input.shape };
    const hint = nearestHint(field.name, inputs.keys()) ?? "name an input, or give model_field_path";
    return `the model has no input ${quote(field.name)}; ${hint}`;
  }
  if (subject.form !== "flat") return "model_field_path reaches into flat models only; name an input of the model";
  const resolved = resolveFlatPath(subject.model, field.model_field_path);
  if (resolved.error !== null) return `model_field_path leads nowhere: ${resolved.error}`;
  return { kind: "path", segments: resolved.segments, accepts: resolved.accepts };
}

/** In a file a field's own name may be the path. */
function findCell(field: OverrideField, cells: Readonly<Record<string, CellResolution>>): OverrideTarget | string {
  const path = field.model_field_path ?? field.name;
  const found = Object.hasOwn(cells, path) ? cells[path]! : { error: `${quote(path)} was not looked up` };
  if (!("error" in found)) return { kind: "cell", cell: found.cell, accepts: found.accepts };
  return `${field.model_field_path === undefined ? "the name is no path into the file" : "model_field_path leads nowhere"}: ${found.error}`;
}

function bindField(field: OverrideField, target: OverrideTarget, errors: FieldError[]): BoundField {
  const bound: BoundField = {
    name: field.name,
    type: field.type ?? null,
    required: field.required ?? false,
    has_default: field.default !== undefined && (field.default !== null || takesNull(target)),
    default: field.default ?? null,
    target,
  };
  const types = typesOf(target);
  if (field.type !== undefined && !types.includes(field.type)) {
    errors.push({ name: field.name, msg: `type is "${field.type}", but the model takes ${types.join(" or ")} here` });
  } else if (bound.has_default) {
    for (const msg of findFaults(bound, field.default, () => null))
      errors.push({ name: field.name, msg: `the default does not fit: ${msg}` });
  }
  return bound;
}

/** Values of `type` that fit a target. */
function typesOf(target: OverrideTarget): readonly OverrideType[] {
  if (target.kind === "input") return typesOfShape(target.shape);
  if (target.kind === "cell") return ["number", "integer"];
  const { accepts } = target;
  if (accepts.type === "text" || accepts.type === "choice") return ["string"];
  return accepts.type === "shape" ? typesOfShape(accepts.shape) : ["number", "integer"];
}

function typesOfShape(shape: InputShape): readonly OverrideType[] {
  if (shape.type === "set") return shape.subscripts === 0 ? ["array"] : ["object"];
  if (shape.type === "param") {
    if (shape.indices.length > 0) return ["array", "object"];
    return shape.is_symbolic ? ["string", "number", "integer"] : ["number", "integer"];
  }
  const type = shapeType(shape);
  return type === "number" ? ["number", "integer"] : [type];
}

function takesNull(target: OverrideTarget): boolean {
  if (target.kind === "cell") return target.accepts === "bound";
  return target.kind === "path" && (target.accepts.type === "bound" || target.accepts.type === "option");
}

/** Two fields that write to the same value, or one inside the other's, would depend on their order. */
function reportOverlaps(bound: readonly BoundField[], errors: FieldError[]): void {
  const owners = new Map<string, string>();
  for (const field of bound) {
    const keys = targetPaths(field.target).map((segments) => JSON.stringify(segments));
    const owner = keys.map((key) => owners.get(key)).find((name) => name !== undefined);
    for (const key of keys) owners.set(key, field.name);
    if (owner !== undefined)
      errors.push({ name: field.name, msg: `it reaches the same value as the field ${quote(owner)}` });
  }
  for (const field of bound) {
    const segments = targetPaths(field.target)[0]!;
    for (let length = segments.length - 1; length > 0; length -= 1) {
      const owner = owners.get(JSON.stringify(segments.slice(0, length)));
      if (owner !== undefined)
        errors.push({ name: field.name, msg: `it reaches into the value of the field ${quote(owner)}` });
    }
  }
}

/** The path that a field writes to; an input by name counts as a path when overlaps are checked. */
function targetPaths(target: OverrideTarget): readonly (readonly (string | number)[])[] {
  if (target.kind === "cell") return cellPaths(target.cell);
  return [target.kind === "path" ? target.segments : ["parameters", target.input]];
}

function reportUnfilled(bound: readonly BoundField[], inputs: readonly InputDeclaration[], errors: FieldError[]): void {
  const filled = new Set<string>();
  for (const { target, required, has_default } of bound) {
    if (target.kind === "input" && (required || has_default)) filled.add(target.input);
  }
  for (const input of inputs) {
    if (!input.required || filled.has(input.name)) continue;
    const msg = "the model has no value for this input; add a field for it that is required or has a default";
    errors.push({ name: input.name, msg });
  }
}

/** A copy of `root` with another value at `segments`; copies only the containers along the path and creates missing ones. */
function withValueAt(root: unknown, segments: readonly (string | number)[], value: unknown): unknown {
  const holder: unknown[] = [root];
  let parent: unknown[] | Record<string, unknown> = holder;
  let key: string | number = 0;
  for (const segment of segments) {
    const copy = copyContainer(readKey(parent, key));
    writeKey(parent, key, copy);
    parent = copy;
    key = segment;
  }
  writeKey(parent, key, value);
  return holder[0];
}

function copyContainer(value: unknown): unknown[] | Record<string, unknown> {
  if (Array.isArray(value)) return value.slice();
  return isRecord(value) ? { ...value } : {};
}

function readKey(parent: unknown[] | Record<string, unknown>, key: string | number): unknown {
  return Object.hasOwn(parent, key) ? (parent as Record<string | number, unknown>)[key] : undefined;
}

function writeKey(parent: unknown[] | Record<string, unknown>, key: string | number, value: unknown): void {
  (parent as Record<string | number, unknown>)[key] = value;
}
