/** Request bodies of schedules. */
import { Type } from "@sinclair/typebox";
import { SCHEDULE_FIELDS } from "../../services/schedules/schedule_fields";
import { closed, optional } from "../edge/body_fields";
import { changeBody, createBody } from "../edge/field_schemas";

export const scheduleBody = createBody(SCHEDULE_FIELDS);

export const scheduleChangeBody = changeBody(SCHEDULE_FIELDS);

export const cronBody = closed({
  cron_expression: Type.String({ examples: [SCHEDULE_FIELDS.cron_expression.shape.example] }),
  timezone: optional(Type.String({ examples: [SCHEDULE_FIELDS.timezone.shape.example] })),
  count: optional(Type.Integer({ minimum: 1, maximum: 100 })),
});
