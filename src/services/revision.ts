/**
 * Lets a change require a revision, so that nobody overwrites a state they have not seen (RFC 9110, 13.1.1). The revision of an
 * object is a digest of the fields that people set. It changes with every such change, no matter who made it and how, and
 * not with runs, ticks and deliveries. Switches are left out, because setting one does not depend on its value before.
 */
import { createHash } from "node:crypto";
import { Refusal } from "../refusals";
import type { FieldTable } from "./field_table";

const HEX_DIGITS = 20;
const SWITCH = "is_enabled";

/** Revisions at which the change is accepted; null: any. */
export type ExpectedRevisions = readonly string[] | null;

/** The revision of a stored object, from the columns that people set. */
export function revisionOf(table: FieldTable, row: object): string {
  const columns = row as Readonly<Record<string, unknown>>;
  const hash = createHash("sha256");
  for (const [name, { change }] of Object.entries(table)) {
    if (change !== "set" || name === SWITCH || !(name in columns)) continue;
    const value = columns[name] ?? null;
    const text = value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
    hash.update(`${name} ${value === null ? "null" : text.length} `).update(text);
  }
  return hash.digest("hex").slice(0, HEX_DIGITS);
}

/** Refuses a change when the object is no longer as its sender has seen it. Call this in the transaction that changes it. */
export function requireRevision(expected: ExpectedRevisions, table: FieldTable, row: object | null): void {
  if (expected === null || row === null) return;
  const revision = revisionOf(table, row);
  if (expected.includes(revision)) return;
  throw new Refusal(
    "changed_elsewhere",
    `It was changed by someone else: its revision is ${revision}, and If-Match names another. Read it again, then change it`,
    { fields: { revision } },
  );
}
