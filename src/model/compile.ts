/**
 * The only way into the compiler. `prepareModel` reads a model once (form, structure, expressions, inputs); `compileModel` makes
 * a solver-ready Problem of it, any number of times with different input values. Neither throws on any JSON value, neither
 * runs noticeably longer than its limits, and errors are returned as diagnostics.
 */
import { COLUMN_KINDS, type Problem } from "../problem/problem";
import { Budget, BudgetExhausted, type ModelLimits } from "./budget";
import { DiagnosticList } from "./diagnostic_list";
import type { Diagnostic } from "./diagnostics";
import { assembleFlat } from "./flat/assemble";
import { type FlatModel, readFlatModel } from "./flat/structure";
import type { CellResolution } from "./imported/cells";
import { compileFile, declareFileInputs, type ImportedFile, prepareFile } from "./imported/file";
import { declareFlatInputs, type InputDeclaration } from "./inputs";
import { describeValue, isRecord } from "./json";
import { declareLanguageInputs, warnOfRequired } from "./language/data/input_list";
import { compileLanguage, type LanguageModel, prepareLanguage, type ReportMaker } from "./language/language";
import { type ModelOptions, NO_OPTIONS, readModelOptions } from "./options";

/** How a model is written: one problem spelled out, algebraic source with data, or a file of another tool. */
export type ModelForm = "flat" | "language" | "file";

export interface PreparedModel {
  /** null when the keys match no form. */
  readonly form: ModelForm | null;
  /** The model as given; never changed. */
  readonly model: unknown;
  /** At most 100, sorted by place. */
  readonly diagnostics: readonly Diagnostic[];
  /** Computed on first use: a solver never needs it. */
  readonly inputs: readonly InputDeclaration[];
  readonly options: ModelOptions;
  /** Input of the form's compiler; null when it cannot compile at all. */
  readonly content: PreparedContent | null;
  /** The diagnostics as a list that a compile goes on filling. */
  readonly findings: DiagnosticList;
}

export type PreparedContent =
  | { readonly form: "flat"; readonly flat: FlatModel }
  | { readonly form: "language"; readonly language: LanguageModel }
  | { readonly form: "file"; readonly file: ImportedFile };

export interface ModelSummary {
  /** Declared variables and constraints, without auxiliary ones. */
  readonly num_variables: number;
  readonly num_constraints: number;
  /** Entries of the matrix, auxiliary rows included. */
  readonly num_nonzeros: number;
  /** Number of variables of each kind that occurs. */
  readonly variable_types: Readonly<Record<string, number>>;
}

export interface CompiledModel {
  /** null exactly when the diagnostics contain an error. */
  readonly problem: Problem | null;
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: ModelSummary;
  /** Makes the text that the model prints about a solution; null when it prints none. */
  readonly report: ReportMaker | null;
}

const NO_SUMMARY: ModelSummary = { num_variables: 0, num_constraints: 0, num_nonzeros: 0, variable_types: {} };

/** Keys that identify a form, looked for in this order. */
const FORM_KEYS: readonly (readonly [ModelForm, readonly string[]])[] = [
  ["language", ["language", "source"]],
  ["file", ["format", "content"]],
  ["flat", ["variables", "objective", "constraints"]],
];

/** Reads any JSON value as a model. */
export function prepareModel(model: unknown, limits: ModelLimits): PreparedModel {
  const findings = new DiagnosticList();
  const form = findForm(model, findings);
  const nothing = { options: NO_OPTIONS, content: null };
  const { options, content } = guard<Pick<PreparedModel, "options" | "content">>(findings, nothing, () => {
    if (form === null || !isRecord(model)) return nothing;
    const options = readModelOptions(model.options, findings);
    return { options, content: prepareContent(form, model, options, findings, new Budget(limits)) };
  });
  let inputs: readonly InputDeclaration[] | null = null;
  return {
    form,
    model,
    options,
    content,
    findings,
    diagnostics: findings.finish(),
    get inputs() {
      inputs ??= guard(new DiagnosticList(), [], () => listInputs(content, new Budget(limits)));
      return inputs;
    },
  };
}

function prepareContent(
  form: ModelForm,
  model: Readonly<Record<string, unknown>>,
  options: ModelOptions,
  findings: DiagnosticList,
  budget: Budget,
): PreparedContent | null {
  switch (form) {
    case "flat":
      return { form, flat: readFlatModel(model, findings, budget) };
    case "language": {
      const language = prepareLanguage(model, options, findings, budget);
      return language === null ? null : { form, language };
    }
    case "file": {
      const file = prepareFile(model, findings, budget);
      return file === null ? null : { form, file };
    }
  }
}

function listInputs(content: PreparedContent | null, budget: Budget): readonly InputDeclaration[] {
  if (content === null) return [];
  switch (content.form) {
    case "flat":
      return declareFlatInputs(content.flat.parameters, budget);
    case "language":
      return declareLanguageInputs(content.language, budget);
    case "file":
      return declareFileInputs(content.file);
  }
}

