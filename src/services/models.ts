/** Looking into a model on behalf of a user: small ones here, larger ones in a solver process, so that HTTP goes on. */
import type { ModelLimits } from "../model/budget";
import { compileModel, type ModelSummary, prepareModel } from "../model/compile";
import type { Diagnostic } from "../model/diagnostics";
import type { InputDeclaration } from "../model/inputs";
import { isRecord } from "../model/json";
import type { OverrideSubject } from "../model/overrides";
import { Refusal } from "../refusals";
import type { Context } from "./context";

/** Characters of model JSON up to which a compile stays on this thread: 32 KiB compile in about 2 ms. */
const INLINE_LENGTH_MAX = 32_768;

export interface Inspection {
  readonly diagnostics: readonly Diagnostic[];
  readonly has_errors: boolean;
  readonly inputs: readonly InputDeclaration[];
  readonly summary: ModelSummary;
  /** What an override schema is bound to. */
  readonly subject: OverrideSubject;
}

/** What any compile in this installation may cost. */
export function modelLimits(context: Pick<Context, "config" | "clock">): ModelLimits {
  return {
    nonzeros_max: context.config.max_model_nonzeros,
    seconds_max: context.config.max_model_seconds,
    monotonic: () => context.clock.monotonic(),
  };
}

/** Compiles a model as it stands and tells what was found. Never throws on the model itself. */
export async function inspectModel(context: Context, model: unknown): Promise<Inspection> {
  const text = JSON.stringify(model ?? null);
  const found =
    text.length <= INLINE_LENGTH_MAX
      ? inspectText(text, modelLimits(context))
      : await context.solvers.inspect<InspectedModel>(text);
  const subject = { form: found.form, model, inputs: found.inputs };
  const has_errors = found.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  const excess = timeLimitExcess(context, model);
  return {
    ...found,
    diagnostics: excess === null ? found.diagnostics : [...found.diagnostics, excess],
    subject,
    has_errors,
  };
}

/** A warning about a time limit that this installation will not grant, or null. */
export function timeLimitExcess(context: Pick<Context, "config">, model: unknown): Diagnostic | null {
  const asked = isRecord(model) && isRecord(model.options) ? model.options.time_limit_seconds : null;
  const { time_limit_seconds_max } = context.config;
  if (typeof asked !== "number" || asked <= time_limit_seconds_max) return null;
  return {
    code: "time_limit_reduced",
    severity: "warning",
    message: `time_limit_seconds is ${asked}, this service stops at ${time_limit_seconds_max}; ask for less, or raise --time-limit-seconds-max`,
    path: "options.time_limit_seconds",
    line: 1,
    column: 1,
    start: 0,
    end: 0,
    notes: [],
  };
}

/** What an inspection tells of a model's JSON text; plain data, so that it may be made in another process. */
export interface InspectedModel {
  readonly form: OverrideSubject["form"];
  readonly diagnostics: readonly Diagnostic[];
  readonly inputs: readonly InputDeclaration[];
  readonly summary: ModelSummary;
}

/** Reads and compiles model JSON on the calling thread. */
export function inspectText(text: string, limits: ModelLimits): InspectedModel {
  const prepared = prepareModel(JSON.parse(text), limits);
  const compiled = compileModel(prepared, {}, limits);
  const { form, inputs } = prepared;
  return { form, inputs, diagnostics: compiled.diagnostics, summary: compiled.summary };
}

/** 422 with the diagnostics of a model that cannot be used. */
export function modelInvalid(diagnostics: readonly Diagnostic[], message: string): Refusal {
  const first = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  const where = first?.path === undefined ? "" : ` at ${first.path}`;
  const detail = first === undefined ? message : `${message}: ${first.message}${where}`;
  return new Refusal("model_invalid", detail, { fields: { diagnostics } });
}
