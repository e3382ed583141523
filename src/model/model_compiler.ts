/** The compiler as a solver process uses it: model JSON and bound overrides in, a problem out. */
import type { ModelCompiler } from "../solver/messages";
import type { ModelLimits } from "./budget";
import { compileModel, type PreparedModel, prepareModel } from "./compile";
import type { BoundOverrides } from "./override_fields";
import { applyOverrides } from "./overrides";
import { answerQuestion, type ModelQuestion } from "./questions";

export function createModelCompiler(limits: ModelLimits): ModelCompiler {
  return {
    prepare: (text) => prepareModel(JSON.parse(text), limits),
    compile: (prepared, bound, override_data) => {
      const pinned = prepared as PreparedModel;
      const { model, values } = applyOverrides(pinned.model, bound as BoundOverrides, override_data);
      // Only an override by path needs another model; input values go into the prepared one.
      const effective = model === pinned.model ? pinned : prepareModel(model, limits);
      const { problem, diagnostics, report } = compileModel(effective, values, limits);
      const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === "warning");
      return { problem, diagnostics, warnings: warnings.map((diagnostic) => diagnostic.message), report };
    },
    answer: (text, question) => answerQuestion(text, question as ModelQuestion, limits),
  };
}
