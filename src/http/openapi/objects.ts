/** The objects that the API answers with, as JSON Schemas: what services/ builds, field by field. */
import { type TProperties, type TSchema, Type } from "@sinclair/typebox";
import { ROLES } from "../../roles";
import { DELIVERY_STATES } from "../../runs/delivery";
import { RUN_SOURCES, RUN_STATES } from "../../runs/run";
import { AUDIT_ACTIONS } from "../../services/access/audit";
import { DOCUMENT_FIELDS } from "../../services/documents/document_fields";
import { HEALTH_PROBLEMS } from "../../services/operations/health";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { answerProperties, answerSchema } from "../edge/field_schemas";
import {
  anyJson,
  booleanOrNull,
  count,
  flag,
  integerOrNull,
  named,
  numberOrNull,
  orNull,
  text,
  textOrNull,
  time,
  timeOrNull,
  words,
} from "./operation";

/** A named object with all of its fields. */
export const object = (name: string, description: string, properties: TProperties) =>
  named(name, Type.Object(properties, { description }));
const optional = Type.Optional;

/** The contract's page of a listing. */
export function pageOf(name: string, item: TSchema): TSchema {
  return object(name, "One page of a listing, newest first; past the end it is empty.", {
    items: Type.Array(item),
    total: count("Over all pages."),
    page: Type.Integer({ minimum: 1 }),
    page_size: Type.Integer({ minimum: 1, maximum: 100 }),
    total_pages: count("0 for an empty listing."),
    has_next: flag("There is a next page."),
    has_prev: flag("There is a page before."),
  });
}

export const diagnostic = object("Diagnostic", "What the compiler says about a place of a model.", {
  code: text("snake_case, stable."),
  severity: words(["error", "warning"], "A model with errors is kept, but cannot be pinned or solved."),
  message: text("What was found, what was expected, what to do next."),
  line: Type.Integer({ description: "From 1." }),
  column: Type.Integer({ description: "From 1, in UTF-16 units." }),
  start: Type.Integer({ description: "Offset from 0 into the text." }),
  end: Type.Integer({ description: "Offset behind the last character." }),
  notes: Type.Array(
    Type.Object({
      message: Type.String(),
      line: optional(Type.Integer()),
      column: optional(Type.Integer()),
    }),
  ),
  hint: optional(text("What may have been meant.")),
  path: optional(text("Dot path into model_json of the text that the position refers to.")),
});

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

const triggerFields = { ...answerProperties(TRIGGER_FIELDS), override_schema: orNull(Type.Array(overrideField)) };
export const trigger = object("Trigger", "A pinned version behind a secret.", triggerFields);
const webhook_secret = optional(answerSchema(TRIGGER_FIELDS.webhook_secret));
export const changedTrigger = object("ChangedTrigger", "A trigger after a change.", {
  ...triggerFields,
  webhook_secret,
});
export const newTrigger = object("NewTrigger", "A trigger with its secret: shown in this answer and never again.", {
  ...triggerFields,
  trigger_secret: answerSchema(TRIGGER_FIELDS.trigger_secret),
  webhook_secret,
});

const indexTuple = {
  family: textOrNull("Name of the indexed declaration; null in a flat model."),
  index_tuple: orNull(Type.Array(Type.Union([Type.String(), Type.Number()]))),
};
export const answer = object(
  "SolveResult",
  "What the solver answered: result_data of a run, and the answer of /solve.",
  {
    status: words(
      ["optimal", "feasible", "infeasible", "unbounded", "time_limit", "error"],
      "feasible: a limit stopped the solver with a solution in hand; time_limit: without one.",
    ),
    objective_value: numberOrNull("Constants included; null without a solution."),
    variables: Type.Array(
      Type.Object({
        name: Type.String(),
        value: Type.Number(),
        type: words(["continuous", "integer", "binary"], "Values of integer columns are integers."),
        ...indexTuple,
      }),
    ),
    solution: Type.Record(Type.String(), Type.Number(), { description: "Values by name." }),
    constraints: Type.Array(
      Type.Object({
        name: Type.String(),
        activity: Type.Number(),
        lower: numberOrNull("null: no bound on that side."),
        upper: numberOrNull("null: no bound on that side."),
        slack: numberOrNull("Distance to the nearest bound; null for a free row."),
        is_binding: Type.Boolean(),
        ...indexTuple,
      }),
    ),
    solve_time_seconds: Type.Number({ minimum: 0 }),
    gap: numberOrNull("Relative distance of objective and bound."),
    dual_bound: numberOrNull("The best that is still possible."),
    iterations: Type.Number({ description: "Of the simplex or interior point method." }),
    nodes: Type.Number({ description: "Of branch and bound." }),
    sensitivity: orNull(
      Type.Object(
        {
          shadow_prices: Type.Record(Type.String(), Type.Number()),
          reduced_costs: Type.Record(Type.String(), Type.Number()),
        },
        { description: "Linear models only." },
      ),
    ),
    report: textOrNull("What the model's printf and display printed."),
    warnings: Type.Array(Type.String()),
  },
);
const resultSummary = named(
  "ResultSummary",
  Type.Object(
    {
      objective_value: numberOrNull("null without a solution."),
      status: text("As in SolveResult."),
    },
    { description: "What a listing tells of the answer." },
  ),
);

