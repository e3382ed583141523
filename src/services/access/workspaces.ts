/** Workspaces: parts of an organization. A key is limited to one of them or sees them all. */
import { toTimestamp } from "../../clock";
import { Refusal } from "../../refusals";
import {
  findWorkspace,
  hasWorkspaceNamed,
  insertWorkspace,
  listWorkspaces as listWorkspaceRows,
  type Scope,
  type WorkspaceRow,
} from "../../storage/access";
import type { Context, Principal } from "../context";
import { recordChange } from "./audit";

export interface WorkspaceObject {
  readonly id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly created_at: string;
}

/** The workspaces that the key sees, oldest first. New objects go into the first one by default. */
export function listWorkspaces(context: Pick<Context, "db">, principal: Principal): { items: WorkspaceObject[] } {
  return { items: listWorkspaceRows(context.db, principal).map(workspaceObject) };
}

export async function createWorkspace(
  context: Pick<Context, "clock" | "ids" | "writer">,
  principal: Principal,
  name: string,
): Promise<WorkspaceObject> {
  const { organization_id } = principal;
  const row = { id: context.ids.next("workspace"), organization_id, name, created_at: context.clock.now() };
  await context.writer.write((transaction) => {
    if (hasWorkspaceNamed(transaction.db, organization_id, name)) {
      throw new Refusal(
        "workspace_exists",
        `There is a workspace ${JSON.stringify(name)} already; choose another name`,
      );
    }
    insertWorkspace(transaction, row);
    recordChange(context, transaction, principal, "workspace.create", row.id, name);
  });
  return workspaceObject(row);
}

/** The requested workspace, or the first one that the key sees. Refuses 422 a workspace that the key does not see. */
export function requireWorkspace(context: Pick<Context, "db">, scope: Scope, workspace_id: string | null): string {
  const id = findWorkspace(context.db, scope, workspace_id);
  if (id !== null) return id;
  const msg = `no workspace ${workspace_id}; GET /workspaces lists them, without workspace_id it is the first one`;
  throw new Refusal("validation_failed", "Workspace not found", {
    detail: [{ loc: ["body", "workspace_id"], msg, type: "unknown_workspace" }],
  });
}

function workspaceObject({ id, organization_id, name, created_at }: WorkspaceRow): WorkspaceObject {
  return { id, organization_id, name, created_at: toTimestamp(created_at) };
}
