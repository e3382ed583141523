/** What receivers of webhooks get: `webhooks` of the document. */
import { type TSchema, Type } from "@sinclair/typebox";
import { PING_EVENT, type WebhookEvent } from "../../webhooks/events";
import { answer } from "./objects";
import { anyJson, flag, named, orNull, text, textOrNull, time } from "./operation";

export interface WebhookDescription {
  readonly summary: string;
  readonly payload: TSchema;
}

const head = {
  event: text("What it tells."),
  trigger_id: text("trg_..."),
  timestamp: time("When it happened."),
};

const ended = named(
  "RunEvent",
  Type.Object(
    {
      ...head,
      run_id: text("run_..."),
      data: Type.Object({
        status: text("How the run ended."),
        error: Type.Optional(textOrNull("Why it did not complete.")),
        result: Type.Optional(orNull(answer)),
        override_data: anyJson("What the fire gave."),
        truncated: Type.Optional(flag("Too large: variables, solution and constraints are left out.")),
        result_url: Type.Optional(text("Where the whole result is.")),
      }),
    },
    { description: "The end of a run." },
  ),
);

const told = named(
  "TriggerEvent",
  Type.Object(
    {
      ...head,
      run_id: Type.Null(),
      data: Type.Object({}, { additionalProperties: true }),
    },
    { description: "An event that is no run's." },
  ),
);

/** Exhaustive: a new event does not compile without its line. */
export const WEBHOOKS: { readonly [Event in WebhookEvent | typeof PING_EVENT]: WebhookDescription } = {
  "trigger.run.completed": { summary: "A run has a solution", payload: ended },
  "trigger.run.failed": { summary: "A run failed, or its limit came before any solution", payload: ended },
  "trigger.run.cancelled": { summary: "A run was stopped by its owner", payload: ended },
  "trigger.run.validation_failed": { summary: "Data did not fit the model", payload: ended },
  "trigger.run.skipped": { summary: "A tick came while the last run had not ended", payload: ended },
  "trigger.schedule.failing": { summary: "Runs of a schedule fail in a row", payload: told },
  "trigger.schedule.auto_disabled": { summary: "A schedule was turned off after failing too often", payload: told },
  "trigger.overdue": { summary: "No run has completed for longer than expect_within_seconds", payload: told },
  [PING_EVENT]: { summary: "A test of the receiver, on request", payload: told },
};
