/** Questions about models and large data, and their answers, as plain data, so that another process can answer them for the service. */

import { checkStoredData, readFireBody } from "./bodies/fire_body";
import { readSolveBody } from "./bodies/solve_body";
import type { ModelLimits } from "./budget";
import { diffModels } from "./changes";
import { compileModel, prepareModel } from "./compile";
import type { Diagnostic } from "./diagnostics";
import { exportProblem } from "./exported/export";
import type { ExportFormat } from "./formats";
import { inspectValue } from "./inspected";
import type { KeptText } from "./kept_text";
import type { BoundOverrides } from "./override_fields";

export type ModelQuestion =
  | {
      readonly kind: "inspect";
      /** Paths into an imported file to look up; null: those of its inputs. */
      readonly paths: readonly string[] | null;
    }
  | { readonly kind: "export"; readonly format: ExportFormat }
  /** Asks what changed from `before`, the text of another model, to this one. */
  | { readonly kind: "changes"; readonly before: string };

/** Questions about data that a fire brings, or that are stored; `contract` is the JSON of BoundOverrides. */
export type DataQuestion =
  | { readonly kind: "fire"; readonly body: Uint8Array; readonly contract: string; readonly sets_max: number | null }
  /** The body of a solve, or of a validation. */
  | { readonly kind: "solve"; readonly body: Uint8Array; readonly is_solve: boolean }
  | { readonly kind: "data"; readonly text: KeptText; readonly contract: string };

/** The answer to "export". */
export type ExportAnswer =
  | { readonly text: string }
  | { readonly error: string }
  | { readonly diagnostics: readonly Diagnostic[] };

/** Answers on the calling thread, by the kind of the question: an InspectedModel, an ExportAnswer, ModelChanges, a FireReading, a SolveReading, or FieldErrors. */
export function answerQuestion(text: string, question: ModelQuestion | DataQuestion, limits: ModelLimits): unknown {
  if (question.kind === "fire") {
    return readFireBody(question.body, JSON.parse(question.contract) as BoundOverrides, question.sets_max);
  }
  if (question.kind === "solve") return readSolveBody(question.body, question.is_solve, limits);
  if (question.kind === "data") {
    return checkStoredData(question.text, JSON.parse(question.contract) as BoundOverrides);
  }
  if (question.kind === "inspect") return inspectValue(JSON.parse(text), question.paths, limits);
  if (question.kind === "changes") return diffModels(JSON.parse(question.before), JSON.parse(text), limits);
  const { problem, diagnostics } = compileModel(prepareModel(JSON.parse(text), limits), {}, limits);
  return problem === null ? { diagnostics } : exportProblem(problem, question.format);
}
