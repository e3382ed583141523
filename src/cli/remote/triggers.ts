/** `triggers list|create|update|show|enable|disable|rotate-secret|delete`. */
import type { FullVersionObject, VersionObject } from "../../services/documents/versions";
import { TRIGGER_FIELDS, type TriggerObject } from "../../services/triggers/trigger_fields";
import type { Connection } from "./connection";
import { fieldFacts, fieldsGiven } from "./field_options";
import { findDocument, findTrigger, findTriggerId, listTriggers as listAll } from "./find";
import { Misuse, numberOption, optionOf, type Session, tell, wordAt } from "./session";
import { facts, table } from "./table";

const GRACE_SECONDS_MAX = 604_800;

type ChangedTrigger = TriggerObject & { readonly webhook_secret?: string };
type NewTrigger = ChangedTrigger & { readonly trigger_secret: string };

export async function listTriggers(session: Session): Promise<number> {
  tell(session, await listAll(session.connection), (triggers) =>
    table(
      ["TRIGGER", "NAME", "MODEL", "ENABLED", "RUNS", "LAST FIRED"],
      triggers.map((row) => [row.id, row.name, row.model_name, row.is_enabled, row.total_runs, row.last_fired_at]),
    ),
  );
  return 0;
}

export async function showTrigger(session: Session): Promise<number> {
  tell(session, await findTrigger(session.connection, wordAt(session, 1)), describe);
  return 0;
}

export async function createTrigger(session: Session): Promise<number> {
  const { connection } = session;
  const document = optionOf(session, "document");
  const fields = fieldsGiven(session, TRIGGER_FIELDS);
  if (fields.name === undefined) throw new Misuse("triggers create: give the trigger a --name");
  if (document === null) throw new Misuse("triggers create: give the --document whose model it solves, by name or id");
  const { id: document_id } = await findDocument(connection, document);
  const version_id = await versionOf(connection, document_id, optionOf(session, "version"));
  const made = await connection.call<NewTrigger>("POST", "/triggers", { ...fields, document_id, version_id });
  tell(session, made, (trigger) =>
    facts({ trigger: trigger.id, secret: trigger.trigger_secret, ...secretFact(trigger) }),
  );
  if (session.terminal.is_interactive) session.terminal.err("secrets are shown this once\n");
  return 0;
}

/** Changes the given fields. A webhook that has no secret yet gets one, which is shown once. */
export async function updateTrigger(session: Session): Promise<number> {
  const { connection, terminal } = session;
  const change = fieldsGiven(session, TRIGGER_FIELDS);
  if (Object.keys(change).length === 0) {
    throw new Misuse("triggers update: give what to change, such as --priority 7; triggers --help lists the options");
  }
  const trigger_id = await findTriggerId(connection, wordAt(session, 1));
  const changed = await connection.call<ChangedTrigger>("PATCH", `/triggers/${trigger_id}`, change);
  tell(session, changed, describe);
  if (changed.webhook_secret !== undefined && terminal.is_interactive) terminal.err("secrets are shown this once\n");
  return 0;
}

function secretFact({ webhook_secret }: ChangedTrigger): Record<string, string> {
  return webhook_secret === undefined ? {} : { "webhook secret": webhook_secret };
}

export async function rotateSecret(session: Session): Promise<number> {
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const grace_seconds = numberOption(session, "grace-seconds", 0, 0, GRACE_SECONDS_MAX);
  const path = `/triggers/${trigger_id}/rotate-secret`;
  tell(
    session,
    await session.connection.call<NewTrigger>("POST", path, { grace_seconds }),
    (made) => made.trigger_secret,
  );
  return 0;
}

export const enableTrigger = (session: Session): Promise<number> => toggle(session, true);
export const disableTrigger = (session: Session): Promise<number> => toggle(session, false);

export async function deleteTrigger(session: Session): Promise<number> {
  const { id, name } = await findTrigger(session.connection, wordAt(session, 1));
  await session.connection.call("DELETE", `/triggers/${id}`);
  tell(session, { deleted: id }, () => `deleted ${id} (${name}) and its runs`);
  return 0;
}

async function toggle(session: Session, enabled: boolean): Promise<number> {
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const trigger = await session.connection.call<TriggerObject>("POST", `/triggers/${trigger_id}/toggle`, { enabled });
  tell(session, trigger, () => `${enabled ? "enabled" : "disabled"} ${trigger.id}`);
  return 0;
}

/** Finds a version by id, by number or by name. When none is named, makes a checkpoint of the document as it is. */
async function versionOf(connection: Connection, document_id: string, word: string | null): Promise<string> {
  if (word?.startsWith("ver_")) return word;
  const path = `/builder/${document_id}/versions`;
  if (word === null) return (await connection.call<FullVersionObject>("POST", path, {})).id;
  const versions = await connection.call<VersionObject[]>("GET", `${path}?limit=1000`);
  const found = versions.filter((one) => String(one.sequence) === word || one.version_name === word);
  if (found.length === 1) return found[0]!.id;
  throw new Misuse(`--version ${word}: ${found.length === 0 ? "no version" : "more than one version"} is called so`);
}

function describe(trigger: ChangedTrigger): string {
  return facts({
    trigger: trigger.id,
    name: trigger.name,
    description: trigger.description,
    model: trigger.model_name,
    document: trigger.document_id,
    version: trigger.version_id,
    enabled: trigger.is_enabled,
    scheduled: trigger.has_active_schedule,
    webhook: trigger.webhook_url,
    ...secretFact(trigger),
    ...fieldFacts(TRIGGER_FIELDS, trigger),
    ...(trigger.overdue_since === null ? {} : { "overdue since": trigger.overdue_since }),
    runs: trigger.total_runs,
    "last fired": trigger.last_fired_at,
    inputs: trigger.override_schema === null ? "all of the model" : JSON.stringify(trigger.override_schema),
  });
}
