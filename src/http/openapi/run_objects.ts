/** JSON Schemas of runs and their results, with every field that services/ builds. */
import { Type } from "@sinclair/typebox";
import { RUN_SOURCES, RUN_STATES } from "../../runs/run";
import { diagnostic, object } from "./object_schema";
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
  override_data_left_out: Type.Optional(
    flag("The data of the runs before fill this page: override_data is null here, and whole in the run itself."),
  ),
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
export const outcome = named(
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