/** The cells of an imported file that paths lead to, by path; other forms resolve paths in the model's JSON and have none here. */
export function resolveCells(
  { content }: PreparedModel,
  paths: readonly string[],
): Readonly<Record<string, CellResolution>> {
  if (content?.form !== "file") return {};
  const { index } = content.file;
  return Object.fromEntries(paths.map((path) => [path, index.resolve(path)]));
}

/**
 * Compiles a prepared model with `values` in place of its inputs, by name; an input that is left out keeps the model's
 * value. A model that was prepared with errors is still compiled as far as it goes, to find the errors behind them.
 */
export function compileModel(
  prepared: PreparedModel,
  values: Readonly<Record<string, unknown>>,
  limits: ModelLimits,
): CompiledModel {
  const findings = new DiagnosticList(prepared.findings);
  const { content } = prepared;
  const nothing = { problem: null, report: null };
  const { problem, report } =
    content === null
      ? nothing
      : guard(findings, nothing, () => compileContent(content, values, findings, new Budget(limits)));
  const summary = problem === null ? NO_SUMMARY : summarize(problem);
  return { problem, diagnostics: findings.finish(), summary, report };
}

/** A model compiled with its own values. */
export interface Examination extends Omit<CompiledModel, "report"> {
  readonly prepared: PreparedModel;
  /** Inputs; a required one is needed for the model to compile. */
  readonly inputs: readonly InputDeclaration[];
}

/** Reads and compiles a model. Inputs that have no value yet are not errors: a warning names each. */
export function examineModel(model: unknown, limits: ModelLimits): Examination {
  const prepared = prepareModel(model, limits);
  const { problem, diagnostics, summary } = compileModel(prepared, {}, limits);
  const { content, inputs } = prepared;
  const required = inputs.filter((input) => input.required);
  if (required.length === 0 || (problem === null && prepared.findings.error_count > 0))
    return { prepared, inputs, problem, diagnostics, summary };
  if (problem !== null) {
    const optional = inputs.map((input) => ({ ...input, required: false }));
    return { prepared, inputs: optional, problem, diagnostics, summary };
  }
  if (diagnostics.some(({ code }) => code === "model_time_exceeded" || code === "model_too_large"))
    return { prepared, inputs, problem, diagnostics, summary };
  const findings = new DiagnosticList(prepared.findings);
  if (content?.form === "language") warnOfRequired(content.language, required, findings);
  return { prepared, inputs, problem, diagnostics: findings.finish(), summary };
}

function compileContent(
  content: PreparedContent,
  values: Readonly<Record<string, unknown>>,
  findings: DiagnosticList,
  budget: Budget,
): { readonly problem: Problem | null; readonly report: ReportMaker | null } {
  switch (content.form) {
    case "flat":
      return { problem: assembleFlat(content.flat, values, findings, budget), report: null };
    case "language":
      return compileLanguage(content.language, values, findings, budget) ?? { problem: null, report: null };
    case "file":
      return { problem: findings.error_count > 0 ? null : compileFile(content.file, values), report: null };
  }
}

/** Runs `work`; an exhausted budget becomes a diagnostic and `otherwise`. */
function guard<T>(findings: DiagnosticList, otherwise: NoInfer<T>, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BudgetExhausted)) throw error;
    findings.error(error.code, error.message, { path: "" });
    return otherwise;
  }
}

function findForm(model: unknown, findings: DiagnosticList): ModelForm | null {
  const expected =
    "expected a flat model with variables, objective and constraints, a source with its language, or a file's content with its format";
  if (!isRecord(model)) {
    findings.error("model_form_unknown", `the model is ${describeValue(model)}, ${expected}`, { path: "" });
    return null;
  }
  for (const [form, keys] of FORM_KEYS) if (keys.some((key) => Object.hasOwn(model, key))) return form;
  const keys = Object.keys(model).slice(0, 8);
  const found =
    keys.length === 0 ? "an empty object" : `an object with ${keys.map((key) => JSON.stringify(key)).join(", ")}`;
  findings.error("model_form_unknown", `the model is ${found}, ${expected}`, { path: "" });
  return null;
}

function summarize(problem: Problem): ModelSummary {
  const { columns, rows, matrix } = problem;
  const num_variables = columns.count - columns.auxiliary_count;
  const counts = new Array<number>(COLUMN_KINDS.length).fill(0);
  for (let column = 0; column < num_variables; column += 1) counts[columns.kinds[column]!]! += 1;
  const occurring = COLUMN_KINDS.map((kind, code) => [kind, counts[code]!] as const).filter(([, count]) => count > 0);
  return {
    num_variables,
    num_constraints: rows.count - rows.auxiliary_count,
    num_nonzeros: matrix.values.length,
    variable_types: Object.fromEntries(occurring),
  };
}
