/** Checks the override data of one fire against the bound fields of its trigger. */
import { nearestHint } from "../nearest";
import { findCellFault } from "./imported/cells";
import { findIndexedFaults, type GivenMembers, spellKey } from "./indexed_shapes";
import type { InputShape } from "./inputs";
import { describeValue, isRecord, quote } from "./json";
import { findOptionFault } from "./options";
import {
  type BoundField,
  type BoundOverrides,
  ERRORS_MAX,
  type FieldError,
  type OverrideTarget,
  type OverrideType,
} from "./override_fields";
import type { PathValue } from "./override_paths";
import { findMisfits } from "./shapes";

/**
 * Checks the override data of one fire; empty when it fits. `data` undefined or null counts as {}. At most 100 errors,
 * each with the name of its field.
 */
export function validateOverrideData(bound: BoundOverrides, data: unknown): readonly FieldError[] {
  const given = data ?? {};
  if (!isRecord(given)) {
    return [{ name: "override_data", msg: `override_data is ${describeValue(data)}, expected an object` }];
  }
  const errors: FieldError[] = [];
  const fields = fieldsByName(bound);
  for (const name of Object.keys(given)) {
    if (errors.length >= ERRORS_MAX) return errors;
    if (!fields.has(name)) errors.push({ name, msg: explainUnknown(name, fields) });
  }
  const members = givenMembers(bound, given);
  for (const field of bound.fields) {
    if (errors.length >= ERRORS_MAX) break;
    if (Object.hasOwn(given, field.name)) {
      for (const msg of findFaults(field, given[field.name], members)) errors.push({ name: field.name, msg });
    } else if (field.required && !field.has_default) {
      errors.push({ name: field.name, msg: `${field.name} is required and was not given` });
    }
  }
  return errors;
}

const FIELDS_BY_NAME = new WeakMap<BoundOverrides, ReadonlyMap<string, BoundField>>();

/** Made once per BoundOverrides, so that a fire costs only as much as its given and its required fields. */
function fieldsByName(bound: BoundOverrides): ReadonlyMap<string, BoundField> {
  const known = FIELDS_BY_NAME.get(bound);
  if (known !== undefined) return known;
  const fields = new Map(bound.fields.map((field) => [field.name, field]));
  FIELDS_BY_NAME.set(bound, fields);
  return fields;
}

function explainUnknown(name: string, fields: ReadonlyMap<string, BoundField>): string {
  if (fields.size === 0) return `${quote(name)} was given, but this trigger takes no overrides`;
  const hint = nearestHint(name, fields.keys());
  if (hint !== undefined) return `there is no field ${quote(name)}, ${hint}`;
  const names = [...fields.keys()];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return `there is no field ${quote(name)}; there are ${names.slice(0, 5).map(quote).join(", ")}${more}`;
}

/** Sentences about what is wrong with a value for a field; empty when it fits. */
export function findFaults(field: BoundField, value: unknown, given: GivenMembers): readonly string[] {
  const { target, name } = field;
  const faults = findTargetFaults(target, value, name, given);
  if (faults.length > 0 || field.type === null || value === null || hasType(value, field.type)) return faults;
  const expected = field.type === "integer" ? "a whole number" : `a value of type ${field.type}`;
  return [`${name} is ${describeValue(value)}, expected ${expected}`];
}

function findTargetFaults(
  target: OverrideTarget,
  value: unknown,
  name: string,
  given: GivenMembers,
): readonly string[] {
  switch (target.kind) {
    case "input":
      return findInputFaults(target.shape, value, name, given);
    case "path":
      return findPathFaults(target.accepts, value, name);
    case "cell": {
      const fault = findCellFault(target.accepts, value);
      return fault === null ? [] : [`${name} is ${fault}`];
    }
  }
}

function hasType(value: unknown, type: OverrideType): boolean {
  if (type === "integer") return Number.isInteger(value);
  if (type === "array") return Array.isArray(value);
  return type === "object" ? isRecord(value) : typeof value === type;
}

function findInputFaults(shape: InputShape, value: unknown, name: string, given: GivenMembers): string[] {
  if (shape.type === "param" || shape.type === "set") return findIndexedFaults(shape, value, name, given);
  return findMisfits(value, shape, name);
}

/** Members that the fire, or a default, gives to a plain set. */
function givenMembers(bound: BoundOverrides, data: Readonly<Record<string, unknown>>): GivenMembers {
  return (set) => {
    const field = bound.fields.find(({ target }) => target.kind === "input" && target.input === set);
    if (field === undefined) return null;
    const value = Object.hasOwn(data, field.name) ? data[field.name] : field.default;
    return Array.isArray(value) ? value.map((member: unknown) => spellKey(member) ?? "") : null;
  };
}

function findPathFaults(accepts: PathValue, value: unknown, name: string): string[] {
  if (accepts.type === "shape") return findMisfits(value, accepts.shape, name);
  const expected = findPathFault(accepts, value);
  return expected === null ? [] : [`${name} is ${describeValue(value)}, expected ${expected}`];
}

/** What was expected; null when the value fits. */
function findPathFault(accepts: Exclude<PathValue, { type: "shape" }>, value: unknown): string | null {
  switch (accepts.type) {
    case "bound":
      return value === null || Number.isFinite(value) ? null : "a finite number, or null for no bound";
    case "text":
      return typeof value === "string" ? null : "a text";
    case "choice":
      return accepts.choices.some((choice) => choice === value) ? null : accepts.choices.map(quote).join(" or ");
    case "option":
      return findOptionFault(accepts.option, value);
  }
}

/** One sentence for overrides that do not fit. */
export function misfitMessage(fields: readonly FieldError[]): string {
  return `Override validation failed: ${fields.map((field) => field.msg).join("; ")}`;
}
