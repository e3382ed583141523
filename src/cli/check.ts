/** `check FILE`: compiles a model and prints what the compiler finds. */
import { SETTINGS } from "../config";
import type { ModelLimits } from "../model/budget";
import { examineModel } from "../model/compile";
import { type Diagnostic, renderDiagnostic } from "../model/diagnostics";
import type { ParsedArguments } from "./arguments";
import { exportIfAsked } from "./export_file";
import { FileFault, readModelFile } from "./model_file";
import { complain, type Terminal } from "./terminal";

export async function check(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  try {
    const model = readModelFile(parsed.positionals[0]!);
    const started_ms = terminal.clock.monotonic();
    const { problem, diagnostics, summary } = examineModel(model, defaultLimits(terminal));
    const compile_seconds = (terminal.clock.monotonic() - started_ms) / 1000;
    const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error").length;
    if (parsed.options.json !== undefined)
      terminal.out(`${JSON.stringify({ valid: errors === 0, diagnostics, ...summary, compile_seconds })}\n`);
    else {
      printDiagnostics(terminal, model, diagnostics);
      const { num_variables, num_constraints, num_nonzeros } = summary;
      if (errors > 0) terminal.err(`${errors} ${errors === 1 ? "error" : "errors"}\n`);
      else terminal.out(`ok: ${num_variables} variables, ${num_constraints} constraints, ${num_nonzeros} nonzeros\n`);
    }
    exportIfAsked(parsed, () => problem);
    return errors === 0 ? 0 : 1;
  } catch (error) {
    if (error instanceof FileFault) return complain(terminal, [error.message], error.exit_code);
    throw error;
  }
}

/** The limits of a command that reads no configuration. */
export function defaultLimits(terminal: Terminal): ModelLimits {
  return {
    nonzeros_max: SETTINGS.max_model_nonzeros.default,
    seconds_max: SETTINGS.max_model_seconds.default,
    monotonic: () => terminal.clock.monotonic(),
  };
}

/** Each diagnostic with the line of text that it points into. */
export function printDiagnostics(terminal: Terminal, model: unknown, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) {
    terminal.err(
      `${renderDiagnostic(diagnostic, diagnostic.path === undefined ? sourceOf(model) : textAt(model, diagnostic.path))}\n`,
    );
  }
}

function sourceOf(model: unknown): string | null {
  const { source, content } = (model ?? {}) as { source?: unknown; content?: unknown };
  return typeof source === "string" ? source : typeof content === "string" ? content : null;
}

function textAt(model: unknown, path: string): string | null {
  let value: unknown = model;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return null;
    value = (value as Record<string, unknown>)[key];
  }
  return typeof value === "string" ? value : null;
}
