/** Looking into a model on behalf of a user: small ones here, larger ones in a solver process, so that HTTP goes on. */
import type { ModelLimits } from "../../model/budget";
import type { ModelChanges } from "../../model/changes";
import type { ModelSummary } from "../../model/compile";
import type { Diagnostic } from "../../model/diagnostics";
import type { ExportFormat } from "../../model/formats";
import type { InputDeclaration } from "../../model/inputs";
import { isRecord } from "../../model/json";
import type { OverrideSubject } from "../../model/override_fields";
import { answerQuestion, type ExportAnswer, type InspectedModel, type ModelQuestion } from "../../model/questions";
import { Refusal } from "../../refusals";
import type { Context } from "../context";

/** Characters of model JSON up to which a compile stays on this thread: 32 KiB compile in about 2 ms. */
const INLINE_LENGTH_MAX = 32_768;

/** A few lines of algebraic source may make millions of coefficients. */
const SOURCE_PATTERN = /"source"\s*:/;

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

/**
 * Compiles a model as it stands and tells what was found. Never throws on the model itself. `paths` are those that an
 * override schema names, null for one that names none.
 */
export async function inspectModel(
  context: Pick<Context, "clock" | "config" | "solvers">,
  model: unknown,
  paths: readonly string[] | null = [],
): Promise<Inspection> {
  const found = await ask<InspectedModel>(context, JSON.stringify(model ?? null), { kind: "inspect", paths });
  const subject = { form: found.form, model, inputs: found.inputs, cells: found.cells };
  const has_errors = found.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  const excess = timeLimitExcess(context, model);
  return {
    ...found,
    diagnostics: excess === null ? found.diagnostics : [...found.diagnostics, excess],
    subject,
    has_errors,
  };
}

/** What changed from one model to another, by their texts; files are read for it, elsewhere where they are long. */
export function compareModels(
  context: Pick<Context, "clock" | "config" | "solvers">,
  before: string,
  after: string,
): Promise<ModelChanges> {
  return ask<ModelChanges>(context, after, { kind: "changes", before });
}

/** The model, compiled as it stands, as the text of an MPS or LP file. Refuses a model with errors. */
export async function exportModel(
  context: Pick<Context, "clock" | "config" | "solvers">,
  model_json: string,
  format: ExportFormat,
): Promise<string> {
  const answer = await ask<ExportAnswer>(context, model_json, { kind: "export", format });
  if ("text" in answer) return answer.text;
  if ("diagnostics" in answer) throw modelInvalid(answer.diagnostics, "The model does not compile");
  throw modelInvalid([], `The model cannot be exported: ${answer.error}`);
}

/** Answers on this thread for a short text, in a solver process for a longer one and for algebraic source. */
function ask<Answer>(
  context: Pick<Context, "clock" | "config" | "solvers">,
  text: string,
  question: ModelQuestion,
): Promise<Answer> {
  const length = text.length + (question.kind === "changes" ? question.before.length : 0);
  if (length > INLINE_LENGTH_MAX || SOURCE_PATTERN.test(text)) return context.solvers.ask<Answer>(text, question);
  return Promise.resolve(answerQuestion(text, question, modelLimits(context)) as Answer);
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

/** 422 with the diagnostics of a model that cannot be used. */
export function modelInvalid(diagnostics: readonly Diagnostic[], message: string): Refusal {
  const first = diagnostics.find((diagnostic) => diagnostic.severity === "error");
  const where = first?.path === undefined ? "" : ` at ${first.path}`;
  const detail = first === undefined ? message : `${message}: ${first.message}${where}`;
  return new Refusal("model_invalid", detail, { fields: { diagnostics } });
}
