/** The `webhooks` of the document: the requests that receivers get. */
import { type TSchema, Type } from "@sinclair/typebox";
import { EVENT_MEANINGS, PING_EVENT, WEBHOOK_EVENTS } from "../../webhooks/events";
import { anyJson, flag, named, orNull, text, textOrNull, time } from "./operation";
import { answer } from "./run_objects";

interface WebhookDescription {
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

/** Every event with its meaning and the body of its request. */
export const WEBHOOKS: Readonly<Record<string, WebhookDescription>> = {
  ...Object.fromEntries(
    WEBHOOK_EVENTS.map((event) => [
      event,
      { summary: sentence(EVENT_MEANINGS[event]), payload: event.startsWith("trigger.run.") ? ended : told },
    ]),
  ),
  [PING_EVENT]: { summary: "A test of the receiver, on request", payload: told },
};

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
