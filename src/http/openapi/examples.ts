/** All examples of the document tell one story: five parts to restock. Tests check each example against its schema. */
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { PROGRAM_VERSION } from "../../version";
import { exampleOf } from "../edge/field_schemas";

const TAIL = "01k2m3n4p5q6r7s8t9v0w1x2y3";
const AT = "2026-02-19T08:00:00.000Z";
const NEXT_AT = "2026-02-20T05:00:00.000Z";
const SECRET = `a3f8b2c1${"0".repeat(56)}`;
export const ids = {
  organization: `org_${TAIL}`,
  user: `usr_${TAIL}`,
  workspace: `wsp_${TAIL}`,
  document: `doc_${TAIL}`,
  version: `ver_${TAIL}`,
  trigger: `trg_${TAIL}`,
  run: `run_${TAIL}`,
  schedule: `tsch_${TAIL}`,
  delivery: `whd_${TAIL}`,
  key: `key_${TAIL}`,
};

export const model = {
  parameters: { demand: [30, 40] },
  variables: [
    { name: "a", type: "integer" },
    { name: "b", type: "integer" },
  ],
  objective: { sense: "maximize", expression: "50 a + 40 b" },
  constraints: [
    { name: "labour", expression: "4a + 2b <= 200" },
    { expression: "a <= demand[0]" },
    { expression: "b <= demand[1]" },
  ],
};
const overrideSchema = [{ name: "demand", type: "array", required: true }];
const overrideData = { demand: [20, 35] };

const owner = { organization_id: ids.organization, created_by: ids.user };
const times = { created_at: AT, updated_at: AT };
const revision = "7c1f0a9be2d4835611aa";

export const document = {
  id: ids.document,
  ...owner,
  workspace_id: ids.workspace,
  name: "mix",
  canvas_json: null,
  model_json: model,
  is_active: true,
  revision,
  ...times,
};
export const documents = [{ id: ids.document, name: "mix", ...times }];
export const documentBody = { name: "mix", model_json: model };

export const versionSummary = {
  id: ids.version,
  document_id: ids.document,
  organization_id: ids.organization,
  sequence: 1,
  is_named: true,
  version_name: "winter",
  version_description: null,
  change_summary: "Initial version",
  created_at: AT,
};
export const version = {
  ...versionSummary,
  canvas_json: null,
  model_json: model,
  content_digest: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
};
const unchanged = { added: [], removed: [], modified: [] };
export const difference = {
  from: versionSummary,
  to: { ...versionSummary, id: `ver_${TAIL.replace("1", "2")}`, sequence: 2, change_summary: "Modified 1 constraint" },
  summary: "Modified 1 constraint",
  variables: unchanged,
  constraints: {
    ...unchanged,
    modified: [
      {
        name: "labour",
        before: { name: "labour", expression: "4a + 2b <= 200" },
        after: { name: "labour", expression: "4a + 2b <= 240" },
      },
    ],
  },
  parameters: unchanged,
  objective: null,
  declarations: unchanged,
  settings: unchanged,
};
export const inputs = {
  version_id: ids.version,
  inputs: [
    {
      name: "demand",
      kind: "parameter",
      description: null,
      unit: null,
      type: "array",
      index_sets: [],
      shape: { type: "array", length: 2, of: { type: "number" } },
      value: [30, 40],
      size: 2,
      required: false,
    },
  ],
};

const { shape: _, value: __, ...input } = inputs.inputs[0]!;
export const exampleSummary = {
  name: "restocking",
  title: "Restocking",
  description: "What to order in which week so that stock covers the demand.",
  override_example: { demand: [20, 35] },
  optimum: 2400,
  overridden_optimum: 2300,
  inputs: [{ ...input, kind: "param", description: "wanted in each week", unit: "pieces" }],
};
export const example = {
  ...exampleSummary,
  model_json: {
    name: "restocking",
    language: "mathprog",
    source: "param demand 'wanted in each week [pieces]' {1..2}; ...",
  },
};