const runFields = {
  id: text("run_..."),
  trigger_id: text("trg_..."),
  organization_id: text("org_..."),
  status: words(RUN_STATES, "queued and running are open; every other status is an end."),
  source: words(RUN_SOURCES, "What made it."),
  error_message: textOrNull("Why it failed, was cancelled, refused or skipped."),
  attempt: count("Executions begun: above 1 when a solver or the service went away under it."),
  created_at: time("When it was accepted."),
  started_at: timeOrNull("When a solver took it."),
  completed_at: timeOrNull("When it ended."),
  execution_time_ms: numberOrNull("From start to end."),
  queue_time_ms: numberOrNull("From acceptance to start."),
  webhook_delivered: booleanOrNull("null while open, or without a webhook."),
  webhook_attempts: count("Attempts made to deliver it."),
  version_id: text("The version that was solved."),
  model_digest: textOrNull("SHA-256 of the compiled problem."),
  solution_digest: textOrNull("SHA-256 of the solution: what verify compares."),
  solver_version: textOrNull("The solver that answered."),
  schedule_id: textOrNull("The schedule that made it."),
  scheduled_for: timeOrNull("The instant that its tick stood for."),
  missed_count: integerOrNull("Missed instants that a tick's run makes up for, itself included; 0: it was on time."),
  rerun_of: textOrNull("The run that it repeats."),
  fired_by: textOrNull("The API key that fired it; null: the trigger's secret, or its schedule."),
  override_data: anyJson("What the fire gave; null for nothing."),
};
export const run = object("Run", "One firing and its answer.", { ...runFields, result_data: orNull(answer) });
export const runSummary = object("RunSummary", "A run in a listing.", {
  ...runFields,
  result_data: orNull(resultSummary),
});
export const accepted = object("Accepted", "The run is on disk and will be solved.", {
  run_id: text("run_..."),
  status: Type.Literal("queued"),
});
export const acceptedBatch = object("AcceptedBatch", "The runs are on disk and will be solved.", {
  run_ids: Type.Array(Type.String(), { description: "In the order of the sets." }),
  status: Type.Literal("queued"),
});
export const progress = object("Progress", "How a solve went on, for a convergence plot.", {
  items: Type.Array(
    Type.Object({
      attempt: Type.Integer(),
      elapsed_ms: Type.Number(),
      incumbent: numberOrNull("Objective of the best solution so far."),
      bound: numberOrNull("The best that was still possible."),
      gap: numberOrNull("Relative distance of the two."),
      nodes: Type.Number(),
    }),
  ),
});
const outcome = named(
  "SolveDigest",
  Type.Object({
    solver_status: textOrNull("As in SolveResult."),
    objective_value: numberOrNull("null without a solution."),
    model_digest: textOrNull("Of the compiled problem."),
    solution_digest: textOrNull("Of the solution."),
    solver_version: textOrNull("What solved it."),
  }),
);
export const verification = object("Verification", "A run solved again and compared.", {
  run_id: text("run_..."),
  is_equal: flag("Model, status and solution are the same in every bit."),
  reason: textOrNull("Why not, or why it need not be."),
  run: outcome,
  again: outcome,
});

