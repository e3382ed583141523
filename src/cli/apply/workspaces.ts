/**
 * Which workspace each thing of the files is in. A description without one leaves a thing where it is on the service, and
 * puts a new one into the first workspace that the key sees.
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

/** The files' things with their workspaces; those that this key does not see are added to `problems`. */
export function placeInWorkspaces({ documents, triggers }: Checked, live: Live, problems: string[]): Desired {
  const names = live.workspaces.map(({ name }) => name);
  const placeOf = (file: DocumentFile | TriggerFile, found: readonly { readonly spec: { workspace: string } }[]) => {
    const { workspace } = file;
    if (workspace === null) return found[0]?.spec.workspace ?? names[0] ?? "";
    if (!names.includes(workspace)) {
      problems.push(
        `${file.file}: workspace: the key sees no workspace ${JSON.stringify(workspace)}, only ${names.join(", ")}; make it in the page or with POST /api/v2/workspaces, or name another`,
      );
    }
    return workspace;
  };
  return {
    documents: documents.map(({ file, spec }) => {
      const workspace = placeOf(file, named(live.documents, spec.name));
      const placed = { ...spec, workspace };
      return { file, spec: placed, digest: documentDigests(placed)[0] };
    }),
    triggers: triggers.map(({ file, spec }) => {
      const workspace = placeOf(file, named(live.triggers, spec.name));
      const placed = { ...spec, workspace };
      return { file, spec: placed, digest: triggerDigests(placed)[0] };
    }),
  };
}

function named<Found extends { readonly spec: { readonly name: string } }>(
  all: readonly Found[],
  name: string,
): Found[] {
  return all.filter(({ spec }) => spec.name === name);
}
