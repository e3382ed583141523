/** Names the workspace of an object when there is more than one workspace. */
import { useGet } from "../api/queries";

const STALE_MS = 300_000;

interface Workspace {
  readonly id: string;
  readonly name: string;
}

/** All workspaces that the key can see; empty until they are loaded. */
export function useWorkspaces(): readonly Workspace[] {
  const workspaces = useGet<{ items: Workspace[] } | Workspace[]>("/workspaces", { stale_ms: STALE_MS }).data;
  if (workspaces === undefined) return [];
  return Array.isArray(workspaces) ? workspaces : workspaces.items;
}

export function useWorkspaceNote(workspace_id: string): string {
  const workspaces = useWorkspaces();
  const found = workspaces.find(({ id }) => id === workspace_id);
  return found === undefined || workspaces.length < 2 ? "" : ` · workspace ${found.name}`;
}
