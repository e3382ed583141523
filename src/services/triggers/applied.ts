/** The record of `apply`: which documents and triggers come from files, and their state after the last apply. */
import { createHash } from "node:crypto";
import { toTimestamp } from "../../clock";
import { Refusal } from "../../refusals";
import { type AppliedRow, type AppliedScope, listApplied, replaceApplied } from "../../storage/applied";
import { recordChange } from "../access/audit";
import type { Context, Principal } from "../context";

/** One object of the record. */
export interface AppliedItem {
  readonly kind: AppliedRow["kind"];
  readonly name: string;
  readonly object_id: string;
  /** SHA-256 of its state in the files. */
  readonly digest: string;
}

export interface AppliedRecord {
  /** Changes with every change of the record. */
  readonly revision: string;
  readonly items: readonly (AppliedItem & { readonly applied_at: string })[];
}

export function getApplied(context: Pick<Context, "db">, principal: Principal): AppliedRecord {
  return recordOf(listApplied(context.db, scopeOf(principal)));
}

/** Replaces the record that has that revision. Refuses when another apply has replaced it first. */
export async function putApplied(
  context: Pick<Context, "clock" | "writer">,
  principal: Principal,
  input: { revision: string; items: readonly AppliedItem[] },
): Promise<AppliedRecord> {
  const applied_at = context.clock.now();
  const scope = scopeOf(principal);
  return await context.writer.write((transaction) => {
    const before = listApplied(transaction.db, scope);
    if (recordOf(before).revision !== input.revision) {
      throw new Refusal("applied_changed", "Another apply has changed the record meanwhile; run apply again");
    }
    replaceApplied(
      transaction,
      scope,
      input.items.map((item) => rowOf(item, scope, before, applied_at)),
    );
    recordChange(context, transaction, principal, "apply", principal.organization_id, `${input.items.length} objects`);
    return recordOf(listApplied(transaction.db, scope));
  });
}

function rowOf(item: AppliedItem, scope: AppliedScope, before: readonly AppliedRow[], now: number): AppliedRow {
  const { kind, name, object_id, digest } = item;
  const known = before.find((row) => row.kind === kind && row.name === name);
  const is_same = known?.digest === digest && known.object_id === object_id;
  return { ...scope, kind, name, object_id, digest, applied_at: is_same ? known.applied_at : now };
}

function scopeOf({ organization_id, workspace_id }: Principal): AppliedScope {
  return { organization_id, workspace_id: workspace_id ?? "" };
}

function recordOf(rows: readonly AppliedRow[]): AppliedRecord {
  const hash = createHash("sha256");
  for (const { kind, name, object_id, digest } of rows) hash.update(JSON.stringify([kind, name, object_id, digest]));
  return {
    revision: hash.digest("hex"),
    items: rows.map(({ kind, name, object_id, digest, applied_at }) => ({
      kind,
      name,
      object_id,
      digest,
      applied_at: toTimestamp(applied_at),
    })),
  };
}
