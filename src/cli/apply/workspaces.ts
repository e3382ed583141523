/**
 * Finds the workspace of each document and trigger of the files. When a description names none, an existing object stays
 * where it is on the service, and a new one goes into the first workspace that the key sees.
 */
import type { Checked } from "./check";
import type { DocumentFile, TriggerFile } from "./files";
import type { Live } from "./live";
import { type DocumentSpec, documentDigests, type TriggerSpec, triggerDigests } from "./spec";

/** A document as it should be. */
export interface DesiredDocument {
  readonly file: DocumentFile;
  readonly spec: DocumentSpec;
  readonly digest: string;
}

/** A trigger as it should be. */
export interface DesiredTrigger {
  readonly file: TriggerFile;
  readonly spec: TriggerSpec;
  readonly digest: string;
}

export interface Desired {
  readonly documents: readonly DesiredDocument[];
  readonly triggers: readonly DesiredTrigger[];
}

/** The documents and triggers of the files with their workspaces. A workspace that this key does not see is a fault. */
export function assignWorkspaces({ documents, triggers }: Checked, live: Live, faults: string[]): Desired {
  const names = live.workspaces.map(({ name }) => name);
  const workspaceOf = (
    file: DocumentFile | TriggerFile,
    found: readonly { readonly spec: { workspace: string } }[],
  ) => {
    const { workspace } = file;
    if (workspace === null) return found[0]?.spec.workspace ?? names[0] ?? "";
    if (!names.includes(workspace)) {
      faults.push(
        `${file.file}: workspace: the key sees no workspace ${JSON.stringify(workspace)}, only ${names.join(", ")}; make it in the page or with POST /api/v2/workspaces, or name another`,
      );
    }
    return workspace;
  };
  return {
    documents: documents.map(({ file, spec }) => {
      const workspace = workspaceOf(file, named(live.documents, spec.name));
      const assigned = { ...spec, workspace };
      return { file, spec: assigned, digest: documentDigests(assigned)[0] };
    }),
    triggers: triggers.map(({ file, spec }) => {
      const workspace = workspaceOf(file, named(live.triggers, spec.name));
      const assigned = { ...spec, workspace };
      return { file, spec: assigned, digest: triggerDigests(assigned)[0] };
    }),
  };
}

function named<Found extends { readonly spec: { readonly name: string } }>(
  all: readonly Found[],
  name: string,
): Found[] {
  return all.filter(({ spec }) => spec.name === name);
}
