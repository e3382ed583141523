/**
 * Carries a plan out. When the service refuses a step, the steps before it are undone in reverse order, so that all of
 * the plan is applied or none of it. Deletions cannot be undone, so they come last.
 *
 * A trigger's version never changes. When its model has changed, a new trigger takes over the name, the settings and the
 * schedules. The old one keeps answering under its own id and secret, with the old model, until it is deleted (by hand, or
 * by the next --prune), so that callers can move when they are ready.
 */
import { toTimestamp } from "../../clock";
import { messageOf } from "../../log";
import type { DocumentObject } from "../../services/documents/document_fields";
import type { FullVersionObject } from "../../services/documents/versions";
import type { AppliedItem } from "../../services/triggers/applied";
import { TRIGGER_FIELDS, type TriggerObject } from "../../services/triggers/trigger_fields";
import type { TriggerSecrets } from "../../services/triggers/triggers";
import type { Connection } from "../remote/connection";
import { bodyOf } from "./check";
import type { LiveDocument, LiveTrigger } from "./live";
import type { Step } from "./plan";
import { changeSchedules, moveSchedules } from "./schedule_steps";
import type { NewSecrets } from "./secrets";
import { changesBetween, triggerDigests } from "./spec";
import type { DesiredDocument, DesiredTrigger } from "./workspaces";

const NAME_LENGTH_MAX = 200;

/** Undoes one step. */
export type Undo = () => Promise<unknown>;

export interface Execution {
  readonly connection: Connection;
  readonly now: number;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Called with a warning about a trigger's webhook secret that its receivers must know. */
  readonly onWarning: (name: string, warning: string) => void;
  readonly onSecrets: (name: string, secrets: NewSecrets) => void;
  /** Ids of the service's documents by name; documents that are created are added. */
  readonly document_ids: Map<string, string>;
  /** Ids of the workspaces that the key sees, by name. */
  readonly workspace_ids: ReadonlyMap<string, string>;
  /** The objects as they are on the service after each step, for the record. */
  readonly items: AppliedItem[];
  /** One function for each step that undoes it, in the order in which the steps were done. */
  readonly undo: Undo[];
}

/** Does one step. Throws what the connection throws; the caller then calls takeBack. */
export async function execute(run: Execution, step: Step): Promise<void> {
  if (step.action === "delete") return remove(run, step);
  if (step.action === "orphan") return keepOrphan(run, step);
  if (step.kind === "document") {
    return executeDocument(run, step, step.desired as DesiredDocument, step.live as LiveDocument | null);
  }
  return executeTrigger(run, step, step.desired as DesiredTrigger, step.live as LiveTrigger | null);
}

