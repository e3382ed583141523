/** The tools of /mcp for agents. They use the same services, keys and roles as the API. */
import { type Static, type TObject, Type } from "@sinclair/typebox";
import { readFireData } from "../../model/bodies/fire_body";
import type { Context, Principal } from "../../services/context";
import { listDocuments } from "../../services/documents/documents";
import { listInputs } from "../../services/documents/versions";
import { explainRun } from "../../services/runs/explanations";
import { fire } from "../../services/runs/fire";
import { type RunObject, requireTrigger, waitForRun } from "../../services/runs/runs";
import { getTrigger, listTriggers } from "../../services/triggers/triggers";
import { requireRole } from "../edge/authenticate";

const DOCUMENTS_MAX = 1000;
const WAIT_SECONDS_DEFAULT = 30;
/** How many values of a solution are listed; the run holds the rest. */
const VALUES_SHOWN_MAX = 200;

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: TObject;
  readonly is_read_only: boolean;
  /** Returns a JSON object. The agent gets the message of a refusal that it throws. `input` fits the tool's schema. */
  readonly call: (context: Context, principal: Principal, input: never) => Promise<object> | object;
}

const tool = <Input extends TObject>(
  spec: Omit<Tool, "input" | "call"> & {
    readonly input: Input;
    readonly call: (context: Context, principal: Principal, input: Static<Input>) => Promise<object> | object;
  },
): Tool => spec as unknown as Tool;

const closed = { additionalProperties: false };
const trigger_id = Type.String({ description: "trg_..., as list_triggers tells it" });
const run_id = Type.String({ description: "run_..., as fire_and_wait tells it" });

/** The tools; a fire may wait for at most `wait_seconds_max`. */
export function toolsOf(wait_seconds_max: number): readonly Tool[] {
  return [...LOOKING_TOOLS, firingTool(wait_seconds_max), EXPLAINING_TOOL];
}

const LOOKING_TOOLS: readonly Tool[] = [
  tool({
    name: "list_models",
    title: "List models",
    description: "The optimization models that are stored, newest first: id, name and times.",
    input: Type.Object({}, closed),
    is_read_only: true,
    call: (context, principal) => ({ models: listDocuments(context, principal, 0, DOCUMENTS_MAX) }),
  }),
  tool({
    name: "list_triggers",
    title: "List triggers",
    description: "The triggers: a model pinned at a version, ready to be solved with today's data.",
    input: Type.Object(
      { document_id: Type.Optional(Type.String({ description: "only of this model, doc_..." })) },
      closed,
    ),
    is_read_only: true,
    call: (context, principal, { document_id }) => ({
      triggers: listTriggers(context, principal, document_id ?? null).map((trigger) => ({
        id: trigger.id,
        name: trigger.name,
        description: trigger.description,
        model_name: trigger.model_name,
        document_id: trigger.document_id,
        version_id: trigger.version_id,
        is_enabled: trigger.is_enabled,
        has_active_schedule: trigger.has_active_schedule,
        total_runs: trigger.total_runs,
        last_fired_at: trigger.last_fired_at,
      })),
    }),
  }),
  tool({
    name: "describe_inputs",
    title: "Describe a trigger's inputs",
    description:
      "What fire_and_wait may give as override_data: the fields of the trigger's override_schema (null: every input by its name), and the model's inputs with their shapes and own values.",
    input: Type.Object({ trigger_id }, closed),
    is_read_only: true,
    call: async (context, principal, input) => {
      const { override_schema, document_id, version_id } = getTrigger(context, principal, input.trigger_id);
      const { inputs } = await listInputs(context, principal, document_id, version_id);
      return { trigger_id: input.trigger_id, override_schema, inputs };
    },
  }),
];

const EXPLAINING_TOOL = tool({
  name: "explain_run",
  title: "Explain a run",
  description:
    "How a run ended and why, in sentences: the optimum and what limits it, or what stands against a solution, with the figures behind it.",
  input: Type.Object({ trigger_id, run_id }, closed),
  is_read_only: true,
  call: (context, principal, input) => explainRun(context, principal, input.trigger_id, input.run_id),
});

function firingTool(wait_seconds_max: number): Tool {
  return tool({
    name: "fire_and_wait",
    title: "Fire a trigger and wait for the answer",
    description:
      "Queues a run of a trigger with override_data and waits for its end. Needs a key of role solver. The run is kept either way; when the wait was too short, ask explain_run later.",
    input: Type.Object(
      {
        trigger_id,
        override_data: Type.Optional(
          Type.Record(Type.String(), Type.Unknown(), {
            description: "values of inputs by name, as describe_inputs tells",
          }),
        ),
        wait_seconds: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: wait_seconds_max,
            description: `default ${Math.min(WAIT_SECONDS_DEFAULT, wait_seconds_max)}`,
          }),
        ),
      },
      closed,
    ),
    is_read_only: false,
    call: fireAndWait,
  });
}

async function fireAndWait(
  context: Context,
  principal: Principal,
  input: { trigger_id: string; override_data?: Record<string, unknown>; wait_seconds?: number },
): Promise<object> {
  requireTrigger(context, principal, input.trigger_id);
  requireRole(principal, "solver");
  const target = context.fire_targets.get(input.trigger_id)!;
  const data = readFireData(input.override_data, target.bound);
  const { run_ids } = await fire(context, { target, fired_by: principal.key_id }, data, null);
  const run_id = run_ids[0]!;
  const seconds = Math.min(input.wait_seconds ?? WAIT_SECONDS_DEFAULT, context.config.wait_seconds_max);
  const ended = seconds === 0 ? null : await waitForRun(context, target.id, run_id, seconds * 1000);
  if (ended === null) return { run_id, trigger_id: target.id, status: "queued", next: "ask explain_run later" };
  return summarize(JSON.parse(ended.toString()) as RunObject);
}

/** A run without the fields that only programs read. */
function summarize({ id, trigger_id, status, error_message, execution_time_ms, result_data }: RunObject): object {
  const run = { run_id: id, trigger_id, status, error_message, execution_time_ms };
  if (result_data === null) return run;
  const values = Object.entries(result_data.solution);
  return {
    ...run,
    solver_status: result_data.status,
    objective_value: result_data.objective_value,
    gap: result_data.gap,
    solution: Object.fromEntries(values.slice(0, VALUES_SHOWN_MAX)),
    ...(values.length > VALUES_SHOWN_MAX ? { values_left_out: values.length - VALUES_SHOWN_MAX } : {}),
    report: result_data.report,
    warnings: result_data.warnings,
  };
}
