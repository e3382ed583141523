/**
 * The tables of typed queries. migrations/*.sql creates them and has the CHECKs; a test compares the two. Runs, their
 * data, ticks and deliveries are not here, because their statements are fixed SQL in the files of those names.
 */
import { blob, integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
import { ROLES } from "../roles";
import { CATCH_UPS, OVERLAP_POLICIES } from "../schedules/tick_plan";

const bytes = () => blob({ mode: "buffer" });
const flag = () => integer({ mode: "boolean" });

export const organizations = sqliteTable("organizations", {
  id: text().primaryKey(),
  name: text().notNull(),
  created_at: integer().notNull(),
});

export const users = sqliteTable("users", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  name: text().notNull(),
  created_at: integer().notNull(),
});

/** The kinds of objects that `apply` records. */
export const APPLIED_KINDS = ["document", "trigger"] as const;

export const appliedObjects = sqliteTable("applied_objects", {
  organization_id: text().notNull(),
  workspace_id: text().notNull(),
  kind: text({ enum: APPLIED_KINDS }).notNull(),
  name: text().notNull(),
  object_id: text().notNull(),
  digest: text().notNull(),
  applied_at: integer().notNull(),
});

export const workspaces = sqliteTable("workspaces", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  name: text().notNull(),
  created_at: integer().notNull(),
});

export const apiKeys = sqliteTable("api_keys", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  user_id: text().notNull(),
  name: text().notNull(),
  role: text({ enum: ROLES }).notNull(),
  workspace_id: text(),
  prefix: text().notNull(),
  key_hash: bytes().notNull(),
  created_at: integer().notNull(),
  expires_at: integer(),
  revoked_at: integer(),
});

export const audit = sqliteTable("audit", {
  seq: integer().primaryKey(),
  organization_id: text().notNull(),
  at: integer().notNull(),
  key_id: text(),
  user_id: text(),
  client: text().notNull(),
  request_id: text(),
  action: text().notNull(),
  object_id: text(),
  outcome: text({ enum: ["done", "refused"] }).notNull(),
  detail: text(),
});

export const signInLinks = sqliteTable("sign_in_links", {
  link_hash: bytes().primaryKey(),
  organization_id: text().notNull(),
  user_id: text().notNull(),
  role: text({ enum: ROLES }).notNull(),
  created_at: integer().notNull(),
  expires_at: integer().notNull(),
  key_id: text(),
});

export const documents = sqliteTable("documents", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  workspace_id: text().notNull(),
  created_by: text().notNull(),
  name: text().notNull(),
  model_json: text(),
  canvas_json: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
});

export const versions = sqliteTable("versions", {
  id: text().primaryKey(),
  document_id: text().notNull(),
  organization_id: text().notNull(),
  sequence: integer().notNull(),
  is_named: flag().notNull(),
  version_name: text(),
  version_description: text(),
  change_summary: text().notNull(),
  canvas_json: text(),
  model_json: text(),
  content_digest: text().notNull(),
  created_at: integer().notNull(),
});

export const triggers = sqliteTable("triggers", {
  seq: integer().primaryKey(),
  id: text().notNull(),
  organization_id: text().notNull(),
  workspace_id: text().notNull(),
  created_by: text().notNull(),
  name: text().notNull(),
  description: text(),
  document_id: text().notNull(),
  version_id: text().notNull(),
  secret_hash: bytes().notNull(),
  secret_prefix: text().notNull(),
  previous_secret_hash: bytes(),
  previous_secret_until: integer(),
  override_schema: text(),
  override_contract: text().notNull(),
  webhook_url: text(),
  webhook_secret: bytes(),
  previous_webhook_secret: bytes(),
  previous_webhook_until: integer(),
  webhook_events: text(),
  webhook_failing_since: integer(),
  webhook_disabled_at: integer(),
  webhook_disabled_reason: text(),
  is_enabled: flag().notNull(),
  max_concurrent_runs: integer(),
  priority: integer().notNull(),
  total_runs: integer().notNull().default(0),
  stored_runs: integer().notNull().default(0),
  last_fired_at: integer(),
  expect_within_seconds: integer(),
  overdue_at: integer(),
  overdue_since: integer(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
});

export const schedules = sqliteTable("schedules", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  trigger_id: text().notNull(),
  is_main: flag().notNull(),
  kind: text({ enum: ["cron"] })
    .notNull()
    .default("cron"),
  cron_expression: text(),
  timezone: text().notNull(),
  is_enabled: flag().notNull(),
  disabled_reason: text(),
  override_data: text(),
  overlap_policy: text({ enum: OVERLAP_POLICIES }).notNull(),
  catch_up: text({ enum: CATCH_UPS }).notNull(),
  catch_up_window_seconds: integer().notNull(),
  jitter_seconds: integer().notNull(),
  starts_at: integer(),
  ends_at: integer(),
  pause_until: integer(),
  exclude_dates: text(),
  consecutive_failures: integer().notNull().default(0),
  validation_failures: integer().notNull().default(0),
  cursor_at: integer().notNull(),
  next_run_at: integer(),
  due_at: integer(),
  last_run_at: integer(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
});
