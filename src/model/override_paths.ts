/**
 * Resolves a dot path into model_json, such as `variables.widgets_c.upper_bound`, to the steps that reach its value and
 * to what may be put there. A list element is found by position, else by its `name`, which may contain dots.
 */
import { nearestHint } from "../nearest";
import { MODEL_KEYS, OBJECTIVE_SENSES, VARIABLE_TYPES } from "./flat/structure";
import { describeValue, isPrototypeKey, isRecord, quote } from "./json";
import { OPTION_NAMES, type OptionName } from "./options";
import { type Shape, shapeOf } from "./shapes";

/** The values that may replace the value at a path. */
export type PathValue =
  | { readonly type: "shape"; readonly shape: Shape }
  /** A finite number, or null for none. */
  | { readonly type: "bound" }
  | { readonly type: "text" }
  | { readonly type: "choice"; readonly choices: readonly string[] }
  | { readonly type: "option"; readonly option: OptionName };

type PathResolution =
  | { readonly segments: readonly (string | number)[]; readonly accepts: PathValue; readonly error: null }
  | { readonly error: string };

const PATH_LENGTH_MAX = 1000;
const TEXT: PathValue = { type: "text" };

/** Properties of each part of a flat model and the values they accept; a missing one can be set too. */
const VARIABLE_PROPERTIES = new Map<string, PathValue>([
  ["name", TEXT],
  ["type", { type: "choice", choices: VARIABLE_TYPES }],
  ["lower_bound", { type: "bound" }],
  ["upper_bound", { type: "bound" }],
]);
const CONSTRAINT_PROPERTIES = new Map<string, PathValue>([
  ["name", TEXT],
  ["expression", TEXT],
]);
const OBJECTIVE_PROPERTIES = new Map<string, PathValue>([
  ["sense", { type: "choice", choices: OBJECTIVE_SENSES }],
  ["expression", TEXT],
]);
const OPTION_PROPERTIES = new Map<string, PathValue>(
  OPTION_NAMES.map((option) => [option, { type: "option", option }] as const),
);

/** Resolves `path` in a flat model. The error is a sentence for the person who wrote the path. */
export function resolveFlatPath(model: unknown, path: string): PathResolution {
  if (path.length > PATH_LENGTH_MAX) return { error: `the path is longer than ${PATH_LENGTH_MAX} characters` };
  const steps = path.split(".");
  const refused = steps.find((step) => step === "" || isPrototypeKey(step));
  if (refused !== undefined)
    return { error: `the path ${quote(path)} holds the step ${quote(refused)}, which is not allowed` };
  if (!isRecord(model)) return { error: "the model is not an object" };
  const [section, ...rest] = steps;
  switch (section) {
    case "name":
      return rest.length === 0 ? { segments: ["name"], accepts: TEXT, error: null } : deadEnd(["name"], rest[0]!);
    case "objective":
      return resolveProperty(["objective"], rest, OBJECTIVE_PROPERTIES);
    case "options":
      return resolveProperty(["options"], rest, OPTION_PROPERTIES);
    case "variables":
      return resolveElement("variables", model.variables, rest, VARIABLE_PROPERTIES);
    case "constraints":
      return resolveElement("constraints", model.constraints, rest, CONSTRAINT_PROPERTIES);
    case "parameters":
      return resolveParameter(model.parameters, rest);
    default:
      return notFound("the model", "part", section!, MODEL_KEYS);
  }
}

function resolveProperty(
  parent: readonly (string | number)[],
  steps: readonly string[],
  properties: ReadonlyMap<string, PathValue>,
): PathResolution {
  const [property, beyond] = steps;
  const owner = parent.join(".");
  const names = [...properties.keys()];
  if (property === undefined) return { error: `the path ends at ${owner}; go on to ${names.join(", ")}` };
  const accepts = properties.get(property);
  if (accepts === undefined) return notFound(owner, "property", property, names);
  const segments = [...parent, property];
  return beyond === undefined ? { segments, accepts, error: null } : deadEnd(segments, beyond);
}

function resolveElement(
  section: string,
  entries: unknown,
  steps: readonly string[],
  properties: ReadonlyMap<string, PathValue>,
): PathResolution {
  if (!Array.isArray(entries)) return { error: `the model has no list of ${section}` };
  if (steps.length === 0) return { error: `the path ends at ${section}; go on to an element and its property` };
  const position = readPosition(steps[0]!);
  if (position !== null && position < entries.length) {
    return resolveProperty([section, position], steps.slice(1), properties);
  }
  const names = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    if (isRecord(entry) && typeof entry.name === "string") names.set(entry.name, at);
  }
  const found = findDottedKey(steps, (name) => names.has(name));
  if (found === null) {
    const numbered = position === null ? "" : `; positions go from 0 to ${entries.length - 1}`;
    const { error } = notFound(section, "element", steps[0]!, names.keys());
    return { error: `${error}${numbered}` };
  }
  return resolveProperty([section, names.get(found.key)!], steps.slice(found.step_count), properties);
}

function resolveParameter(parameters: unknown, steps: readonly string[]): PathResolution {
  if (steps.length === 0) return { error: "the path ends at parameters; go on to the name of one" };
  const segments: (string | number)[] = ["parameters"];
  let value: unknown = parameters;
  let rest = steps;
  while (rest.length > 0) {
    const owner = segments.join(".");
    if (Array.isArray(value)) {
      const position = readPosition(rest[0]!);
      if (position === null || position >= value.length) {
        return { error: `${owner} has the positions 0 to ${value.length - 1}, found ${quote(rest[0]!)}` };
      }
      segments.push(position);
      value = value[position];
      rest = rest.slice(1);
    } else if (isRecord(value)) {
      const record = value;
      const found = findDottedKey(rest, (key) => Object.hasOwn(record, key));
      if (found === null) return notFound(owner, "key", rest[0]!, Object.keys(record));
      segments.push(found.key);
      value = record[found.key];
      rest = rest.slice(found.step_count);
    } else if (segments.length === 1) return { error: `the model's parameters is ${describeValue(value)}` };
    else return deadEnd(segments, rest[0]!);
  }
  return { segments, accepts: { type: "shape", shape: shapeOf(value) }, error: null };
}

/** A key made of the first step, else of the first two joined by a dot, and so on. */
function findDottedKey(
  steps: readonly string[],
  has: (key: string) => boolean,
): { readonly key: string; readonly step_count: number } | null {
  let key = "";
  for (const [at, step] of steps.entries()) {
    key = at === 0 ? step : `${key}.${step}`;
    if (has(key)) return { key, step_count: at + 1 };
  }
  return null;
}

function readPosition(step: string): number | null {
  return /^(0|[1-9][0-9]{0,8})$/.test(step) ? Number(step) : null;
}

function notFound(owner: string, noun: string, found: string, known: Iterable<string>): { readonly error: string } {
  const hint = nearestHint(found, known);
  return { error: `${owner} has no ${noun} ${quote(found)}${hint === undefined ? "" : `, ${hint}`}` };
}

function deadEnd(segments: readonly (string | number)[], step: string): PathResolution {
  return { error: `${segments.join(".")} is a single value, there is no ${quote(step)} inside it` };
}
