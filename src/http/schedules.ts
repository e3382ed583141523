/** A trigger's schedule, and the check of a pattern. */
import type { Context } from "../services/context";
import { createSchedule, deleteSchedule, getSchedule, updateSchedule, validateCron } from "../services/schedules";
import { requireRole } from "./authenticate";
import { API, keyedRoutes } from "./router";
import { cronBody, scheduleBody, scheduleChangeBody } from "./schemas";

export function scheduleRoutes(context: Context) {
  return keyedRoutes(context, API)
    .post("/schedules/validate", ({ body }) => validateCron(context, body), { body: cronBody })
    .post(
      "/triggers/:trigger_id/schedule",
      async ({ principal, params, body, status }) =>
        status(201, await createSchedule(context, requireRole(principal, "editor"), params.trigger_id, body)),
      { body: scheduleBody },
    )
    .get("/triggers/:trigger_id/schedule", ({ principal, params }) =>
      getSchedule(context, principal, params.trigger_id),
    )
    .patch(
      "/triggers/:trigger_id/schedule",
      ({ principal, params, body }) =>
        updateSchedule(context, requireRole(principal, "editor"), params.trigger_id, body),
      { body: scheduleChangeBody },
    )
    .delete("/triggers/:trigger_id/schedule", async ({ principal, params, status }) => {
      await deleteSchedule(context, requireRole(principal, "editor"), params.trigger_id);
      return status(204);
    });
}
