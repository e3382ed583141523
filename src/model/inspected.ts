/** A model looked at for a caller, as plain data: the answer may come from another process. */
import type { ModelLimits } from "./budget";
import { examineModel, type ModelSummary, type PreparedModel, resolveCells } from "./compile";
import type { Diagnostic } from "./diagnostics";
import type { CellResolution } from "./imported/cells";
import type { InputDeclaration } from "./inputs";
import type { OverrideSubject } from "./override_fields";

/** What is found in a model. */
export interface InspectedModel {
  readonly form: OverrideSubject["form"];
  readonly diagnostics: readonly Diagnostic[];
  readonly inputs: readonly InputDeclaration[];
  readonly summary: ModelSummary;
  readonly cells: Readonly<Record<string, CellResolution>>;
}

/** What is found in a model as it stands. */
export function inspectValue(model: unknown, paths: readonly string[] | null, limits: ModelLimits): InspectedModel {
  const { prepared, inputs, diagnostics, summary } = examineModel(model, limits);
  const { form, cells } = overrideSubject(prepared, inputs, paths);
  return { form, inputs, diagnostics, summary, cells };
}

/** What fields are bound to: the model, its inputs, and the cells that `paths` lead to; null: those of the inputs. */
export function overrideSubject(
  prepared: PreparedModel,
  inputs: readonly InputDeclaration[],
  paths: readonly string[] | null,
): OverrideSubject {
  const cells = resolveCells(prepared, paths ?? inputs.map(({ name }) => name));
  return { form: prepared.form, model: prepared.model, inputs, cells };
}
