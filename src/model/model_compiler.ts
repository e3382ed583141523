/** The compiler as a solver process uses it: model JSON and bound overrides in, a problem out. */
import type { ModelCompiler } from "../solver/messages";
import type { ModelLimits } from "./budget";
import { compileModel, type PreparedModel, prepareModel } from "./compile";
import { type KeptText, unpackText } from "./kept_text";
import type { BoundOverrides } from "./override_fields";
import { applyOverrides } from "./overrides";
import { answerQuestion, type DataQuestion, type ModelQuestion } from "./questions";

export function createModelCompiler(limits: ModelLimits): ModelCompiler {
  return {
    prepare: (text) => prepareModel(JSON.parse(text), limits),
    compile: (prepared, bound, override_data) => {
      const pinned = prepared as PreparedModel;
      const data = isKeptText(override_data) ? JSON.parse(unpackText(override_data)) : override_data;
      const { model, values } = applyOverrides(pinned.model, contractOf(pinned, bound), data);
      // Only an override by path needs another model; input values go into the prepared one.
      const effective = model === pinned.model ? pinned : prepareModel(model, limits);
      const { problem, diagnostics, report } = compileModel(effective, values, limits);
      const warnings = diagnostics.filter((diagnostic) => diagnostic.severity === "warning");
      return { problem, diagnostics, warnings: warnings.map((diagnostic) => diagnostic.message), report };
    },
    answer: (text, question) => answerQuestion(text, question as ModelQuestion | DataQuestion, limits),
  };
}

/** The last contract that each model was compiled with: a trigger fires with the same one again and again. */
const CONTRACTS = new WeakMap<PreparedModel, { readonly text: string; readonly bound: BoundOverrides }>();

/** `given` is the JSON of BoundOverrides, or these themselves. */
function contractOf(pinned: PreparedModel, given: unknown): BoundOverrides {
  if (typeof given !== "string") return given as BoundOverrides;
  const known = CONTRACTS.get(pinned);
  if (known?.text === given) return known.bound;
  const bound = JSON.parse(given) as BoundOverrides;
  CONTRACTS.set(pinned, { text: given, bound });
  return bound;
}

/** Data are an object or null, so a text or bytes are never data themselves. */
function isKeptText(given: unknown): given is KeptText {
  return typeof given === "string" || given instanceof Uint8Array;
}
