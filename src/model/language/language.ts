/**
 * Algebraic models: `prepareLanguage` parses the source and its data section once and reports faults that need no
 * values; `compileLanguage` makes a problem with values in place, any number of times.
 */
import type { Problem } from "../../problem/problem";
import type { Solution } from "../../problem/solution";
import { type Budget, BudgetExhausted } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { DIALECTS, type Dialect } from "../formats";
import { describeValue, isRecord, quote } from "../json";
import type { ModelOptions } from "../options";
import { Program } from "./compile/program";
import { Scope } from "./compile/scope";
import { type Data, DataReader, type DataTarget } from "./data/data_reader";
import { putValues } from "./data/values";
import { type Generated, Generator } from "./generate";
import { OBJECTIVE_ROW } from "./run/families";
import { EvaluationFault } from "./run/faults";
import { Machine } from "./run/machine";
import { ReportFull } from "./run/output";
import { RandomSource } from "./run/random";
import { Symbols } from "./run/symbols";
import type { ParsedSource } from "./syntax/ast";
import { parseSource } from "./syntax/parser";

/** Time limit of statements after `solve`: below the two seconds after which a solver is stopped at its time limit. */
const REPORT_SECONDS_MAX = 1;

export interface LanguageModel {
  readonly name: string;
  readonly dialect: Dialect;
  readonly source: ParsedSource;
  readonly data: readonly Data[];
  /** The `data` bundle of the model, unchecked. */
  readonly bundle: {
    readonly sets: Readonly<Record<string, unknown>>;
    readonly params: Readonly<Record<string, unknown>>;
  };
  readonly symbols: Symbols;
  readonly options: ModelOptions;
}

export type ReportMaker = (values: Float64Array, solution: Solution) => string | null;

/** Null when there is nothing to compile; faults are in `list`. */
export function prepareLanguage(
  model: Readonly<Record<string, unknown>>,
  options: ModelOptions,
  list: DiagnosticList,
  budget: Budget,
): LanguageModel | null {
  const dialect = DIALECTS.find((candidate) => candidate === (model.language ?? "mathprog"));
  if (dialect === undefined) {
    const message = `language is ${describeValue(model.language)}, expected ${DIALECTS.map(quote).join(" or ")}`;
    list.error("wrong_value", message, { path: "language" });
    return null;
  }
  if (typeof model.source !== "string") {
    list.error("wrong_type", `source is ${describeValue(model.source)}, expected a text`, { path: "source" });
    return null;
  }
  const bundle = readBundle(model.data, list);
  const source = parseSource(model.source, dialect, list, budget);
  const symbols = new Symbols();
  const declared = declare(source, dialect, symbols, options, list, budget);
  const name = typeof model.name === "string" ? model.name : "";
  const data = readData(source, dialect, symbols, declared, budget);
  return { name, dialect, source, data, bundle, symbols, options };
}

function readBundle(data: unknown, list: DiagnosticList): LanguageModel["bundle"] {
  const none = { sets: {}, params: {} };
  if (data === undefined || data === null) return none;
  if (!isRecord(data)) {
    list.error("wrong_type", `data is ${describeValue(data)}, expected an object with sets and params`, {
      path: "data",
    });
    return none;
  }
  for (const key of Object.keys(data)) {
    if (key === "sets" || key === "params") continue;
    list.error("unknown_key", `data has no ${quote(key)}; it takes sets and params`, { path: `data.${key}` });
  }
  const part = (key: "sets" | "params"): Readonly<Record<string, unknown>> => {
    const value = data[key] ?? {};
    if (isRecord(value)) return value;
    list.error("wrong_type", `data.${key} is ${describeValue(value)}, expected an object`, { path: `data.${key}` });
    return {};
  };
  return { sets: part("sets"), params: part("params") };
}

function machineOf(symbols: Symbols, options: ModelOptions, budget: Budget): Machine {
  return new Machine(symbols, budget, options.seed === null ? null : new RandomSource(options.seed));
}

/** Declares everything once to find faults of names and types. */
function declare(
  source: ParsedSource,
  dialect: Dialect,
  symbols: Symbols,
  options: ModelOptions,
  list: DiagnosticList,
  budget: Budget,
): Program {
  const scope = new Scope(machineOf(symbols, options, budget), dialect, source.text, list);
  return new Program(scope, source.statements);
}

function readData(
  source: ParsedSource,
  dialect: Dialect,
  symbols: Symbols,
  { scope }: Program,
  budget: Budget,
): readonly Data[] {
  if (source.data_start === null) return [];
  const targets = new Map<string, DataTarget>();
  for (const [name, declared] of scope.declared) {
    if (declared.type !== "param" && declared.type !== "set") continue;
    targets.set(name, {
      type: declared.type,
      subscripts: declared.head.arity,
      arity: declared.type === "set" ? declared.rules.arity : 0,
      is_symbolic: declared.type === "param" && declared.rules.is_symbolic,
      is_computed: declared.rules.assigned !== null,
      has_default: declared.rules.default !== null,
    });
  }
  const report = scope.error.bind(scope);
  return new DataReader(source.text, source.data_start, dialect, symbols, targets, report, budget).read();
}

