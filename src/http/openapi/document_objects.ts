/** JSON Schemas of documents, versions and examples, with every field that services/ builds. */
import { Type } from "@sinclair/typebox";
import { DOCUMENT_FIELDS } from "../../services/documents/document_fields";
import { answerProperties } from "../edge/field_schemas";
import { diagnostic, object, optional } from "./object_schema";
import { anyJson, count, flag, integerOrNull, orNull, text, textOrNull, time, words } from "./operation";

export const document = object("Document", "A user's model under a name.", {
  ...answerProperties(DOCUMENT_FIELDS),
  diagnostics: optional(Type.Array(diagnostic, { description: "Of the model as it was written; absent on a read." })),
});
export const documentSummary = object("DocumentSummary", "A document in a listing.", {
  id: text("doc_..."),
  name: Type.String(),
  created_at: time("When it was made."),
  updated_at: time("When it changed last."),
});

const versionFields = {
  id: text("ver_..."),
  document_id: text("doc_..."),
  organization_id: text("org_..."),
  sequence: Type.Integer({ minimum: 1, description: "Counts from 1 in each document." }),
  is_named: flag("Named and pinned versions are kept for ever."),
  version_name: textOrNull("null for an unnamed one."),
  version_description: textOrNull("What its maker says about it."),
  change_summary: text("What changed in the model since the version before."),
  created_at: time("When it was frozen."),
};
export const versionSummary = object("VersionSummary", "A version without its texts.", versionFields);
export const version = object("Version", "The frozen text of a document.", {
  ...versionFields,
  canvas_json: anyJson("The drawing; null without one."),
  model_json: anyJson("The model."),
  content_digest: text("SHA-256 of the canonical model JSON, in hex."),
});
export const restoration = object("Restoration", "A document taken back to a version.", {
  checkpoint_id: text("The version that holds what the document was before."),
  document,
});

const changesOf = (what: string) =>
  Type.Object(
    {
      added: Type.Array(Type.Object({ name: Type.String(), value: anyJson("What it is.") })),
      removed: Type.Array(Type.Object({ name: Type.String(), value: anyJson("What it was.") })),
      modified: Type.Array(
        Type.Object({ name: Type.String(), before: anyJson("What it was."), after: anyJson("What it is.") }),
      ),
    },
    { description: `Changes among ${what}, by name.` },
  );
export const difference = object("VersionDiff", "What changed from one version to another.", {
  from: versionSummary,
  to: versionSummary,
  summary: text("All of it in one line."),
  variables: changesOf("variables"),
  constraints: changesOf("constraints"),
  parameters: changesOf("parameters"),
  objective: orNull(
    Type.Object({ before: anyJson("What it was."), after: anyJson("What it is.") }, { description: "null: the same." }),
  ),
  declarations: changesOf("the statements of algebraic source"),
  settings: changesOf("everything else at the top of the model"),
});

const inputFields = {
  name: Type.String(),
  kind: words(
    ["param", "set", "parameter", "cell"],
    "`parameter` in a flat model, `param` or `set` in an algebraic one, `cell` for a number of an imported file.",
  ),
  description: textOrNull("What the model says of it: the text behind its name in a MathProg declaration."),
  unit: textOrNull("What stands in brackets at the end of that text."),
  type: words(["number", "string", "array", "object"], "What a value of it is."),
  index_sets: Type.Array(Type.Object({ name: Type.String(), size: integerOrNull("null where it depends on data.") }), {
    description: "Empty in a flat model.",
  }),
  size: count("How many numbers a value holds."),
  required: flag("The model has no value of its own: every fire or a default must give one."),
};
export const inputs = object("VersionInputs", "What a fire of this version can override by name.", {
  version_id: text("ver_..."),
  inputs: Type.Array(
    object("Input", "A parameter, param or set of the model.", {
      ...inputFields,
      shape: Type.Object({}, { additionalProperties: true, description: "What a replacement has to look like." }),
      value: anyJson("The model's own value; null when it has none or more than 100 numbers."),
    }),
  ),
});

const exampleFields = {
  name: text("What it is asked for by."),
  title: Type.String(),
  description: text("What it decides, in one sentence."),
  override_example: Type.Object({}, { additionalProperties: true, description: "Override data that it takes." }),
  optimum: Type.Number({ description: "What it comes to as it stands." }),
  overridden_optimum: Type.Number({ description: "What it comes to with override_example." }),
  inputs: Type.Array(object("ExampleInput", "A param or set of the example.", inputFields)),
};
export const exampleSummary = object("ExampleSummary", "A ready model, without its text.", exampleFields);
export const example = object("Example", "A ready model.", {
  ...exampleFields,
  model_json: Type.Object(
    {},
    { additionalProperties: true, description: "A document's model_json, or a body of /solve." },
  ),
});

export const overrideField = object("OverrideField", "One field that a fire may override.", {
  name: text("A parameter of the model, or a name of your own with model_field_path."),
  type: optional(words(["string", "number", "integer", "boolean", "array", "object"], "What a value must be.")),
  required: optional(flag("A fire without it is refused, unless there is a default.")),
  default: optional(anyJson("Applied when a fire leaves the field out.")),
  description: optional(Type.String()),
  model_field_path: optional(text("Dot path to a single value, such as variables.a.upper_bound.")),
});
