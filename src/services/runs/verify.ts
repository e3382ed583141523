/** Solves a finished run again, to see whether the answer is the same bit for bit. */
import type { Diagnostic } from "../../model/diagnostics";
import { Refusal } from "../../refusals";
import { isTerminal } from "../../runs/run";
import type { SolveOutcome, SolveRecord } from "../../solver/messages";
import { type RunRow, readOverrideData } from "../../storage/runs";
import { requireAccepting } from "../admission";
import type { Context, Principal, StorageParts } from "../context";
import { requireRun } from "./runs";
import { requireSolvers } from "./solve";
import { solveOptionsOf } from "./solve_options";

type VerifyContext = StorageParts & Pick<Context, "config" | "isStopping" | "solvers" | "version_models">;

/** The fields by which a run and its repetition are compared. */
interface Outcome {
  readonly solver_status: string | null;
  readonly objective_value: number | null;
  readonly model_digest: string | null;
  readonly solution_digest: string | null;
  readonly solver_version: string | null;
}

export interface Verification {
  readonly run_id: string;
  /** True when model, status and solution are the same in every bit. */
  readonly is_equal: boolean;
  /** The reason why they are not equal, or need not be; null when there is nothing to say. */
  readonly reason: string | null;
  readonly run: Outcome;
  readonly again: Outcome;
}

/**
 * Solves the run's stored data on its pinned version again, in any free solver, and compares digests. Nothing
 * is stored. Refuses a run that has not ended or never reached the solver.
 */
export async function verifyRun(
  context: VerifyContext,
  principal: Principal,
  trigger_id: string,
  run_id: string,
  signal: AbortSignal,
): Promise<Verification> {
  requireAccepting(context);
  const { trigger, run } = requireRun(context, principal, trigger_id, run_id);
  if (!isTerminal(run.status)) throw new Refusal("run_not_finished", `Run is ${run.status}; wait until it has ended`);
  if (run.model_digest === null) {
    throw new Refusal("run_not_solved", `Run is ${run.status} and has no answer of the solver to compare with`);
  }
  requireSolvers(context);
  const model = context.version_models.get(run.version_id);
  if (model === null) throw new Refusal("version_not_found", "Version not found");
  const overrides = readOverrideData(context.client, run);
  const handle = context.solvers.submit({
    model,
    bound: trigger.override_contract,
    override_data: overrides,
    options: solveOptionsOf(context, model.options),
    quick: false,
  });
  signal.addEventListener("abort", () => handle.cancel(), { once: true });
  return compare(run, await handle.outcome);
}

function compare(run: RunRow, outcome: SolveOutcome): Verification {
  const { solver_status, objective_value, model_digest, solution_digest, solver_version } = run;
  const stored = { solver_status, objective_value, model_digest, solution_digest, solver_version };
  const record = recordOf(outcome);
  const again: Outcome = {
    solver_status: record?.status ?? null,
    objective_value: record?.objective_value ?? null,
    model_digest: record?.model_digest ?? null,
    solution_digest: record?.solution_digest ?? null,
    solver_version: record?.solver_version ?? null,
  };
  const is_equal =
    again.model_digest === stored.model_digest &&
    again.solver_status === stored.solver_status &&
    again.solution_digest === stored.solution_digest;
  return { run_id: run.id, is_equal, reason: reasonOf(stored, again, outcome, is_equal), run: stored, again };
}

function recordOf(outcome: SolveOutcome): SolveRecord | null {
  if (outcome.kind === "solved") return outcome;
  return outcome.kind === "timeout" || outcome.kind === "cancelled" ? outcome.record : null;
}

function reasonOf(stored: Outcome, again: Outcome, outcome: SolveOutcome, is_equal: boolean): string | null {
  if (is_equal) return null;
  if (outcome.kind === "failed") return `the second solve failed: ${outcome.message}`;
  if (outcome.kind === "model_error") {
    const first = (outcome.diagnostics as readonly Diagnostic[])[0];
    return `the stored data no longer fit the trigger: ${first?.message ?? "the model does not compile"}`;
  }
  if (outcome.kind === "returned" || outcome.kind === "cancelled") return "the second solve was stopped; ask again";
  if (again.model_digest !== stored.model_digest) {
    return "the models differ: the trigger's override_schema, or this program, compiles the stored data otherwise than at the run";
  }
  if (again.solver_version !== stored.solver_version) {
    return `the run was solved by ${stored.solver_version}, this program has ${again.solver_version}`;
  }
  const was_cut = [stored, again].some(({ solver_status }) => solver_status !== "optimal");
  return was_cut
    ? "a limit cut one of the two solves short, and where it does depends on the machine"
    : "the same model gave another solution";
}
