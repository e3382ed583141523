/** `apply DIR`: changes the service so that it matches the files. */
import type { AppliedRecord } from "../../services/triggers/applied";
import { EXIT_CODES } from "../exit_codes";
import { listDocuments } from "../remote/find";
import { Misuse, optionOf, type Session, wordAt } from "../remote/session";
import { type Base, baseKey, type Kind, readBase, writeBase } from "./base";
import { type Checked, checkFiles } from "./check";
import { type Execution, execute, takeBack } from "./execute";
import { readFiles } from "./files";
import { type Live, readLive } from "./live";
import { type Action, makePlan, type Step } from "./plan";
import { type NewSecrets, SecretsFile } from "./secrets";
import { assignWorkspaces, type DesiredTrigger } from "./workspaces";

const SIGNS: Readonly<Record<Action, string>> = {
  none: "=",
  create: "+",
  update: "~",
  replace: "±",
  delete: "-",
  orphan: "?",
  conflict: "!",
};

export async function apply(session: Session): Promise<number> {
  const { terminal, parsed } = session;
  const directory = wordAt(session, 0);
  const faults: string[] = [];
  const checked = checkFiles(terminal, readFiles(directory, faults), faults);
  if (faults.length > 0) return tellFaults(session, faults);
  const base = readBase(directory);
  const live = await readLive(session.connection, namesOf(checked));
  const desired = assignWorkspaces(checked, live, faults);
  if (faults.length > 0) return tellFaults(session, faults);
  const plan = makePlan(desired, live, base, {
    is_pruning: parsed.options.prune !== undefined,
    is_overwriting: parsed.options.overwrite !== undefined,
    is_moving: parsed.options.move !== undefined,
  });
  const is_dry = parsed.options["dry-run"] !== undefined;
  if (plan.some(({ action }) => action === "conflict") || is_dry || !plan.some(isChange)) {
    showPlan(session, plan, live, false);
    if (plan.some(({ action }) => action === "conflict")) {
      terminal.err("jaot-triggers: there are conflicts; nothing was changed\n");
      return EXIT_CODES.refused;
    }
    if (!is_dry) await keepRecord(session, plan, live.record, base, directory);
    return 0;
  }
  return carryOut(session, plan, live, directory);
}

function tellFaults({ terminal }: Session, faults: readonly string[]): number {
  for (const fault of faults) terminal.err(`${fault}\n`);
  terminal.err(
    `jaot-triggers: ${faults.length} ${faults.length === 1 ? "problem" : "problems"}; nothing was changed\n`,
  );
  return EXIT_CODES.failed;
}

async function carryOut(session: Session, plan: readonly Step[], live: Live, directory: string): Promise<number> {
  const { terminal, connection } = session;
  requireWebhookSecrets(session, plan);
  const secrets = secretsOf(session, plan);
  showPlan(session, plan, live, true);
  const shown: [string, NewSecrets][] = [];
  const run: Execution = {
    connection,
    now: terminal.clock.now(),
    environment: terminal.environment,
    onSecrets: (name, made) => (secrets === null ? void shown.push([name, made]) : secrets.keep(name, made)),
    onWarning: (name, warning) => terminal.err(`warning: trigger ${name}: ${warning}\n`),
    document_ids: new Map((await listDocuments(connection)).map(({ name, id }) => [name, id])),
    workspace_ids: new Map(live.workspaces.map(({ name, id }) => [name, id])),
    items: [],
    undo: [],
  };
  try {
    for (const step of plan) await execute(run, step);
  } catch (error) {
    await tellTakenBack(session, run);
    throw error;
  }
  await connection.call("PUT", "/applied", { revision: live.record.revision, items: run.items });
  writeBase(directory, baseOf(run.items));
  for (const [name, made] of shown) terminal.out(`${name}  ${made.trigger_id}  secret ${made.trigger_secret}\n`);
  if (shown.length > 0) terminal.err("secrets are shown this once\n");
  return 0;
}

async function tellTakenBack(session: Session, run: Execution): Promise<void> {
  const failures = await takeBack(run);
  if (failures.length === 0)
    session.terminal.err("jaot-triggers: a step failed; what was done before it was taken back\n");
  for (const failure of failures) session.terminal.err(`jaot-triggers: not taken back: ${failure}\n`);
}