/** Undoes every step. Returns a sentence for each one that could not be undone, which leaves something changed. */
export async function takeBack(run: Execution): Promise<string[]> {
  const failures: string[] = [];
  for (const undo of run.undo.toReversed()) {
    try {
      await undo();
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  return failures;
}

async function executeDocument(
  run: Execution,
  { action, name }: Step,
  { spec, digest }: DesiredDocument,
  live: LiveDocument | null,
): Promise<void> {
  const { connection } = run;
  const { model_json, canvas_json } = spec;
  const workspace_id = run.workspace_ids.get(spec.workspace)!;
  let id = live?.object.id ?? "";
  if (action === "create") {
    const made = await connection.call<DocumentObject>("POST", "/builder", {
      name,
      model_json,
      canvas_json,
      workspace_id,
    });
    id = made.id;
    run.undo.push(() => connection.call("DELETE", `/builder/${id}`));
  } else if (action === "update") {
    const { object } = live!;
    const before = {
      model_json: object.model_json,
      canvas_json: object.canvas_json,
      workspace_id: object.workspace_id,
    };
    await connection.call("PUT", `/builder/${id}`, { model_json, canvas_json, workspace_id });
    run.undo.push(() => connection.call("PUT", `/builder/${id}`, before));
  }
  if (action !== "none") await connection.call("POST", `/builder/${id}/versions`, {});
  run.document_ids.set(name, id);
  run.items.push({ kind: "document", name, object_id: id, digest });
}

async function executeTrigger(
  run: Execution,
  { action, name }: Step,
  desired: DesiredTrigger,
  live: LiveTrigger | null,
): Promise<void> {
  let id = live?.object.id ?? "";
  if (action === "create") id = await createTrigger(run, desired, null);
  if (action === "replace") {
    id = await createTrigger(run, desired, live!);
    await retire(run, live!, name);
  }
  if (action === "update") await updateTrigger(run, desired, live!);
  run.items.push({ kind: "trigger", name, object_id: id, digest: desired.digest });
}

async function createTrigger(run: Execution, desired: DesiredTrigger, old: LiveTrigger | null): Promise<string> {
  const { connection } = run;
  const { file, spec } = desired;
  const document_id = run.document_ids.get(spec.document)!;
  const version = await findOrMakeVersion(run, document_id, desired);
  const made = await connection.call<TriggerObject & Omit<NewSecrets, "trigger_id"> & Pick<TriggerSecrets, "warnings">>(
    "POST",
    "/triggers",
    {
      ...bodyOf(file),
      document_id,
      version_id: version,
      workspace_id: run.workspace_ids.get(spec.workspace)!,
      ...webhookSecret(run, desired),
    },
  );
  run.undo.push(() => connection.call("DELETE", `/triggers/${made.id}`));
  const { trigger_secret, webhook_secret, warnings = [] } = made;
  for (const warning of warnings) run.onWarning(spec.name, warning);
  run.onSecrets(spec.name, {
    trigger_id: made.id,
    trigger_secret,
    ...(webhook_secret === undefined ? {} : { webhook_secret }),
  });
  await moveSchedules(run, old, made.id, spec.schedules);
  if (!spec.is_enabled) await connection.call("POST", `/triggers/${made.id}/toggle`, { enabled: false });
  return made.id;
}

/** Freezes the document's model as a version, or the trigger's own model when its file has one. */
async function findOrMakeVersion(run: Execution, document_id: string, { file, spec }: DesiredTrigger): Promise<string> {
  const path = `/builder/${document_id}/versions`;
  const body = file.model_json === undefined ? {} : { model_json: file.model_json };
  const version = await run.connection.call<FullVersionObject>("POST", path, body);
  if (version.content_digest === spec.model_digest) return version.id;
  throw new Error(`the service froze another model for ${spec.name} than the files hold; run apply again`);
}

function webhookSecret(run: Execution, { file }: DesiredTrigger): { webhook_secret?: string } {
  const variable = file.webhook_secret_env;
  const secret = variable === null ? undefined : run.environment[variable];
  return secret === undefined ? {} : { webhook_secret: secret };
}

/** Frees the name. The old trigger stays in the record, so that a later --prune finds it. */
async function retire(run: Execution, { object, spec }: LiveTrigger, name: string): Promise<void> {
  const until = ` (until ${toTimestamp(run.now).slice(0, 19)}Z)`;
  const old_name = name.slice(0, NAME_LENGTH_MAX - until.length) + until;
  await run.connection.call("PATCH", `/triggers/${object.id}`, { name: old_name });
  run.undo.push(() => run.connection.call("PATCH", `/triggers/${object.id}`, { name }));
  const [digest] = triggerDigests({ ...spec, name: old_name, schedules: [] });
  run.items.push({ kind: "trigger", name: old_name, object_id: object.id, digest });
}

async function updateTrigger(run: Execution, desired: DesiredTrigger, live: LiveTrigger): Promise<void> {
  const { connection } = run;
  const { object, spec: before } = live;
  const { spec } = desired;
  const path = `/triggers/${object.id}`;
  const toggle = (enabled: boolean) => connection.call("POST", `${path}/toggle`, { enabled });
  const change = changesBetween(TRIGGER_FIELDS, before.fields, spec.fields);
  if (Object.keys(change).length > 0) {
    const { warnings = [] } = await connection.call<TriggerSecrets>("PATCH", path, {
      ...change,
      ...("webhook_url" in change ? webhookSecret(run, desired) : {}),
    });
    for (const warning of warnings) run.onWarning(spec.name, warning);
    run.undo.push(() => connection.call("PATCH", path, changesBetween(TRIGGER_FIELDS, spec.fields, before.fields)));
  }
  // Schedules of a disabled trigger are refused, so a trigger is enabled first and disabled last.
  if (spec.is_enabled && !before.is_enabled) {
    await toggle(true);
    run.undo.push(() => toggle(false));
  }
  await changeSchedules(run, live, spec.schedules);
  if (!spec.is_enabled && before.is_enabled) {
    await toggle(false);
    run.undo.push(() => toggle(true));
  }
}

async function remove(run: Execution, { kind, live }: Step): Promise<void> {
  await run.connection.call(
    "DELETE",
    kind === "trigger" ? `/triggers/${live!.object.id}` : `/builder/${live!.object.id}`,
  );
  // A delete cannot be undone, so the steps before it are recorded now.
  run.undo.length = 0;
}

async function keepOrphan(run: Execution, { kind, name, live, digest }: Step): Promise<void> {
  run.items.push({ kind, name, object_id: live!.object.id, digest });
}
