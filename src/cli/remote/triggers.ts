/** `triggers list|create|show|enable|disable|rotate-secret|delete`. */
import { readFileSync } from "node:fs";
import { messageOf } from "../../log";
import type { FullVersionObject, VersionObject } from "../../services/documents/versions";
import type { TriggerObject } from "../../services/triggers/triggers";
import { FileProblem } from "../model_file";
import type { Connection } from "./connection";
import { findDocument, findTrigger, findTriggerId, listTriggers as listAll } from "./find";
import { Misuse, numberOption, optionOf, type Session, tell, wordAt } from "./session";
import { facts, table } from "./table";

const EXPECT_SECONDS_MAX = 31_536_000;
const INTEGER_MAX = 1_000_000;
const GRACE_SECONDS_MAX = 604_800;

type NewTrigger = TriggerObject & { readonly trigger_secret: string; readonly webhook_secret?: string };

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
  const name = optionOf(session, "name");
  const document = optionOf(session, "document");
  if (name === null) throw new Misuse("triggers create: give the trigger a --name");
  if (document === null) throw new Misuse("triggers create: give the --document whose model it solves, by name or id");
  const { id: document_id } = await findDocument(connection, document);
  const made = await connection.call<NewTrigger>("POST", "/triggers", {
    name,
    document_id,
    version_id: await versionOf(connection, document_id, optionOf(session, "version")),
    ...text(session, "description"),
    ...text(session, "webhook-url"),
    ...schemaOf(session),
    ...whole(session, "priority", 0, 9),
    ...whole(session, "max-concurrent-runs", 1, INTEGER_MAX),
    ...whole(session, "expect-within-seconds", 1, EXPECT_SECONDS_MAX),
  });
  tell(session, made, (trigger) =>
    facts({
      trigger: trigger.id,
      secret: trigger.trigger_secret,
      ...(trigger.webhook_secret === undefined ? {} : { "webhook secret": trigger.webhook_secret }),
    }),
  );
  if (session.terminal.is_interactive) session.terminal.err("secrets are shown this once\n");
  return 0;
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

/** A version by id, by number or by name; without any, a checkpoint of the document as it is. */
async function versionOf(connection: Connection, document_id: string, word: string | null): Promise<string> {
  if (word?.startsWith("ver_")) return word;
  const path = `/builder/${document_id}/versions`;
  if (word === null) return (await connection.call<FullVersionObject>("POST", path, {})).id;
  const versions = await connection.call<VersionObject[]>("GET", `${path}?limit=1000`);
  const found = versions.filter((one) => String(one.sequence) === word || one.version_name === word);
  if (found.length === 1) return found[0]!.id;
  throw new Misuse(`--version ${word}: ${found.length === 0 ? "no version" : "more than one version"} is called so`);
}

function text(session: Session, option: string): Record<string, string> {
  const value = optionOf(session, option);
  return value === null ? {} : { [option.replaceAll("-", "_")]: value };
}

function whole(session: Session, option: string, min: number, max: number): Record<string, number> {
  if (optionOf(session, option) === null) return {};
  return { [option.replaceAll("-", "_")]: numberOption(session, option, min, min, max) };
}

function schemaOf(session: Session): { override_schema?: unknown } {
  const path = optionOf(session, "override-schema");
  if (path === null) return {};
  try {
    return { override_schema: JSON.parse(readFileSync(path, "utf8")) };
  } catch (error) {
    throw new FileProblem(`--override-schema ${path}: ${messageOf(error)}`);
  }
}

function describe(trigger: TriggerObject): string {
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
    priority: trigger.priority,
    "runs at once": trigger.max_concurrent_runs ?? "any",
    ...(trigger.expect_within_seconds === null ? {} : { "expected every": `${trigger.expect_within_seconds} s` }),
    ...(trigger.overdue_since === null ? {} : { "overdue since": trigger.overdue_since }),
    runs: trigger.total_runs,
    "last fired": trigger.last_fired_at,
    inputs: trigger.override_schema === null ? "all of the model" : JSON.stringify(trigger.override_schema),
  });
}
