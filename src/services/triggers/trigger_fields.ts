/** The fields of a trigger, a row each, in the order in which the API shows them. */
import { PRIORITY_DEFAULT, PRIORITY_MAX } from "../../runs/ready_queue";
import type { TriggerRow } from "../../storage/triggers";
import { WEBHOOK_EVENTS, WEBHOOK_EVENTS_DEFAULT } from "../../webhooks/events";
import {
  type AnswerOf,
  BY_SERVICE,
  BY_USER,
  type ChangeInput,
  type CreateInput,
  type Field,
  type FieldsWith,
} from "../field_table";

/** Internal columns of the service: no answer shows them as they are. */
type InnerColumn =
  | "seq"
  | "secret_hash"
  | "secret_prefix"
  | "previous_secret_hash"
  | "previous_secret_until"
  | "override_contract"
  | "previous_webhook_secret"
  | "previous_webhook_until"
  | "webhook_failing_since"
  | "stored_runs"
  | "overdue_at"
  | "deleted_at";

/** A column of the table `triggers` that is not in InnerColumn needs a row here: without it this file does not compile. */
type Rows = { readonly [Column in Exclude<keyof TriggerRow, InnerColumn>]: Field } & Readonly<Record<string, Field>>;

export const TRIGGER_FIELDS = {
  id: { ...BY_SERVICE, shape: { type: "text" }, about: "trg_..." },
  organization_id: { ...BY_SERVICE, shape: { type: "text" }, about: "org_..." },
  created_by: { ...BY_SERVICE, shape: { type: "text" }, about: "usr_..." },
  name: {
    ...BY_USER,
    shape: { type: "text", length_min: 1, length_max: 200, is_visible: true },
    create: "required",
    nullable: "never",
    file: { key: "name" },
    option: { value: "NAME", about: "name of the trigger" },
    form: { label: "Name" },
    about: "What people and files call it.",
  },
  description: {
    ...BY_USER,
    shape: { type: "text", length_max: 10_000 },
    file: "setting",
    option: { value: "TEXT", about: "description" },
    form: { label: "Description" },
    about: "What it is for.",
  },
  document_id: {
    ...BY_USER,
    shape: { type: "text" },
    create: "required",
    change: "ignored",
    nullable: "never",
    file: { key: "document" },
    about: "The document that its version is of, doc_....",
  },
  version_id: {
    ...BY_USER,
    shape: { type: "text" },
    create: "required",
    change: "ignored",
    nullable: "never",
    file: { key: "model" },
    about: "The pinned version, ver_...; it never changes.",
  },
  model_name: { ...BY_SERVICE, shape: { type: "text" }, kept: "elsewhere", about: "The document's name." },
  workspace_id: {
    ...BY_USER,
    shape: { type: "text" },
    change: "ignored",
    nullable: "in bodies",
    file: { key: "workspace" },
    about: "The workspace that it is in, wsp_...; when it is not given, the first one that the key sees.",
  },
  trigger_secret_prefix: {
    ...BY_SERVICE,
    shape: { type: "text" },
    kept: "elsewhere",
    about: "The first 8 characters of the secret.",
  },
  override_schema: {
    ...BY_USER,
    shape: { type: "json" },
    file: "setting",
    option: { value: "FILE", about: "what a fire may override, a JSON list (every input)" },
    form: {
      label: "Override schema",
      hint: "null: every input of the model may be given; []: none; or a list of fields",
    },
    about: "What a fire may give: a list of fields; null: every input of the model.",
  },
  webhook_url: {
    ...BY_USER,
    shape: { type: "text", length_min: 1, length_max: 2048, example: "https://plant.example/hook" },
    file: "setting",
    option: { value: "URL", about: "where results go" },
    about: "Where results are POSTed.",
  },
  webhook_secret_set: {
    ...BY_SERVICE,
    shape: { type: "flag" },
    kept: "elsewhere",
    about: "The secret itself never comes back.",
  },
  webhook_events: {
    ...BY_USER,
    shape: { type: "words", words: WEBHOOK_EVENTS },
    nullable: "in bodies",
    default: WEBHOOK_EVENTS_DEFAULT,
    file: "setting",
    about: "The events that are sent.",
  },
  webhook_disabled_at: {
    ...BY_SERVICE,
    shape: { type: "instant" },
    nullable: "in answers",
    about: "Set when nothing is sent any more; a change of the webhook turns it on again.",
  },
  webhook_disabled_reason: { ...BY_SERVICE, shape: { type: "text" }, nullable: "in answers", about: "Why." },
  max_concurrent_runs: {
    ...BY_USER,
    shape: { type: "integer", min: 1, max: 1_000_000 },
    file: "setting",
    option: {
      value: "N",
      about: "runs that may be solved at once",
      fact: { label: "runs at once", none: "any" },
    },
    form: { label: "Runs at one time", hint: "Empty: as many as there are solvers" },
    about: "Runs of it that may be in solvers at one time; null: no limit of its own.",
  },
  priority: {
    ...BY_USER,
    shape: { type: "integer", min: 0, max: PRIORITY_MAX },
    nullable: "never",
    default: PRIORITY_DEFAULT,
    file: "setting",
    option: {
      value: "N",
      about: `0 to ${PRIORITY_MAX}, default ${PRIORITY_DEFAULT}`,
      fact: { label: "priority" },
    },
    form: { label: "Priority", hint: `0 to ${PRIORITY_MAX}; ${PRIORITY_MAX} has the most turns at the solvers` },
    about: "Each step doubles its turns at the solvers.",
  },
  expect_within_seconds: {
    ...BY_USER,
    shape: { type: "integer", min: 1, max: 31_536_000 },
    file: "setting",
    option: {
      value: "N",
      about: "alarm when no run has completed for so long",
      fact: { label: "expected every", unit: "s" },
    },
    form: { label: "Alarm after, seconds", hint: "Without a good result; empty: never" },
    about: "A completed run is expected at least so often; null: no alarm.",
  },
  overdue_since: {
    ...BY_SERVICE,
    shape: { type: "instant" },
    nullable: "in answers",
    about: "Since when there has been none for longer; null: all is well.",
  },
  has_active_schedule: {
    ...BY_SERVICE,
    shape: { type: "flag" },
    kept: "elsewhere",
    about: "It has a schedule that ticks.",
  },
  is_enabled: {
    ...BY_SERVICE,
    shape: { type: "flag" },
    default: true,
    file: { key: "enabled" },
    about: "A disabled trigger refuses to fire.",
  },
  total_runs: { ...BY_SERVICE, shape: { type: "integer", min: 0 }, about: "Every outcome of a fire counts." },
  last_fired_at: {
    ...BY_SERVICE,
    shape: { type: "instant" },
    nullable: "in answers",
    about: "null before the first fire.",
  },
  created_at: { ...BY_SERVICE, shape: { type: "instant" }, about: "When it was made." },
  revision: {
    ...BY_SERVICE,
    shape: { type: "text" },
    kept: "elsewhere",
    about: "Changes with every change of what people set; ETag of answers, and what If-Match is held to.",
  },
  updated_at: { ...BY_SERVICE, shape: { type: "instant" }, about: "When it changed last." },
  trigger_secret: {
    ...BY_SERVICE,
    shape: { type: "text" },
    shown: "once",
    kept: "elsewhere",
    about: "64 hex digits. Keep it: only its hash is stored.",
  },
  webhook_secret: {
    ...BY_USER,
    shape: { type: "text", length_min: 8, length_max: 256 },
    nullable: "in bodies",
    shown: "once",
    kept: "elsewhere",
    file: { key: "webhook_secret_env" },
    about: "Shown once, when the service made it: no secret was given with the URL.",
  },
} as const satisfies Rows;

export type TriggerObject = AnswerOf<typeof TRIGGER_FIELDS>;
export type TriggerInput = CreateInput<typeof TRIGGER_FIELDS>;
export type TriggerChange = ChangeInput<typeof TRIGGER_FIELDS>;

/** Settings with one small value, which a fire, a claim and the end of a run can get without reading the whole trigger. */
type SmallSetting = FieldsWith<
  typeof TRIGGER_FIELDS,
  { change: "set"; kept: "column"; shape: { type: "integer" | "flag" | "word" } }
>;

const SMALL_SHAPES: readonly string[] = ["integer", "flag", "word"];
const SMALL_SETTINGS = Object.entries(TRIGGER_FIELDS)
  .filter(([, { change, kept, shape }]) => change === "set" && kept === "column" && SMALL_SHAPES.includes(shape.type))
  .map(([name]) => name as SmallSetting);

export type TriggerSettings = Pick<TriggerRow, SmallSetting>;

export function settingsOf(row: TriggerRow): TriggerSettings {
  return Object.fromEntries(SMALL_SETTINGS.map((name) => [name, row[name]])) as unknown as TriggerSettings;
}