export interface CompiledLanguage {
  readonly problem: Problem;
  readonly report: ReportMaker | null;
}

/** Null when `list` got an error, or had one before. */
export function compileLanguage(
  model: LanguageModel,
  values: Readonly<Record<string, unknown>>,
  list: DiagnosticList,
  budget: Budget,
): CompiledLanguage | null {
  if (list.error_count > 0) return null;
  const program = declare(model.source, model.dialect, model.symbols, model.options, list, budget);
  const generator = new Generator(program);
  if (!putData(program, model, values, generator)) return null;
  const replaced = [...Object.keys(model.bundle.sets), ...Object.keys(values)];
  generator.run(!replaced.some((name) => program.scope.declared.get(name)?.type === "set"));
  if (list.error_count > 0) return null;
  const generated = generator.finish(model.name, model.dialect);
  return generated === null ? null : { problem: generated.problem, report: makeReport(program, generated) };
}

/** A program with its data, before anything has run, for reading its symbols. */
export function loadProgram(model: LanguageModel, list: DiagnosticList, budget: Budget): Program {
  const program = declare(model.source, model.dialect, model.symbols, model.options, list, budget);
  putData(program, model, {}, new Generator(program));
  return program;
}

/** Data section, then the bundle, then the values of a fire: each replaces whole symbols. */
function putData(
  program: Program,
  model: LanguageModel,
  values: Readonly<Record<string, unknown>>,
  generator: Generator,
): boolean {
  const replaced = new Set([
    ...Object.keys(model.bundle.sets),
    ...Object.keys(model.bundle.params),
    ...Object.keys(values),
  ]);
  const { scope } = program;
  for (const data of model.data) {
    if (replaced.has(data.name)) continue;
    const target = scope.declared.get(data.name);
    if (data.type === "set" && target?.type === "set") {
      const is_new = target.putData(data.key, 0, data.members);
      if (!is_new) scope.error("given_twice", `${data.name} has members given already`, data.span);
    } else if (data.type === "param" && target?.type === "param") {
      if (data.default !== null) target.data_default = data.default;
      if (data.values.length > 0) target.has_data = true;
      target.data_span = data.span;
      const { keys, values: numbers, subscripts } = data;
      scope.machine.budget.steps(numbers.length);
      for (let element = 0; element < numbers.length; element += 1) {
        if (target.putData(keys.items, element * subscripts, numbers.items[element]!)) continue;
        const key = scope.machine.spellTuple(keys.items, element * subscripts, subscripts);
        scope.error("given_twice", `${data.name} has two values${key === "" ? "" : ` for ${key}`}`, data.span);
      }
    }
  }
  return putValues(program, model.bundle, values, (work) => generator.attempt(work));
}

/** What prints the report; null when nothing does. */
function makeReport(program: Program, generated: Generated): ReportMaker | null {
  const { report, closing } = program;
  const opening = report.text();
  if (closing.length === 0) return opening === null ? null : () => opening;
  return (values, solution) => {
    // A solver asks for a report for each incumbent: values computed for an earlier one are dropped first.
    for (const declared of program.closing_symbols) declared.forget();
    report.restart(opening);
    return printReport(program, generated, values, solution);
  };
}

function printReport(program: Program, generated: Generated, values: Float64Array, solution: Solution): string | null {
  const { machine } = program.scope;
  const { problem, column_order, row_constants } = generated;
  const { rows, columns } = problem;
  const columns_made = Float64Array.from(column_order, (column) => values[column]!);
  const { sensitivity } = solution;
  machine.solved = {
    columns: columns_made,
    columnDual: (column) => sensitivity?.reduced_costs[columns.names[column_order[column]!]!] ?? 0,
    rowValue: (row) =>
      row === OBJECTIVE_ROW
        ? (solution.objective_value ?? 0)
        : (solution.constraints[row]?.activity ?? 0) + (row_constants.get(row) ?? 0),
    rowDual: (row) => (row === OBJECTIVE_ROW ? 0 : (sensitivity?.shadow_prices[rows.names[row]!] ?? 0)),
    rowLower: (row) => rows.lower[row] ?? -Infinity,
    rowUpper: (row) => rows.upper[row] ?? Infinity,
  };
  machine.recover();
  machine.budget.restart(REPORT_SECONDS_MAX);
  try {
    for (const { run } of program.closing) run();
  } catch (fault) {
    const reason = reasonOf(fault);
    if (reason !== null) program.report.end(reason);
  }
  return program.report.text();
}

/** Why a report ends early; null when it is full, which the report itself says. A fault in the report never loses the solution. */
function reasonOf(fault: unknown): string | null {
  if (fault instanceof ReportFull) return null;
  if (fault instanceof EvaluationFault) return fault.message;
  if (fault instanceof BudgetExhausted) return `making it took more than ${REPORT_SECONDS_MAX} s`;
  if (fault instanceof RangeError) return "its values depend on each other too deeply, or are too many";
  throw fault;
}
