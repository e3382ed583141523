/** Finds objects by their id, or by their name when only one object has it. */
import { nearestName } from "../../nearest";
import type { TriggerObject } from "../../services/triggers/trigger_fields";
import { type Connection, Refused } from "./connection";

/** A document without its model, as a listing shows it. */
export interface DocumentSummary {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
  readonly updated_at: string;
}

const LISTED_MAX = 1000;
const NOT_FOUND = 404;
const CONFLICT = 409;

export async function findTrigger(connection: Connection, word: string): Promise<TriggerObject> {
  if (word.startsWith("trg_")) return connection.call("GET", `/triggers/${encodeURIComponent(word)}`);
  return only("trigger", word, await listTriggers(connection));
}

/** The id of a trigger. When the word already is an id, no request is made. */
export async function findTriggerId(connection: Connection, word: string): Promise<string> {
  return word.startsWith("trg_") ? encodeURIComponent(word) : (await findTrigger(connection, word)).id;
}

export async function findDocument(connection: Connection, word: string): Promise<{ readonly id: string }> {
  if (word.startsWith("doc_")) return { id: encodeURIComponent(word) };
  return only("document", word, await listDocuments(connection));
}

export function listTriggers(connection: Connection): Promise<TriggerObject[]> {
  return connection.call("GET", "/triggers");
}

export async function listDocuments(connection: Connection): Promise<DocumentSummary[]> {
  const all: DocumentSummary[] = [];
  for (;;) {
    const part = await connection.call<DocumentSummary[]>("GET", `/builder?skip=${all.length}&limit=${LISTED_MAX}`);
    all.push(...part);
    if (part.length < LISTED_MAX) return all;
  }
}

function only<Item extends { id: string; name: string }>(what: string, name: string, items: readonly Item[]): Item {
  const found = items.filter((item) => item.name === name);
  if (found.length === 1) return found[0]!;
  if (found.length > 1) {
    const ids = found.map(({ id }) => id).join(", ");
    throw new Refused(
      CONFLICT,
      null,
      `${found.length} ${what}s are named ${JSON.stringify(name)}; give the id: ${ids}`,
    );
  }
  const nearest = nearestName(
    name,
    items.map((item) => item.name),
  );
  const hint = nearest === null ? "" : `; did you mean ${JSON.stringify(nearest)}?`;
  throw new Refused(NOT_FOUND, null, `no ${what} is named ${JSON.stringify(name)}${hint}`);
}
