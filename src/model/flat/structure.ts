/**
 * Reads a flat model out of JSON: checks its structure, declares its names and parses its expressions, once.
 * Errors go to the list and the rest is still read, so that one pass finds as many as possible.
 */
import { nearestHint } from "../../nearest";
import { COLUMN_KINDS, KIND, type ObjectiveSense } from "../../problem/problem";
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { describeValue, isRecord, quote } from "../json";
import { ExpressionCode } from "./code";
import { OBJECTIVE, type ParsedExpression } from "./expression_reader";
import { readName } from "./names";
import { type FlatParameters, readParameters } from "./parameters";
import { ExpressionParser } from "./parser";

/** A flat model after reading: immutable, and compiled any number of times with different parameter values. */
export interface FlatModel {
  readonly name: string;
  readonly sense: ObjectiveSense;
  readonly variables: FlatVariables;
  readonly parameters: FlatParameters;
  readonly objective: ParsedExpression | null;
  readonly constraint_names: readonly string[];
  readonly constraints: readonly ParsedExpression[];
  readonly code: ExpressionCode;
}

/** Declared variables by column; all of one length. */
interface FlatVariables {
  readonly names: readonly string[];
  readonly kinds: Uint8Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

export const MODEL_KEYS = ["name", "objective", "variables", "constraints", "parameters", "options"] as const;
const OBJECTIVE_KEYS = ["sense", "expression"] as const;
const VARIABLE_KEYS = ["name", "type", "lower_bound", "upper_bound"] as const;
const CONSTRAINT_KEYS = ["name", "expression"] as const;
export const OBJECTIVE_SENSES: readonly ObjectiveSense[] = ["minimize", "maximize"];
/** Kinds of variables that a flat model can declare. */
export const VARIABLE_TYPES: readonly string[] = COLUMN_KINDS.slice(0, 3);

type JsonObject = Readonly<Record<string, unknown>>;

export function readFlatModel(model: JsonObject, list: DiagnosticList, budget: Budget): FlatModel {
  checkKeys(model, MODEL_KEYS, "the model", "", list);
  const parameters = readParameters(model.parameters, list, budget);
  const symbols = new Map(parameters.names.map((name, position) => [name, -1 - position]));
  const variables = readVariables(model.variables, symbols, list, budget);
  const code = new ExpressionCode(16);
  const parser = new ExpressionParser(symbols, code, list, budget);
  const { sense, objective } = readObjective(model.objective, parser, list);
  const { names, expressions } = readConstraints(model.constraints, parser, list, budget);
  return {
    name: readModelName(model.name, list),
    sense,
    variables,
    parameters,
    objective,
    constraint_names: names,
    constraints: expressions,
    code,
  };
}

function readModelName(value: unknown, list: DiagnosticList): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return value;
  list.error("wrong_type", `name is ${describeValue(value)}, expected a text`, { path: "name" });
  return "";
}

/** Refuses keys that are not in `known`, so that a typo is never silently ignored. */
function checkKeys(
  value: JsonObject,
  known: readonly string[],
  owner: string,
  path: string,
  list: DiagnosticList,
): void {
  for (const key of Object.keys(value)) {
    if (known.includes(key)) continue;
    const hint = list.hint(() => nearestHint(key, known));
    const message = `${owner} has no key ${quote(key)}; it takes ${known.join(", ")}`;
    list.error("unknown_key", message, { path: path === "" ? key : `${path}.${key}` }, { hint });
  }
}

function readVariables(
  value: unknown,
  symbols: Map<string, number>,
  list: DiagnosticList,
  budget: Budget,
): FlatVariables {
  const entries = readList(value, "variables", true, list);
  if (Array.isArray(value) && value.length === 0) {
    list.error("no_variables", "variables is empty; a model decides at least one variable", { path: "variables" });
  }
  const names: string[] = [];
  const kinds = new Uint8Array(entries.length);
  const lower = new Float64Array(entries.length);
  const upper = new Float64Array(entries.length);
  for (let position = 0; position < entries.length; position += 1) {
    budget.step();
    const entry = entries[position];
    const path = `variables.${position}`;
    names.push("");
    if (!isRecord(entry)) {
      list.error("wrong_type", `${path} is ${describeValue(entry)}, expected an object with a name`, { path });
      continue;
    }
    checkKeys(entry, VARIABLE_KEYS, "a variable", path, list);
    const name = readName(entry.name, `${path}.name`, list, true);
    if (name !== null) {
      names[position] = name;
      declareVariable(name, position, symbols, list);
    }
    kinds[position] = readVariableKind(entry.type, path, list);
    const bounds = readBounds(entry, kinds[position]!, name ?? path, path, list);
    lower[position] = bounds.lower;
    upper[position] = bounds.upper;
  }
  return { names, kinds, lower, upper };
}

function declareVariable(name: string, column: number, symbols: Map<string, number>, list: DiagnosticList): void {
  const earlier = symbols.get(name);
  if (earlier === undefined) {
    symbols.set(name, column);
    return;
  }
  const path = `variables.${column}.name`;
  const owner = earlier < 0 ? "a parameter" : `variables.${earlier}`;
  list.error("name_duplicate", `the name ${quote(name)} is already that of ${owner}; rename one of them`, { path });
}

function readVariableKind(value: unknown, path: string, list: DiagnosticList): number {
  if (value === undefined || value === null) return KIND.continuous;
  const kind = typeof value === "string" ? VARIABLE_TYPES.indexOf(value) : -1;
  if (kind !== -1) return kind;
  const hint = typeof value === "string" ? list.hint(() => nearestHint(value, VARIABLE_TYPES)) : undefined;
  const message = `${path}.type is ${describeValue(value)}, expected ${VARIABLE_TYPES.join(", ")}`;
  list.error("wrong_value", message, { path: `${path}.type` }, { hint });
  return KIND.continuous;
}

interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** A missing lower bound is 0 and a missing upper bound is none; an explicit null means no bound; a binary stays within 0 and 1. */
function readBounds(entry: JsonObject, kind: number, name: string, path: string, list: DiagnosticList): Bounds {
  const is_binary = kind === KIND.binary;
  let lower = readBound(entry.lower_bound, 0, -Infinity, `${path}.lower_bound`, list);
  let upper = readBound(entry.upper_bound, Infinity, Infinity, `${path}.upper_bound`, list);
  if (is_binary) {
    if ((lower < 0 && lower !== -Infinity) || (upper > 1 && upper !== Infinity)) {
      const message = `${quote(name)} is binary, so its bounds ${lower} and ${upper} are cut to 0 and 1`;
      list.warning("binary_bounds", message, { path });
    }
    lower = Math.max(lower, 0);
    upper = Math.min(upper, 1);
  }
  if (lower > upper) {
    const message = `${quote(name)} has the lower bound ${lower} above its upper bound ${upper}`;
    const is_default = entry.lower_bound === undefined || is_binary;
    const hint = is_default ? "a lower bound that is not given is 0; null means none" : undefined;
    list.error("bounds_crossed", message, { path }, { hint });
  }
  return { lower, upper };
}

function readBound(value: unknown, absent: number, none: number, path: string, list: DiagnosticList): number {
  if (value === undefined) return absent;
  if (value === null) return none;
  if (typeof value === "number" && Number.isFinite(value)) return value + 0;
  list.error("wrong_type", `${path} is ${describeValue(value)}, expected a finite number, or null for no bound`, {
    path,
  });
  return none;
}

function readObjective(
  value: unknown,
  parser: ExpressionParser,
  list: DiagnosticList,
): { readonly sense: ObjectiveSense; readonly objective: ParsedExpression | null } {
  if (!isRecord(value)) {
    const message = `objective is ${describeValue(value)}, expected {"sense": "minimize" or "maximize", "expression"}`;
    list.error("wrong_type", message, { path: "objective" });
    return { sense: "minimize", objective: null };
  }
  checkKeys(value, OBJECTIVE_KEYS, "the objective", "objective", list);
  const sense = OBJECTIVE_SENSES.find((candidate) => candidate === value.sense);
  if (sense === undefined) {
    const given = value.sense;
    const hint = typeof given === "string" ? list.hint(() => nearestHint(given, OBJECTIVE_SENSES)) : undefined;
    const message = `objective.sense is ${describeValue(given)}, expected "minimize" or "maximize"`;
    list.error("wrong_value", message, { path: "objective.sense" }, { hint });
  }
  return {
    sense: sense ?? "minimize",
    objective: readExpression(value.expression, OBJECTIVE, "objective", parser, list),
  };
}

function readConstraints(
  value: unknown,
  parser: ExpressionParser,
  list: DiagnosticList,
  budget: Budget,
): { readonly names: readonly string[]; readonly expressions: readonly ParsedExpression[] } {
  const entries = readList(value, "constraints", false, list);
  const given: (string | null)[] = [];
  const expressions: ParsedExpression[] = [];
  const positions = new Map<string, number>();
  for (let position = 0; position < entries.length; position += 1) {
    budget.step();
    const entry = entries[position];
    const path = `constraints.${position}`;
    if (!isRecord(entry)) {
      list.error("wrong_type", `${path} is ${describeValue(entry)}, expected an object with an expression`, { path });
      continue;
    }
    checkKeys(entry, CONSTRAINT_KEYS, "a constraint", path, list);
    const expression = readExpression(entry.expression, position, path, parser, list);
    const name = readConstraintName(entry.name, position, positions, list);
    if (expression === null) continue;
    expressions.push(expression);
    given.push(name);
  }
  const names = given.map((name, row) => name ?? generateName(`c${expressions[row]!.position + 1}`, positions));
  return { names, expressions };
}

/** Constraints and variables may have equal names; null asks for a generated name. */
function readConstraintName(
  value: unknown,
  position: number,
  positions: Map<string, number>,
  list: DiagnosticList,
): string | null {
  if (value === undefined || value === null) return null;
  const path = `constraints.${position}.name`;
  const name = readName(value, path, list, false);
  if (name === null) return null;
  const earlier = positions.get(name);
  if (earlier !== undefined) {
    list.error("name_duplicate", `${path} ${quote(name)} is already that of constraints.${earlier}`, { path });
  }
  positions.set(name, position);
  return name;
}

/** `base`, with underscores appended if the name is taken. */
function generateName(base: string, taken: Map<string, number>): string {
  let name = base;
  while (taken.has(name)) name += "_";
  taken.set(name, -1);
  return name;
}

function readExpression(
  value: unknown,
  position: number,
  owner: string,
  parser: ExpressionParser,
  list: DiagnosticList,
): ParsedExpression | null {
  if (typeof value === "string") return parser.parse(value, position);
  const path = `${owner}.expression`;
  list.error("wrong_type", `${path} is ${describeValue(value)}, expected a text such as "2*x + 3*y"`, { path });
  return null;
}

function readList(value: unknown, path: string, is_required: boolean, list: DiagnosticList): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (!is_required && (value === undefined || value === null)) return [];
  list.error("wrong_type", `${path} is ${describeValue(value)}, expected a list`, { path });
  return [];
}
