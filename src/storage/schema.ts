/** The tables for typed queries. migrations/*.sql makes them and carries the CHECKs; a test compares the two. */
import { blob, integer, real, sqliteTable, text } from "drizzle-orm/sqlite-core";

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
  role: text({ enum: ["admin", "editor", "solver", "viewer"] }).notNull(),
  prefix: text().notNull(),
  key_hash: bytes().notNull(),
  created_at: integer().notNull(),
  expires_at: integer(),
  revoked_at: integer(),
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
  is_enabled: flag().notNull(),
  max_concurrent_runs: integer(),
  total_runs: integer().notNull().default(0),
  stored_runs: integer().notNull().default(0),
  last_fired_at: integer(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
  deleted_at: integer(),
});

export const runs = sqliteTable("runs", {
  seq: integer().primaryKey(),
  id: text().notNull(),
  trigger_seq: integer().notNull(),
  status: integer().notNull(),
  source: integer().notNull(),
  attempt: integer().notNull().default(0),
  boot_id: text(),
  override_data: text(),
  created_at: integer().notNull(),
  started_at: integer(),
  completed_at: integer(),
  solver_status: text(),
  objective_value: real(),
  error_message: text(),
  execution_time_ms: real(),
  model_digest: text(),
  solution_digest: text(),
  solver_version: text(),
  schedule_id: text(),
  scheduled_for: integer(),
  rerun_of: text(),
  webhook_delivered: flag(),
  webhook_attempts: integer().notNull().default(0),
});

export const runInputs = sqliteTable("run_inputs", {
  run_seq: integer().primaryKey(),
  data: bytes().notNull(),
});

export const runResults = sqliteTable("run_results", {
  run_seq: integer().primaryKey(),
  is_compressed: flag().notNull(),
  data: bytes().notNull(),
});

export const schedules = sqliteTable("schedules", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  trigger_id: text().notNull(),
  is_main: flag().notNull(),
  cron_expression: text().notNull(),
  timezone: text().notNull(),
  is_enabled: flag().notNull(),
  override_data: text(),
  consecutive_failures: integer().notNull().default(0),
  last_tick_at: integer(),
  next_run_at: integer(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});

export const ticks = sqliteTable("ticks", {
  schedule_id: text().notNull(),
  scheduled_for: integer().notNull(),
  outcome: text({ enum: ["fired", "coalesced", "skipped_overlap", "excluded", "missed", "shifted"] }).notNull(),
  reason: text(),
  run_id: text(),
  created_at: integer().notNull(),
});

export const deliveries = sqliteTable("deliveries", {
  id: text().primaryKey(),
  organization_id: text().notNull(),
  trigger_id: text().notNull(),
  run_seq: integer(),
  event: text().notNull(),
  payload: bytes().notNull(),
  state: text({ enum: ["pending", "sending", "delivered", "exhausted"] }).notNull(),
  boot_id: text(),
  attempts: integer().notNull().default(0),
  next_at: integer(),
  last_status: integer(),
  last_error: text(),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});
