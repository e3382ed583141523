/** The present state of the service, in the same normal form as the files. */
import type { WorkspaceObject } from "../../services/access/workspaces";
import type { DocumentObject } from "../../services/documents/document_fields";
import type { FullVersionObject } from "../../services/documents/versions";
import type { ScheduleObject } from "../../services/schedules/schedule_fields";
import type { AppliedRecord } from "../../services/triggers/applied";
import type { TriggerObject } from "../../services/triggers/trigger_fields";
import { type Connection, Refused } from "../remote/connection";
import { listDocuments, listTriggers } from "../remote/find";
import { schedulesOf } from "../remote/schedules";
import type { Kind } from "./base";
import {
  type Digests,
  type DocumentSpec,
  documentDigests,
  scheduleSettings,
  type TriggerSpec,
  triggerDigests,
  triggerSettings,
} from "./spec";

export interface LiveDocument {
  readonly object: DocumentObject;
  readonly spec: DocumentSpec;
  readonly digests: Digests;
}

export interface LiveTrigger {
  readonly object: TriggerObject;
  /** The version that it is pinned to; null when its document was deleted. */
  readonly version: FullVersionObject | null;
  readonly schedules: readonly ScheduleObject[];
  readonly spec: TriggerSpec;
  readonly digests: Digests;
}

export interface Live {
  readonly documents: readonly LiveDocument[];
  readonly triggers: readonly LiveTrigger[];
  readonly record: AppliedRecord;
  /** The workspaces that the key sees; new objects go into the first one. */
  readonly workspaces: readonly WorkspaceObject[];
}

/** Names of the documents and triggers to read; null: all. */
export interface Names {
  readonly documents: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
}

const NOT_FOUND = 404;

/** Reads the documents and triggers with those names, and those in the record. */
export async function readLive(connection: Connection, names: Names | null): Promise<Live> {
  const record = await connection.call<AppliedRecord>("GET", "/applied");
  const recorded = new Set(record.items.map(({ kind, name }) => `${kind} ${name}`));
  const isMeant = (kind: Kind, name: string): boolean =>
    names === null || names[`${kind}s`].has(name) || recorded.has(`${kind} ${name}`);
  const workspaces = (await connection.call<{ items: WorkspaceObject[] }>("GET", "/workspaces")).items;
  const workspace_names = new Map(workspaces.map(({ id, name }) => [id, name]));
  const summaries = await listDocuments(connection);
  const documents: LiveDocument[] = [];
  for (const { id, name } of summaries) {
    if (!isMeant("document", name)) continue;
    const object = await connection.call<DocumentObject>("GET", `/builder/${id}`);
    const { model_json, canvas_json } = object;
    const spec = { name, workspace: workspace_names.get(object.workspace_id) ?? "", model_json, canvas_json };
    documents.push({ object, spec, digests: documentDigests(spec) });
  }
  const document_names = new Map(summaries.map(({ id, name }) => [id, name]));
  const versions = new Map<string, FullVersionObject | null>();
  const triggers: LiveTrigger[] = [];
  for (const object of await listTriggers(connection)) {
    if (!isMeant("trigger", object.name)) continue;
    const version = versions.has(object.version_id)
      ? versions.get(object.version_id)!
      : await findVersion(connection, object);
    versions.set(object.version_id, version);
    const schedules = await schedulesOf(connection, object.id);
    triggers.push(liveTrigger(object, version, { document_names, workspace_names }, schedules));
  }
  return { documents, triggers, record, workspaces };
}

function liveTrigger(
  object: TriggerObject,
  version: FullVersionObject | null,
  {
    document_names,
    workspace_names,
  }: Readonly<Record<"document_names" | "workspace_names", ReadonlyMap<string, string>>>,
  schedules: readonly ScheduleObject[],
): LiveTrigger {
  const spec: TriggerSpec = {
    name: object.name,
    workspace: workspace_names.get(object.workspace_id) ?? "",
    document: document_names.get(object.document_id) ?? "",
    model_digest: version?.content_digest ?? "",
    is_enabled: object.is_enabled,
    fields: triggerSettings(object),
    schedules: schedules.map(scheduleSettings),
  };
  return { object, version, schedules, spec, digests: triggerDigests(spec) };
}

async function findVersion(connection: Connection, trigger: TriggerObject): Promise<FullVersionObject | null> {
  try {
    return await connection.call("GET", `/builder/${trigger.document_id}/versions/${trigger.version_id}`);
  } catch (error) {
    if (error instanceof Refused && error.status === NOT_FOUND) return null;
    throw error;
  }
}