const deliveryFields = {
  id: text("whd_...: also the webhook-id header that the receiver sees."),
  trigger_id: text("trg_..."),
  run_id: textOrNull("null for an event that is no run's, or when the run is no longer kept."),
  event: text("What it tells."),
  state: words(DELIVERY_STATES, "exhausted: given up after the last attempt."),
  attempts: count("Attempts made."),
  next_attempt_at: timeOrNull("When the next one is due."),
  last_status: integerOrNull("HTTP status of the last attempt; null without an answer."),
  last_error: textOrNull("Why the last attempt failed."),
  created_at: time("When the event happened."),
  updated_at: time("When it changed last."),
};
export const delivery = object("Delivery", "One webhook event on its way to a receiver.", deliveryFields);
export const fullDelivery = object("FullDelivery", "A delivery with what is sent and how each attempt went.", {
  ...deliveryFields,
  payload: Type.Object({}, { additionalProperties: true, description: "The body that the receiver gets." }),
  attempt_log: Type.Array(
    Type.Object({
      at: time("When it was made."),
      http_status: integerOrNull("null without an answer."),
      duration_ms: Type.Number(),
      error: textOrNull("null when it was delivered."),
      answer: text("The beginning of what the receiver answered."),
    }),
  ),
});

export const validation = object("Validation", "What a compile says of a model.", {
  valid: flag("It has no errors."),
  errors: Type.Array(Type.String()),
  warnings: Type.Array(Type.String()),
  diagnostics: Type.Array(diagnostic),
  num_variables: count("Declared variables."),
  num_constraints: count("Declared constraints."),
  num_nonzeros: count("Entries of the matrix, auxiliary rows included."),
  variable_types: Type.Record(Type.String(), Type.Integer()),
});

const keyFields = {
  id: text("key_..."),
  name: Type.String(),
  role: words(ROLES, "What it may do."),
  workspace_id: textOrNull("The only workspace that it sees; null: all."),
  prefix: text("The first 12 characters of the key."),
  organization_id: text("org_..."),
  created_by: text("usr_..."),
  created_at: time("When it was made."),
  expires_at: timeOrNull("null: never."),
  revoked_at: timeOrNull("null: not revoked."),
};
export const key = object("Key", "An API key, without the key itself.", keyFields);
export const newKey = object("NewKey", "An API key: shown in this answer and never again.", {
  ...keyFields,
  api_key: text("ok_live_ and 64 hex digits. Keep it: only its hash is stored."),
});

export const workspace = object("Workspace", "A part of an organization that a key can be limited to.", {
  id: text("wsp_..."),
  organization_id: text("org_..."),
  name: Type.String(),
  created_at: time("When it was made."),
});
const appliedFields = {
  kind: words(["document", "trigger"], "What it is."),
  name: text("Its name, which is how files refer to it."),
  object_id: text("Its id when it was put there."),
  digest: text("SHA-256 of what the files said of it, in hex."),
};
export const appliedRecord = object("AppliedRecord", "What apply last put there from files.", {
  revision: text("Changes with every change of the record."),
  items: Type.Array(
    object("AppliedObject", "A document or trigger that comes from files.", {
      ...appliedFields,
      applied_at: time("When files last changed it."),
    }),
  ),
});
export const workspaces = object("Workspaces", "The workspaces that a key sees.", { items: Type.Array(workspace) });
export const auditEntry = object("AuditEntry", "A change, or a visitor who was turned away.", {
  at: time("When."),
  action: words(AUDIT_ACTIONS, "What."),
  outcome: words(["done", "refused"], "How it ended."),
  object_id: textOrNull("On which object."),
  key_id: textOrNull("Through which API key; null: through none, or one that is not known."),
  user_id: textOrNull("By whom."),
  client: text("From which address; command line: on the machine itself."),
  request_id: textOrNull("Of the X-Request-ID header."),
  detail: textOrNull("More about it, never a secret."),
});

export const health = object("Health", "How the service is.", {
  status: words(["ok", "stopping", "clock_not_set"], "stopping: nothing new is taken; clock_not_set: schedules wait."),
  version: Type.String(),
  solver_version: Type.String(),
  uptime_seconds: count("Since the start."),
  queue_depth: count("Runs that wait."),
  running: count("Runs in solvers."),
  backups: orNull(
    Type.Object(
      {
        last_at: timeOrNull("The last good one; null: none since the start."),
        is_failing: flag("The last try failed; the log says why."),
      },
      { description: "Scheduled backups; null when none are set up." },
    ),
  ),
  problems: Type.Array(
    Type.Object({
      code: words(HEALTH_PROBLEMS, "What keeps the service from doing all of its work."),
      detail: text("What to do."),
    }),
  ),
});
