/** Request bodies of schedules. */
import { Type } from "@sinclair/typebox";
import { CATCH_UPS, OVERLAP_POLICIES } from "../../schedules/tick_plan";
import { anyJson, closed, optional, orNull } from "../edge/body_fields";

const timestamp = orNull(Type.String({ maxLength: 40 }));
const scheduleFields = {
  timezone: optional(Type.String()),
  override_data: anyJson,
  is_enabled: optional(Type.Boolean()),
  overlap_policy: optional(Type.Union(OVERLAP_POLICIES.map((policy) => Type.Literal(policy)))),
  catch_up: optional(Type.Union(CATCH_UPS.map((policy) => Type.Literal(policy)))),
  catch_up_window_seconds: optional(Type.Integer({ minimum: 0, maximum: 31_536_000 })),
  jitter_seconds: optional(Type.Integer({ minimum: 0, maximum: 86_400 })),
  starts_at: timestamp,
  ends_at: timestamp,
  pause_until: timestamp,
  exclude_dates: orNull(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 1000 })),
};

export const scheduleBody = closed({ cron_expression: Type.String(), ...scheduleFields });

export const scheduleChangeBody = closed({ cron_expression: optional(Type.String()), ...scheduleFields });

export const cronBody = closed({
  cron_expression: Type.String(),
  timezone: optional(Type.String()),
  count: optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
