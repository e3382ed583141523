/** /api/v2/triggers, for clients with an API key. */
import type { Context, QueueParts, StorageParts, VisitParts, WebhookParts } from "../../services/context";
import type { FieldTable } from "../../services/field_table";
import { TRIGGER_FIELDS, type TriggerChange } from "../../services/triggers/trigger_fields";
import {
  createTrigger,
  deleteTrigger,
  getTrigger,
  listTriggers,
  rotateSecret,
  toggleTrigger,
  updateTrigger,
} from "../../services/triggers/triggers";
import { requireRole } from "../edge/authenticate";
import { expectedRevisions, tagged } from "../edge/revisions";
import { API, keyedRoutes } from "../edge/router";
import { rotateBody, toggleBody, triggerBody, triggerChangeBody } from "./bodies";

type TriggerRouteContext = StorageParts &
  QueueParts &
  WebhookParts &
  VisitParts &
  Pick<Context, "clock" | "config" | "ids" | "inspector">;

export function triggerRoutes(context: TriggerRouteContext) {
  return keyedRoutes(context, `${API}/triggers`)
    .post(
      "/",
      async ({ principal, body, status }) =>
        status(201, await createTrigger(context, requireRole(principal, "editor"), body)),
      { body: triggerBody },
    )
    .get("/", ({ principal, query }) => listTriggers(context, principal, query.document_id ?? null))
    .get("/:trigger_id", ({ principal, params, set }) => tagged(set, getTrigger(context, principal, params.trigger_id)))
    .patch(
      "/:trigger_id",
      async ({ principal, params, body, request, set }) => {
        const editor = requireRole(principal, "editor");
        const expected = expectedRevisions(request);
        return tagged(set, await updateTrigger(context, editor, params.trigger_id, changeOf(body), expected));
      },
      { body: triggerChangeBody },
    )
    .delete("/:trigger_id", async ({ principal, params, request, status }) => {
      const editor = requireRole(principal, "editor");
      await deleteTrigger(context, editor, params.trigger_id, expectedRevisions(request));
      return status(204);
    })
    .post(
      "/:trigger_id/toggle",
      ({ principal, params, body }) =>
        toggleTrigger(context, requireRole(principal, "editor"), params.trigger_id, body.enabled),
      { body: toggleBody },
    )
    .post(
      "/:trigger_id/rotate-secret",
      ({ principal, params, body }) =>
        rotateSecret(context, requireRole(principal, "editor"), params.trigger_id, body.grace_seconds ?? 0),
      { body: rotateBody },
    );
}

/** The fields of a change; read-only fields that a client sent back are left out. */
function changeOf(body: TriggerChange): TriggerChange {
  const fields: FieldTable = TRIGGER_FIELDS;
  return Object.fromEntries(Object.entries(body).filter(([name]) => fields[name]?.change === "set"));
}