/** Updates the record when nothing else has to change, because the files and the service agree. */
async function keepRecord(
  { connection }: Session,
  plan: readonly Step[],
  record: AppliedRecord,
  base: Base,
  directory: string,
): Promise<void> {
  const items = plan.map(({ kind, name, live, digest }) => ({ kind, name, object_id: live!.object.id, digest }));
  const known = new Map(
    record.items.map(({ kind, name, object_id, digest }) => [baseKey(kind, name), object_id + digest]),
  );
  const is_known = items.every(
    ({ kind, name, object_id, digest }) => known.get(baseKey(kind, name)) === object_id + digest,
  );
  if (!is_known || items.length !== known.size)
    await connection.call("PUT", "/applied", { revision: record.revision, items });
  const next = baseOf(items);
  if (next.size !== base.size || [...next].some(([key, digest]) => base.get(key) !== digest))
    writeBase(directory, next);
}

/** Checks that the secrets of new triggers are there, before anything is created. */
function requireWebhookSecrets({ terminal }: Session, plan: readonly Step[]): void {
  for (const { action, name, desired } of plan) {
    if (desired === null || !("schedules" in desired.spec) || (action !== "create" && action !== "replace")) continue;
    const variable = (desired as DesiredTrigger).file.webhook_secret_env;
    if (variable === null || terminal.environment[variable] !== undefined) continue;
    throw new Misuse(
      `trigger ${name}: its webhook_secret_env ${variable} is not set in the environment; nothing was changed`,
    );
  }
}

/** The file for new secrets. Without a terminal a file is required, because a log must not hold secrets. */
function secretsOf(session: Session, plan: readonly Step[]): SecretsFile | null {
  const path = optionOf(session, "secrets-file");
  if (path !== null) return new SecretsFile(path);
  const made = plan.filter(({ kind, action }) => kind === "trigger" && (action === "create" || action === "replace"));
  if (made.length === 0 || session.terminal.is_interactive) return null;
  throw new Misuse(
    `${made.length} new ${made.length === 1 ? "trigger has a secret" : "triggers have secrets"}, shown once: give a --secrets-file to keep them in; nothing was changed`,
  );
}

function isChange({ action }: Step): boolean {
  return action === "create" || action === "update" || action === "replace" || action === "delete";
}

function showPlan({ terminal, parsed }: Session, plan: readonly Step[], live: Live, is_applied: boolean): void {
  if (parsed.options.json !== undefined) {
    const steps = plan.map(({ action, kind, name, reason, desired, live }) => ({
      action,
      kind,
      name,
      reason,
      workspace: (desired ?? live)?.spec.workspace ?? null,
      id: live?.object.id ?? null,
    }));
    terminal.out(`${JSON.stringify({ plan: steps, changes: plan.filter(isChange).length, is_applied })}\n`);
    return;
  }
  for (const { action, kind, name, reason, desired } of plan) {
    if (action === "none") continue;
    // With a key that sees several workspaces, the plan says in which one an object is created.
    const place =
      action === "create" && live.workspaces.length > 1 ? `, in the workspace ${desired!.spec.workspace}` : "";
    terminal.out(`${SIGNS[action]} ${kind} ${name}: ${wordsOf(action, reason)}${place}\n`);
  }
  const changes = plan.filter(isChange).length;
  const same = plan.filter(({ action }) => action === "none").length;
  terminal.out(`${changes} to change, ${same} as they are\n`);
}

function wordsOf(action: Action, reason: string): string {
  if (action === "create") return `new, from ${reason}`;
  if (action === "replace") return `${reason}; a new trigger takes the name, the old one answers until it is deleted`;
  return reason;
}

function namesOf({ documents, triggers }: Checked) {
  return {
    documents: new Set(documents.map(({ spec }) => spec.name)),
    triggers: new Set(triggers.map(({ spec }) => spec.name)),
  };
}

function baseOf(items: readonly { kind: Kind; name: string; digest: string }[]): Base {
  return new Map(items.map(({ kind, name, digest }) => [baseKey(kind, name), digest]));
}
