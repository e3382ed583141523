/** `solve FILE`: compiles and solves a model on this terminal, in a solver process of its own. */
import { contentDigest } from "../model/canonical";
import { compileModel, examineModel, type PreparedModel } from "../model/compile";
import type { Diagnostic } from "../model/diagnostics";
import { overrideSubject } from "../model/inspected";
import { validateOverrideData } from "../model/override_data";
import type { BoundOverrides, FieldError } from "../model/override_fields";
import { applyOverrides, bindGiven, fieldsGiven, pathsOf } from "../model/overrides";
import type { Solution } from "../problem/solution";
import { solveOptionsOf } from "../services/runs/solve_options";
import type { SolveOutcome } from "../solver/messages";
import type { SolveRequest } from "../solver/place";
import { withTemporaryPool } from "../solver/process/temporary_pool";
import { resultText } from "../storage/runs";
import type { ParsedArguments } from "./arguments";
import { defaultLimits, printDiagnostics } from "./check";
import { readExample } from "./examples";
import { exportIfAsked } from "./export_file";
import { FileFault, readModelFile, readOverrides } from "./model_file";
import { complain, shownNumber, type Terminal } from "./terminal";

const VARIABLES_SHOWN_MAX = 200;
const TIME_LIMIT_SECONDS_MAX = 86_400;

export async function solve(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  if (parsed.positionals.length + (parsed.options.example?.length ?? 0) !== 1) {
    const found = "either a FILE or --example NAME is expected; jaot-triggers examples lists the names";
    return complain(terminal, [found], 2);
  }
  try {
    const model = await readModel(terminal, parsed);
    const override_data = readOverrides(parsed) ?? null;
    const { prepared, inputs, diagnostics } = examineModel(model, defaultLimits(terminal));
    if (diagnostics.some(({ severity }) => severity === "error")) {
      printDiagnostics(terminal, model, diagnostics);
      return 1;
    }
    const { bound, misfits } = bind({ ...prepared, inputs }, override_data);
    if (misfits.length > 0)
      return complain(
        terminal,
        misfits.map((field) => field.msg),
        1,
      );
    const { values } = applyOverrides(model, bound, override_data);
    exportIfAsked(parsed, () => compileModel(prepared, values, defaultLimits(terminal)).problem);
    const time_limit = timeLimitOf(parsed);
    const options = solveOptionsOf({ config: { time_limit_seconds_max: TIME_LIMIT_SECONDS_MAX } }, prepared.options);
    const outcome = await runSolver(terminal, {
      model: { digest: contentDigest(model), readText: () => JSON.stringify(model) },
      bound,
      override_data,
      options: time_limit === null ? options : { ...options, time_limit_seconds: time_limit },
    });
    return tell(terminal, parsed, model, outcome);
  } catch (error) {
    if (error instanceof FileFault) return complain(terminal, [error.message], error.exit_code);
    throw error;
  }
}

async function readModel(terminal: Terminal, parsed: ParsedArguments): Promise<unknown> {
  const [file] = parsed.positionals;
  const name = parsed.options.example?.[0];
  return name === undefined ? readModelFile(file!) : (await readExample(name, terminal)).model_json;
}

/** Binds nothing when the model cannot be read at all; the solver's report then says why. */
function bind(
  prepared: PreparedModel,
  override_data: unknown,
): { bound: BoundOverrides; misfits: readonly FieldError[] } {
  if (prepared.content === null) return { bound: { fields: [] }, misfits: [] };
  const given = fieldsGiven(override_data);
  const { bound, errors } = bindGiven(given, overrideSubject(prepared, prepared.inputs, pathsOf(given)));
  return { bound, misfits: errors.length > 0 ? errors : validateOverrideData(bound, override_data) };
}

function timeLimitOf(parsed: ParsedArguments): number | null {
  const text = parsed.options["time-limit"]?.[0];
  if (text === undefined) return null;
  const seconds = Number(text);
  if (seconds > 0 && seconds <= TIME_LIMIT_SECONDS_MAX) return seconds;
  throw new FileFault(`--time-limit: seconds from 0 to ${TIME_LIMIT_SECONDS_MAX} are expected, found ${text}`);
}

function runSolver(terminal: Terminal, request: Omit<SolveRequest, "quick">): Promise<SolveOutcome> {
  const hooks = terminal.is_interactive ? { onProgress: progressLine(terminal) } : {};
  return withTemporaryPool(
    terminal.self,
    terminal.clock,
    (solvers) => solvers.submit({ ...request, quick: false }, hooks).outcome,
  );
}

function progressLine(terminal: Terminal) {
  return (progress: { incumbent: number | null; bound: number | null; nodes: number; elapsed_ms: number }): void => {
    const seconds = (progress.elapsed_ms / 1000).toFixed(1);
    terminal.err(
      `\r${seconds} s  best ${progress.incumbent ?? "none"}  bound ${progress.bound ?? "none"}  nodes ${progress.nodes}   \r`,
    );
  };
}

function tell(terminal: Terminal, parsed: ParsedArguments, model: unknown, outcome: SolveOutcome): number {
  if (outcome.kind === "model_error") {
    printDiagnostics(terminal, model, outcome.diagnostics as readonly Diagnostic[]);
    return 1;
  }
  const record = outcome.kind === "solved" ? outcome : "record" in outcome ? outcome.record : null;
  if (record === null) {
    return complain(
      terminal,
      ["message" in outcome ? outcome.message : `the solve ended without an answer: ${outcome.kind}`],
      1,
    );
  }
  const text = resultText(record.result);
  if (parsed.options.json !== undefined) terminal.out(`${text}\n`);
  else printSolution(terminal, JSON.parse(text) as Solution, record.error_message);
  return record.status === "optimal" || record.status === "feasible" ? 0 : 1;
}

function printSolution(terminal: Terminal, solution: Solution, message: string | null): void {
  terminal.out(`${solution.status}${message === null ? "" : `: ${message}`}\n`);
  if (solution.objective_value !== null) terminal.out(`objective ${shownNumber(solution.objective_value)}\n`);
  if (solution.report !== null) terminal.out(`\n${solution.report}`);
  else printVariables(terminal, solution);
  for (const warning of solution.warnings) terminal.err(`warning: ${warning}\n`);
}

/** Used for a model that prints no report of its own. */
function printVariables(terminal: Terminal, solution: Solution): void {
  const width = Math.max(
    0,
    ...solution.variables.slice(0, VARIABLES_SHOWN_MAX).map((variable) => variable.name.length),
  );
  for (const variable of solution.variables.slice(0, VARIABLES_SHOWN_MAX)) {
    terminal.out(`  ${variable.name.padEnd(width)}  ${shownNumber(variable.value)}\n`);
  }
  const hidden = solution.variables.length - VARIABLES_SHOWN_MAX;
  if (hidden > 0) terminal.out(`  and ${hidden} more; --json prints all\n`);
}
