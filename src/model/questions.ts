/** Questions about a model's JSON text and their answers, as plain data, so that a solver process can answer them for the service. */
import type { ModelLimits } from "./budget";
import { diffModels } from "./changes";
import { compileModel, examineModel, type ModelSummary, prepareModel, resolveCells } from "./compile";
import type { Diagnostic } from "./diagnostics";
import { exportProblem } from "./exported/export";
import type { ExportFormat } from "./formats";
import type { CellResolution } from "./imported/cells";
import type { InputDeclaration } from "./inputs";
import type { OverrideSubject } from "./override_fields";

export type ModelQuestion =
  | {
      readonly kind: "inspect";
      /** Paths into an imported file to look up; null: those of its inputs. */
      readonly paths: readonly string[] | null;
    }
  | { readonly kind: "export"; readonly format: ExportFormat }
  /** Asks what changed from `before`, the text of another model, to this one. */
  | { readonly kind: "changes"; readonly before: string };

/** The answer to "inspect". */
export interface InspectedModel {
  readonly form: OverrideSubject["form"];
  readonly diagnostics: readonly Diagnostic[];
  readonly inputs: readonly InputDeclaration[];
  readonly summary: ModelSummary;
  readonly cells: Readonly<Record<string, CellResolution>>;
}

/** The answer to "export". */
export type ExportAnswer =
  | { readonly text: string }
  | { readonly error: string }
  | { readonly diagnostics: readonly Diagnostic[] };

/** Answers on the calling thread. The kind of question decides between an InspectedModel, an ExportAnswer and ModelChanges. */
export function answerQuestion(text: string, question: ModelQuestion, limits: ModelLimits): unknown {
  if (question.kind === "inspect") return inspectText(text, question.paths, limits);
  if (question.kind === "changes") return diffModels(JSON.parse(question.before), JSON.parse(text), limits);
  const { problem, diagnostics } = compileModel(prepareModel(JSON.parse(text), limits), {}, limits);
  return problem === null ? { diagnostics } : exportProblem(problem, question.format);
}

function inspectText(text: string, paths: readonly string[] | null, limits: ModelLimits): InspectedModel {
  const { prepared, inputs, diagnostics, summary } = examineModel(JSON.parse(text), limits);
  const cells = resolveCells(prepared, paths ?? inputs.map(({ name }) => name));
  return { form: prepared.form, inputs, diagnostics, summary, cells };
}
