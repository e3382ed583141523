/** Solves and checks a model directly, without a trigger. */

import { bindData, type SolvableModel, type SolveReading, splitBody } from "../../model/bodies/solve_body";
import { contentDigest } from "../../model/canonical";
import type { Diagnostic } from "../../model/diagnostics";
import { isRecord } from "../../model/json";
import { misfitMessage } from "../../model/override_data";
import type { FieldError } from "../../model/override_fields";
import { fieldsGiven, pathsOf } from "../../model/overrides";
import type { DataQuestion } from "../../model/questions";
import { Refusal } from "../../refusals";
import type { SolveOutcome } from "../../solver/messages";
import { resultText } from "../../storage/runs";
import { requireAccepting } from "../admission";
import type { Context } from "../context";
import {
  type Inspection,
  type InspectionContext,
  inspectModel,
  judge,
  modelInvalid,
  timeLimitExcess,
} from "../documents/inspection";
import type { Asker } from "../documents/inspector";
import type { JsonText } from "./runs";
import { solveOptionsOf } from "./solve_options";

type SolveContext = Pick<Context, "clock" | "config" | "inspector" | "isStopping" | "solvers">;

const BUSY_RETRY_SECONDS = 5;
/** Only an operator can add solvers, so clients should not retry soon. */
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

/** Compiles a model and returns what was found, without solving it. `packed`: the body is not parsed yet. */
export async function validateModel(
  context: InspectionContext,
  asker: Asker,
  body: unknown,
  packed: PackedBody | null,
): Promise<Validation> {
  const { inspection } = await (packed === null
    ? lookAt(context, asker, body, false)
    : lookAtBytes(context, asker, packed, false));
  const { diagnostics, has_errors, summary } = inspection!;
  const messagesOf = (severity: Diagnostic["severity"]) =>
    diagnostics.filter((diagnostic) => diagnostic.severity === severity).map((diagnostic) => diagnostic.message);
  return { valid: !has_errors, errors: messagesOf("error"), warnings: messagesOf("warning"), diagnostics, ...summary };
}

/** Solves a model of any form. Every outcome of the solver is an answer; only a model that does not compile is refused. */
export async function solveModel(
  context: SolveContext,
  asker: Asker,
  body: unknown,
  packed: PackedBody | null,
): Promise<JsonText> {
  requireAccepting(context);
  requireSolvers(context);
  const { inspection, solvable, options, misfits } = await (packed === null
    ? lookAt(context, asker, body, true)
    : lookAtBytes(context, asker, packed, true));
  const excess = timeLimitExcess(context, options);
  if (excess !== null) throw modelInvalid([{ ...excess, severity: "error" }], "The options do not fit this service");
  if (inspection?.has_errors) throw modelInvalid(inspection.diagnostics, "The model does not compile");
  if (misfits.length > 0) {
    const error = misfitMessage(misfits);
    throw new Refusal("override_invalid", error, { detail: { error, run_id: null, fields: misfits } });
  }
  const { digest, text, bound, override_data } = solvable!;
  const handle = context.solvers.submit({
    model: { digest, readText: () => text },
    bound,
    override_data,
    options: solveOptionsOf(context, options),
    quick: false,
  });
  asker.gone?.addEventListener("abort", () => handle.cancel(), { once: true });
  return answerOf(await handle.outcome);
}

/** Refuses a solve when too many already wait for a solver. */
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

/** A body that is not parsed on this thread, as it came. */
export interface PackedBody {
  readonly bytes: Uint8Array;
}

interface Looked {
  /** null for a model that is solved without data beside it. */
  readonly inspection: Pick<Inspection, "diagnostics" | "has_errors" | "summary"> | null;
  readonly solvable: SolvableModel | null;
  readonly options: unknown;
  readonly misfits: readonly FieldError[];
}

/** Reads a large body in the inspector's process, from its bytes. */
async function lookAtBytes(
  context: InspectionContext,
  asker: Asker,
  { bytes: body }: PackedBody,
  is_solve: boolean,
): Promise<Looked> {
  const question: DataQuestion = { kind: "solve", body, is_solve };
  const reading = await context.inspector.ask<SolveReading>(asker, "", question, body.length);
  if (reading.kind === "malformed") throw new Refusal("malformed_json", reading.message);
  const { inspected, ...read } = reading;
  return { ...read, inspection: inspected === null ? null : judge(context, inspected, reading.options) };
}

/** The same for a body that is parsed already. */
async function lookAt(context: InspectionContext, asker: Asker, body: unknown, is_solve: boolean): Promise<Looked> {
  const { model, override_data } = splitBody(body);
  const options = isRecord(model) ? model.options : null;
  const given = override_data === undefined ? null : fieldsGiven(override_data);
  const inspection =
    is_solve && given === null ? null : await inspectModel(context, asker, model, is_solve ? pathsOf(given) : []);
  if (!is_solve) return { inspection, options, misfits: [], solvable: null };
  const { bound, misfits } =
    inspection === null ? { bound: { fields: [] }, misfits: [] } : bindData(inspection.subject, override_data);
  const data = override_data === undefined ? null : JSON.stringify(override_data);
  const solvable = { digest: contentDigest(model), text: JSON.stringify(model), override_data: data, bound };
  return { inspection, options, misfits, solvable };
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
