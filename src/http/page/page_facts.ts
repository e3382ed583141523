/**
 * Facts about the service that are built into the page, so that it need not ask for them. The values are computed when the page
 * is bundled (`with { type: "macro" }` in ui/facts.ts), so the bundle contains no code of the server.
 */
import { EXPORT_FORMATS, MODEL_ENDINGS, MODEL_FORMATS } from "../../model/formats";
import { ROLE_MEANINGS, ROLES } from "../../roles";
import { RUN_SOURCES, RUN_STATES } from "../../runs/run";
import type { Field } from "../../services/field_table";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { EVENT_MEANINGS, WEBHOOK_EVENTS } from "../../webhooks/events";

/** A field that a form shows as a control. */
export interface FormField {
  readonly name: string;
  readonly label: string;
  /** "" for none. */
  readonly hint: string;
  readonly shape: Field["shape"];
  /** An empty control sends null; if null is not allowed, the form is not sent. */
  readonly is_nullable: boolean;
}

/** Plain data, as JSON can hold it. */
export function pageFacts() {
  return {
    model_formats: MODEL_FORMATS,
    model_endings: MODEL_ENDINGS,
    /** Formats that a version can be exported in. */
    export_formats: MODEL_FORMATS.filter(({ name }) => EXPORT_FORMATS.some((known) => known === name)),
    /** The role with the most rights comes first. */
    roles: ROLES.map((role) => ({ role, meaning: ROLE_MEANINGS[role] })),
    run_states: RUN_STATES,
    run_sources: RUN_SOURCES,
    webhook_events: WEBHOOK_EVENTS.map((event) => ({ event, meaning: EVENT_MEANINGS[event] })),
    trigger_form: formOf(TRIGGER_FIELDS),
  };
}

function formOf(table: Readonly<Record<string, Field>>): FormField[] {
  return Object.entries(table).flatMap(([name, { form, shape, nullable }]) =>
    form === null
      ? []
      : [{ name, label: form.label, hint: form.hint ?? "", shape, is_nullable: nullable === "everywhere" }],
  );
}