export const triggerBody = {
  name: "Daily mix",
  description: "Runs every morning",
  document_id: ids.document,
  version_id: ids.version,
  override_schema: overrideSchema,
  webhook_url: "http://10.0.0.7:9000/jaot",
  webhook_secret: "whsec_your_signing_secret",
};
export const trigger = exampleOf(TRIGGER_FIELDS, {
  id: ids.trigger,
  ...owner,
  name: "Daily mix",
  description: "Runs every morning",
  document_id: ids.document,
  version_id: ids.version,
  model_name: "mix",
  workspace_id: ids.workspace,
  trigger_secret_prefix: SECRET.slice(0, 8),
  override_schema: overrideSchema,
  webhook_url: "http://10.0.0.7:9000/jaot",
  webhook_secret_set: true,
  webhook_events: ["trigger.run.completed", "trigger.run.failed"],
  expect_within_seconds: 90_000,
  has_active_schedule: false,
  is_enabled: true,
  total_runs: 47,
  last_fired_at: AT,
  revision,
  ...times,
});
export const newTrigger = { ...trigger, total_runs: 0, last_fired_at: null, trigger_secret: SECRET };

export const fireBody = { override_data: overrideData };
export const fireBatchBody = { override_data: [overrideData, { demand: [25, 30] }] };
export const accepted = { run_id: ids.run, status: "queued" };

export const answer = {
  status: "optimal",
  objective_value: 2400,
  variables: [
    { name: "a", value: 20, type: "integer", family: null, index_tuple: null },
    { name: "b", value: 35, type: "integer", family: null, index_tuple: null },
  ],
  solution: { a: 20, b: 35 },
  constraints: [
    {
      name: "labour",
      activity: 150,
      lower: null,
      upper: 200,
      slack: 50,
      is_binding: false,
      family: null,
      index_tuple: null,
    },
  ],
  solve_time_seconds: 0.002,
  gap: 0,
  dual_bound: 2400,
  iterations: 0,
  nodes: 0,
  sensitivity: null,
  report: null,
  warnings: [],
};
const runHead = {
  id: ids.run,
  trigger_id: ids.trigger,
  organization_id: ids.organization,
  status: "completed",
  source: "api",
  error_message: null,
  attempt: 1,
  created_at: AT,
  started_at: AT,
  completed_at: AT,
  execution_time_ms: 4,
  queue_time_ms: 1,
  webhook_delivered: true,
  webhook_attempts: 1,
  version_id: ids.version,
  model_digest: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
  solution_digest: "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9",
  solver_version: "1.15.1",
  schedule_id: null,
  scheduled_for: null,
  missed_count: null,
  rerun_of: null,
  fired_by: null,
  override_data: overrideData,
};
export const run = { ...runHead, result_data: answer };
export const runSummary = { ...runHead, result_data: { objective_value: 2400, status: "optimal" } };
export const progress = {
  items: [{ attempt: 1, elapsed_ms: 12, incumbent: 2400, bound: 2450, gap: 0.0208, nodes: 1 }],
};
const digests = {
  solver_status: "optimal",
  objective_value: 2400,
  model_digest: runHead.model_digest,
  solution_digest: runHead.solution_digest,
  solver_version: runHead.solver_version,
};
export const verification = { run_id: ids.run, is_equal: true, reason: null, run: digests, again: digests };

