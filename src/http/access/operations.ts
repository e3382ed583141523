/** Rows of keys, workspaces and the audit log. */
import { Type } from "@sinclair/typebox";
import { AUDIT_ACTIONS } from "../../services/access/audit";
import * as examples from "../openapi/examples";
import { listingPageOf } from "../openapi/object_schema";
import * as objects from "../openapi/objects";
import type { Operation } from "../openapi/operation";
import { oneOf, pages } from "../openapi/parameters";

const instant = (description: string) => ({ description, schema: Type.String({ format: "date-time" }) });
const id = (description: string) => ({ description, schema: Type.String() });

export const ACCESS_OPERATIONS = {
  "POST /api/v2/keys": {
    id: "createKey",
    tag: "Keys",
    summary: "Create an API key",
    description: "The key is in this answer alone.",
    access: "admin",
    body: { is_required: true, example: examples.keyBody },
    answers: { 201: { description: "The key.", schema: objects.newKey, example: examples.newKey } },
  },
  "GET /api/v2/keys": {
    id: "listKeys",
    tag: "Keys",
    summary: "List API keys, newest first",
    access: "admin",
    query: pages,
    answers: {
      200: {
        description: "A page of keys.",
        schema: listingPageOf("KeyPage", objects.key),
        example: examples.listingPageOf([examples.key]),
      },
    },
    refusals: ["validation_failed"],
  },
  "DELETE /api/v2/keys/{key_id}": {
    id: "revokeKey",
    tag: "Keys",
    summary: "Revoke an API key",
    description: "It stops working at once. The last live admin key stays.",
    access: "admin",
    answers: { 204: { description: "It is revoked." } },
    refusals: ["key_not_found", "last_admin_key"],
  },
  "GET /api/v2/workspaces": {
    id: "listWorkspaces",
    tag: "Keys",
    summary: "List the workspaces that the key sees, oldest first",
    description: "The first one is where documents and triggers go when nothing is said.",
    access: "viewer",
    answers: {
      200: {
        description: "The workspaces.",
        schema: objects.workspaces,
        example: { items: [examples.workspace] },
      },
    },
  },
  "POST /api/v2/workspaces": {
    id: "createWorkspace",
    tag: "Keys",
    summary: "Create a workspace",
    description: "A key with its id as workspace_id sees the documents and triggers in it alone.",
    access: "admin",
    body: { is_required: true, example: { name: "North" } },
    answers: { 201: { description: "The workspace.", schema: objects.workspace, example: examples.workspace } },
    refusals: ["workspace_exists"],
  },
  "GET /api/v2/applied": {
    id: "getApplied",
    tag: "Service",
    summary: "Tell what apply last put here from files",
    description: "A key limited to a workspace sees that workspace's record.",
    access: "viewer",
    answers: { 200: { description: "The record.", schema: objects.appliedRecord, example: examples.appliedRecord } },
  },
  "PUT /api/v2/applied": {
    id: "putApplied",
    tag: "Service",
    summary: "Keep what apply has put here from files",
    description: "For the apply command: takes the place of the record with that revision, as a whole.",
    access: "editor",
    body: { is_required: true, example: examples.appliedBody },
    answers: {
      200: { description: "The new record.", schema: objects.appliedRecord, example: examples.appliedRecord },
    },
    refusals: ["applied_changed"],
  },
  "GET /api/v2/audit": {
    id: "listAudit",
    tag: "Keys",
    summary: "Tell who changed what and who was turned away, newest first",
    access: "admin",
    query: {
      ...pages,
      action: oneOf(AUDIT_ACTIONS, "Only that action."),
      outcome: oneOf(["done", "refused"], "Only what was done, or only who was turned away."),
      object_id: id("Only what concerns the object of that id."),
      key_id: id("Only what that API key did."),
      from: instant("Only from that instant on."),
      until: instant("Only before that instant."),
    },
    answers: {
      200: {
        description: "A page of the log.",
        schema: listingPageOf("AuditPage", objects.auditEntry),
        example: examples.listingPageOf([examples.auditEntry]),
      },
    },
    refusals: ["validation_failed"],
  },
} as const satisfies Readonly<Record<string, Operation>>;
