/** Inspects a model on behalf of a user. Models are compiled in another process, because even 32 KB of text can take seconds. */
import type { ModelLimits } from "../../model/budget";
import type { ModelChanges } from "../../model/changes";
import type { ModelSummary } from "../../model/compile";
import type { Diagnostic } from "../../model/diagnostics";
import type { ExportFormat } from "../../model/formats";
import type { InputDeclaration } from "../../model/inputs";
import type { InspectedModel } from "../../model/inspected";
import { isRecord } from "../../model/json";
import type { OverrideSubject } from "../../model/override_fields";
import type { ExportAnswer, ModelQuestion } from "../../model/questions";
import { Refusal } from "../../refusals";
import type { Context, InspectingParts } from "../context";
import type { Asker } from "./inspector";

export type InspectionContext = InspectingParts & Pick<Context, "config">;

export interface Inspection {
  readonly diagnostics: readonly Diagnostic[];
  readonly has_errors: boolean;
  readonly inputs: readonly InputDeclaration[];
  readonly summary: ModelSummary;
  /** The facts of the model that an override schema is bound to. */
  readonly subject: OverrideSubject;
}

/** The limits of every compile in this installation. */
export function modelLimits(context: Pick<Context, "config" | "clock">): ModelLimits {
  return {
    nonzeros_max: context.config.max_model_nonzeros,
    seconds_max: context.config.max_model_seconds,
    monotonic: () => context.clock.monotonic(),
  };
}

/**
 * Compiles a model as it is and returns what was found. A faulty model never throws. `paths` are those that an
 * override schema names, null for one that names none.
 */
export async function inspectModel(
  context: InspectionContext,
  asker: Asker,
  model: unknown,
  paths: readonly string[] | null = [],
): Promise<Inspection> {
  const found = await ask<InspectedModel>(context, asker, JSON.stringify(model ?? null), { kind: "inspect", paths });
  const subject = { form: found.form, model, inputs: found.inputs, cells: found.cells };
  return { ...judge(context, found, isRecord(model) ? model.options : null), inputs: found.inputs, subject };
}

/** The diagnostics of the compile, with a warning when this installation does not grant the model's options. */
export function judge(
  context: Pick<Context, "config">,
  found: InspectedModel,
  options: unknown,
): Pick<Inspection, "diagnostics" | "has_errors" | "summary"> {
  const has_errors = found.diagnostics.some((diagnostic) => diagnostic.severity === "error");
  const excess = timeLimitExcess(context, options);
  const diagnostics = excess === null ? found.diagnostics : [...found.diagnostics, excess];
  return { diagnostics, has_errors, summary: found.summary };
}

/** Compares two models by their texts. Imported files are parsed for this, long ones in another process. */
export function compareModels(
  context: InspectionContext,
  asker: Asker,
  before: string,
  after: string,
): Promise<ModelChanges> {
  return ask<ModelChanges>(context, asker, after, { kind: "changes", before });
}

/** The model, compiled as it is, as the text of an MPS or LP file. Refuses a model with errors. */
export async function exportModel(
  context: InspectionContext,
  asker: Asker,
  model_json: string,
  format: ExportFormat,
): Promise<string> {
  const answer = await ask<ExportAnswer>(context, asker, model_json, { kind: "export", format });
  if ("text" in answer) return answer.text;
  if ("diagnostics" in answer) throw modelInvalid(answer.diagnostics, "The model does not compile");
  throw modelInvalid([], `The model cannot be exported: ${answer.error}`);
}

function ask<Answer>(
  { inspector }: InspectingParts,
  asker: Asker,
  text: string,
  question: ModelQuestion,
): Promise<Answer> {
  const bytes = text.length + (question.kind === "changes" ? question.before.length : 0);
  return inspector.ask<Answer>(asker, text, question, bytes);
}

/** A warning about a time limit that this installation will not grant, or null. */
export function timeLimitExcess(context: Pick<Context, "config">, options: unknown): Diagnostic | null {
  const asked = isRecord(options) ? options.time_limit_seconds : null;
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