export const scheduleBody = { cron_expression: "0 6 * * *", timezone: "Europe/Madrid", override_data: overrideData };
export const schedule = {
  id: ids.schedule,
  trigger_id: ids.trigger,
  organization_id: ids.organization,
  is_main: true,
  ...scheduleBody,
  description: "At 06:00",
  is_enabled: true,
  disabled_reason: null,
  overlap_policy: "skip",
  catch_up: "latest",
  catch_up_window_seconds: 86_400,
  jitter_seconds: 0,
  starts_at: null,
  ends_at: null,
  pause_until: null,
  exclude_dates: ["2026-12-25"],
  consecutive_failures: 0,
  last_run_at: AT,
  next_run_at: NEXT_AT,
  cursor_in_future: false,
  revision,
  ...times,
};
const tickPreview = {
  instant: NEXT_AT,
  local_time: "2026-02-20T06:00:00",
  offset: "+01:00",
  note: null,
  is_excluded: false,
  due_at: NEXT_AT,
};
export const tickPreviews = { schedule_id: ids.schedule, timezone: "Europe/Madrid", items: [tickPreview] };
export const upcomingTicks = {
  hours: 24,
  items: [
    {
      schedule_id: ids.schedule,
      trigger_id: ids.trigger,
      cron_expression: "0 6 * * *",
      timezone: "Europe/Madrid",
      ...tickPreview,
    },
  ],
  is_truncated: false,
};
export const tick = {
  scheduled_for: AT,
  until: null,
  count: 1,
  is_count_exact: true,
  outcome: "fired",
  reason: null,
  missed_count: 0,
  jitter_seconds: 0,
  run_id: ids.run,
  created_at: AT,
};
export const cronCheck = {
  valid: true,
  cron_expression: "0 6 * * *",
  timezone: "Europe/Madrid",
  next_runs: [NEXT_AT, "2026-02-21T05:00:00.000Z"],
  description: "At 06:00",
  notes: [],
};

export const delivery = {
  id: ids.delivery,
  trigger_id: ids.trigger,
  run_id: ids.run,
  event: "trigger.run.completed",
  state: "delivered",
  attempts: 1,
  next_attempt_at: null,
  last_status: 204,
  last_error: null,
  ...times,
};
export const webhookPayload = {
  event: "trigger.run.completed",
  trigger_id: ids.trigger,
  run_id: ids.run,
  timestamp: AT,
  data: { status: "completed", result: answer, override_data: overrideData },
};
export const fullDelivery = {
  ...delivery,
  payload: webhookPayload,
  attempt_log: [{ at: AT, http_status: 204, duration_ms: 12, error: null, answer: "" }],
};

export const validation = {
  valid: true,
  errors: [],
  warnings: [],
  diagnostics: [],
  num_variables: 2,
  num_constraints: 3,
  num_nonzeros: 4,
  variable_types: { integer: 2 },
};

export const keyBody = { name: "dashboard", role: "viewer", expires_days: 90 };
export const key = {
  id: ids.key,
  name: "dashboard",
  role: "viewer",
  workspace_id: null,
  prefix: "ok_live_0123",
  ...owner,
  created_at: AT,
  expires_at: "2026-05-20T08:00:00.000Z",
  revoked_at: null,
};
export const newKey = { ...key, api_key: `ok_live_0123${"0".repeat(60)}` };

export const workspace = {
  id: ids.workspace,
  organization_id: ids.organization,
  name: "North",
  created_at: AT,
};
export const auditEntry = {
  at: AT,
  action: "trigger.toggle",
  outcome: "done",
  object_id: ids.trigger,
  key_id: ids.key,
  user_id: ids.user,
  client: "10.1.2.3",
  request_id: "req_01k2m3n4p5q6r7s8t9v0w1x2y3",
  detail: "off",
};

export const health = {
  status: "ok",
  version: PROGRAM_VERSION,
  solver_version: "1.15.1",
  uptime_seconds: 86_400,
  queue_depth: 3,
  running: 1,
  backups: { last_at: AT, is_failing: false },
  problems: [],
};

/** A page of a listing, in the contract's form, with these items. */
export function listingPageOf(items: readonly unknown[]): Record<string, unknown> {
  return { items, total: items.length, page: 1, page_size: 20, total_pages: 1, has_next: false, has_prev: false };
}

const applied = { kind: "document", name: "mix", object_id: ids.document, digest: "0f".repeat(32) };
export const appliedBody = { revision: "e3".repeat(32), items: [applied] };
export const appliedRecord = { revision: "a1".repeat(32), items: [{ ...applied, applied_at: AT }] };
