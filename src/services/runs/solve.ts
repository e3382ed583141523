/** Solving and checking a model on the spot, without a trigger. */
import { contentDigest } from "../../model/canonical";
import type { Diagnostic } from "../../model/diagnostics";
import { isRecord } from "../../model/json";
import { misfitMessage, validateOverrideData } from "../../model/override_data";
import type { BoundOverrides } from "../../model/override_fields";
import { bindGiven, fieldsGiven, pathsOf } from "../../model/overrides";
import { Refusal } from "../../refusals";
import type { SolveOutcome } from "../../solver/messages";
import { resultText } from "../../storage/runs";
import { requireAccepting } from "../admission";
import type { Context } from "../context";
import { type Inspection, inspectModel, modelInvalid, timeLimitExcess } from "../documents/inspection";
import type { JsonText } from "./runs";
import { solveOptionsOf } from "./solve_options";

type SolveContext = Pick<Context, "clock" | "config" | "isStopping" | "solvers">;

const BUSY_RETRY_SECONDS = 5;
/** It takes an operator to change that. */
const NO_SOLVER_RETRY_SECONDS = 3600;
/** Solves that may wait for a solver at one time; each holds a connection. */
const WAITING_SOLVES_MAX = 64;

export interface Validation {
  readonly valid: boolean;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly num_variables: number;
  readonly num_constraints: number;
  readonly num_nonzeros: number;
  readonly variable_types: Readonly<Record<string, number>>;
}

/** What a compile says of a model, without solving it. */
export async function validateModel(
  context: Pick<Context, "clock" | "config" | "solvers">,
  body: unknown,
): Promise<Validation> {
  const { model } = splitBody(body);
  const { diagnostics, has_errors, summary } = await inspectModel(context, model);
  const messagesOf = (severity: Diagnostic["severity"]) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).map((diagnostic) => diagnostic.message);
  return { valid: !has_errors, errors: messagesOf("error"), warnings: messagesOf("warning"), diagnostics, ...summary };
}

/** Solves a model of any form. Every outcome of the solver is an answer; only a model that does not compile is refused. */
export async function solveModel(context: SolveContext, body: unknown, signal: AbortSignal): Promise<JsonText> {
  requireAccepting(context);
  requireSolvers(context);
  const { model, override_data } = splitBody(body);
  const excess = timeLimitExcess(context, model);
  if (excess !== null) throw modelInvalid([{ ...excess, severity: "error" }], "The options do not fit this service");
  const bound = override_data === undefined ? NOTHING_BOUND : await bindAll(context, model, override_data);
  const handle = context.solvers.submit({
    model: { digest: contentDigest(model), readText: () => JSON.stringify(model) },
    bound,
    override_data: override_data ?? null,
    options: solveOptionsOf(context, isRecord(model) ? model.options : null),
    quick: false,
  });
  signal.addEventListener("abort", () => handle.cancel(), { once: true });
  return answerOf(await handle.outcome);
}

/** Refuses work for which no solver will have time. */
export function requireSolvers(context: Pick<Context, "config" | "solvers">): void {
  if (context.config.workers === 0) {
    throw new Refusal(
      "solver_unavailable",
      "This service runs without solvers (--workers 0); start it with at least one",
      { retry_after_seconds: NO_SOLVER_RETRY_SECONDS },
    );
  }
  if (context.solvers.stats().waiting >= WAITING_SOLVES_MAX) {
    throw new Refusal("solver_unavailable", "Every solver is busy and many solves wait; try again later", {
      retry_after_seconds: BUSY_RETRY_SECONDS,
    });
  }
}

const NOTHING_BOUND: BoundOverrides = { fields: [] };

/** The model in a body, and the override data beside it; a flat model has no `data` of its own, so there it means the same. */
function splitBody(body: unknown): { model: unknown; override_data: unknown } {
  if (!isRecord(body)) return { model: body, override_data: undefined };
  const { override_data, ...model } = body;
  if (override_data !== undefined || !("variables" in model) || !("data" in model)) return { model, override_data };
  const { data, ...flat } = model;
  return { model: flat, override_data: data };
}

async function bindAll(
  context: Pick<Context, "clock" | "config" | "solvers">,
  model: unknown,
  override_data: unknown,
): Promise<BoundOverrides> {
  const given = fieldsGiven(override_data);
  const inspection: Inspection = await inspectModel(context, model, pathsOf(given));
  if (inspection.has_errors) throw modelInvalid(inspection.diagnostics, "The model does not compile");
  const { bound, errors } = bindGiven(given, inspection.subject);
  const fields = errors.length > 0 ? errors : validateOverrideData(bound, override_data);
  if (fields.length === 0) return bound;
  const error = misfitMessage(fields);
  throw new Refusal("override_invalid", error, { detail: { error, run_id: null, fields } });
}

function answerOf(outcome: SolveOutcome): JsonText {
  switch (outcome.kind) {
    case "solved":
      return resultText(outcome.result);
    case "timeout":
    case "cancelled":
      return outcome.record === null
        ? emptyAnswer("time_limit", "The time limit was reached before any solution")
        : resultText(outcome.record.result);
    case "model_error":
      throw modelInvalid(outcome.diagnostics as readonly Diagnostic[], "The model does not compile");
    case "failed":
      return emptyAnswer("error", `${outcome.message} (${outcome.code})`);
    case "returned":
      throw new Refusal("shutting_down", "The service stopped before this solve began; send it again", {
        retry_after_seconds: BUSY_RETRY_SECONDS,
      });
  }
}

function emptyAnswer(status: "time_limit" | "error", warning: string): JsonText {
  return JSON.stringify({
    status,
    objective_value: null,
    variables: [],
    solution: {},
    constraints: [],
    solve_time_seconds: 0,
    gap: null,
    dual_bound: null,
    iterations: 0,
    nodes: 0,
    sensitivity: null,
    report: null,
    warnings: [warning],
  });
}
