-- Times are milliseconds since the epoch. Ids are the ones on the wire.
-- One row: the id that the data directory's marker must repeat.
CREATE TABLE instance (
  id TEXT NOT NULL,
  -- the program whose zones the next instants of schedules were computed with
  zones TEXT,
  -- the newest time that was believed when ages were counted; null: none yet
  aged_at INTEGER
) STRICT;

CREATE TABLE organizations (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (organization_id, name)
) STRICT;

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'solver', 'viewer')),
  -- set: the key sees this workspace alone
  workspace_id TEXT REFERENCES workspaces (id),
  prefix TEXT NOT NULL CHECK (length(prefix) = 12),
  key_hash BLOB NOT NULL UNIQUE CHECK (length(key_hash) = 32),
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  -- an admin makes keys, so a limit on one would be none
  CHECK (role != 'admin' OR workspace_id IS NULL)
) STRICT;
CREATE INDEX api_keys_by_organization ON api_keys (organization_id, id);

-- Who changed what, and who was turned away. Runs are not in here: a run tells itself who fired it.
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  at INTEGER NOT NULL,
  -- null: nobody that is known, or the command line
  key_id TEXT,
  user_id TEXT,
  -- address of the client, or "command line"
  client TEXT NOT NULL,
  request_id TEXT,
  action TEXT NOT NULL,
  object_id TEXT,
  outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused')),
  -- one sentence, never a secret
  detail TEXT
) STRICT;
CREATE INDEX audit_by_organization ON audit (organization_id, seq);
CREATE INDEX audit_by_age ON audit (at);
CREATE INDEX audit_refused ON audit (seq) WHERE outcome = 'refused';

-- Links that sign a browser in, once: what they give is a key that expires.
CREATE TABLE sign_in_links (
  link_hash BLOB PRIMARY KEY CHECK (length(link_hash) = 32),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'solver', 'viewer')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  -- set: used up, and this is the key that it gave
  key_id TEXT REFERENCES api_keys (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_by_key ON sign_in_links (key_id) WHERE key_id IS NOT NULL;

CREATE TABLE documents (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  created_by TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  -- null: derived from the canvas
  model_json TEXT,
  canvas_json TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX documents_by_organization ON documents (organization_id, id) WHERE deleted_at IS NULL;

CREATE TABLE versions (
  id TEXT PRIMARY KEY,
  document_id TEXT NOT NULL REFERENCES documents (id),
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  sequence INTEGER NOT NULL CHECK (sequence >= 1),
  is_named INTEGER NOT NULL CHECK (is_named IN (0, 1)),
  version_name TEXT,
  version_description TEXT,
  change_summary TEXT NOT NULL,
  canvas_json TEXT,
  model_json TEXT,
  content_digest TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (document_id, sequence),
  CHECK (is_named = (version_name IS NOT NULL))
) STRICT;

CREATE TABLE triggers (
  -- what runs refer to: a small number in place of a long id, on every run and in every index over them
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  workspace_id TEXT NOT NULL REFERENCES workspaces (id),
  created_by TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  description TEXT,
  document_id TEXT NOT NULL REFERENCES documents (id),
  version_id TEXT NOT NULL REFERENCES versions (id),
  secret_hash BLOB NOT NULL CHECK (length(secret_hash) = 32),
  secret_prefix TEXT NOT NULL CHECK (length(secret_prefix) = 8),
  previous_secret_hash BLOB CHECK (length(previous_secret_hash) = 32),
  previous_secret_until INTEGER,
  -- as the client gave it; null: every input may be overridden
  override_schema TEXT,
  -- the schema checked against the pinned version: what a fire is validated with
  override_contract TEXT NOT NULL,
  webhook_url TEXT,
  -- sealed under the key file, never plain
  webhook_secret BLOB,
  previous_webhook_secret BLOB,
  previous_webhook_until INTEGER,
  -- JSON, a list of events; null: the default ones
  webhook_events TEXT,
  -- since when every attempt has failed; null: the last one did not
  webhook_failing_since INTEGER,
  -- set: nothing is sent until a change of the webhook
  webhook_disabled_at INTEGER,
  webhook_disabled_reason TEXT,
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
  max_concurrent_runs INTEGER CHECK (max_concurrent_runs >= 1),
  -- 9 has the most turns at the solvers
  priority INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 9),
  -- runs ever accepted or refused for their overrides; never goes down
  total_runs INTEGER NOT NULL DEFAULT 0,
  -- rows of `runs` that are kept now
  stored_runs INTEGER NOT NULL DEFAULT 0,
  last_fired_at INTEGER,
  -- a good result is expected at least so often; null: no alarm
  expect_within_seconds INTEGER CHECK (expect_within_seconds >= 1),
  -- when the alarm is due: moved on by every good result; null: nothing is expected, or it was raised
  overdue_at INTEGER,
  -- since when the trigger has been overdue; null: it is not
  overdue_since INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- set: gone for everyone, its runs are removed in small batches
  deleted_at INTEGER,
  CHECK (overdue_at IS NULL OR overdue_since IS NULL),
  CHECK ((previous_secret_hash IS NULL) = (previous_secret_until IS NULL)),
  CHECK ((webhook_disabled_at IS NULL) = (webhook_disabled_reason IS NULL)),
  CHECK ((previous_webhook_secret IS NULL) = (previous_webhook_until IS NULL))
) STRICT;
CREATE INDEX triggers_by_organization ON triggers (organization_id, id) WHERE deleted_at IS NULL;
CREATE INDEX triggers_by_document ON triggers (document_id);
CREATE INDEX triggers_by_version ON triggers (version_id);
CREATE INDEX triggers_overdue_at ON triggers (overdue_at) WHERE overdue_at IS NOT NULL;
CREATE INDEX triggers_overdue ON triggers (overdue_since) WHERE overdue_since IS NOT NULL;
CREATE INDEX triggers_deleted ON triggers (deleted_at) WHERE deleted_at IS NOT NULL;

-- Organization and version are the trigger's, which never change.
CREATE TABLE runs (
  -- order of acceptance, and the first part of the id: no index over ids is needed
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  trigger_seq INTEGER NOT NULL REFERENCES triggers (seq),
  -- 0 queued, 1 running, 2 completed, 3 failed, 4 timeout, 5 cancelled, 6 validation_failed, 7 skipped_overlap.
  -- Numbers, and predicates without lists: comparing words in CHECKs and partial indexes was half the cost of an insert.
  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 7),
  -- 0 api, 1 rerun, 2 cron
  source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 2),
  -- claims so far: raised by the claim, before the solve starts
  attempt INTEGER NOT NULL DEFAULT 0,
  -- the process that holds the run
  boot_id TEXT,
  -- JSON; null when nothing was sent or when it lies in run_inputs
  override_data TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER,
  solver_status TEXT,
  objective_value REAL,
  error_message TEXT,
  execution_time_ms REAL,
  model_digest TEXT,
  solution_digest TEXT,
  solver_version TEXT,
  schedule_id TEXT,
  scheduled_for INTEGER,
  -- instants that a tick's run makes up for, itself included; 0: it was on time
  missed_count INTEGER,
  rerun_of TEXT,
  -- the API key that fired it; null: the trigger's secret, or its schedule
  fired_by TEXT,
  webhook_delivered INTEGER CHECK (webhook_delivered IN (0, 1)),
  webhook_attempts INTEGER NOT NULL DEFAULT 0,
  CHECK ((status = 1) = (boot_id IS NOT NULL)),
  CHECK (status != 1 OR (started_at IS NOT NULL AND attempt >= 1)),
  CHECK ((status <= 1) = (completed_at IS NULL))
) STRICT;
CREATE INDEX runs_by_trigger ON runs (trigger_seq, seq);
CREATE INDEX runs_queued ON runs (trigger_seq, seq) WHERE status = 0;
CREATE INDEX runs_running ON runs (trigger_seq, seq) WHERE boot_id IS NOT NULL;
CREATE INDEX runs_open_of_schedule ON runs (schedule_id) WHERE schedule_id IS NOT NULL AND completed_at IS NULL;
CREATE INDEX runs_ended ON runs (trigger_seq, status, seq) WHERE completed_at IS NOT NULL;

-- Override data over the inline limit, zstd-compressed JSON.
CREATE TABLE run_inputs (
  run_seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
  data BLOB NOT NULL
) STRICT;

-- result_data as the solver process wrote it: JSON text, zstd-compressed when that is set.
CREATE TABLE run_results (
  run_seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
  is_compressed INTEGER NOT NULL CHECK (is_compressed IN (0, 1)),
  data BLOB NOT NULL
) STRICT;

-- How the solve went on: zstd-compressed JSON, a list of points (runs/progress_log.ts). Quick runs have none.
CREATE TABLE run_progress (
  run_seq INTEGER PRIMARY KEY REFERENCES runs (seq) ON DELETE CASCADE,
  data BLOB NOT NULL
) STRICT;

CREATE TABLE idempotency_keys (
  trigger_id TEXT NOT NULL REFERENCES triggers (id),
  key TEXT NOT NULL,
  body_hash BLOB NOT NULL CHECK (length(body_hash) = 32),
  -- one, or those of a batch in order, with spaces between
  run_ids TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (trigger_id, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE schedules (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  trigger_id TEXT NOT NULL REFERENCES triggers (id),
  -- the one behind /triggers/{id}/schedule
  is_main INTEGER NOT NULL CHECK (is_main IN (0, 1)),
  cron_expression TEXT NOT NULL,
  timezone TEXT NOT NULL,
  is_enabled INTEGER NOT NULL CHECK (is_enabled IN (0, 1)),
  -- why the service itself turned it off; null: it did not
  disabled_reason TEXT,
  override_data TEXT,
  overlap_policy TEXT NOT NULL CHECK (overlap_policy IN ('skip', 'buffer_one', 'allow', 'cancel_previous')),
  catch_up TEXT NOT NULL CHECK (catch_up IN ('latest', 'none', 'all')),
  catch_up_window_seconds INTEGER NOT NULL CHECK (catch_up_window_seconds >= 0),
  jitter_seconds INTEGER NOT NULL CHECK (jitter_seconds >= 0),
  starts_at INTEGER,
  ends_at INTEGER,
  pause_until INTEGER,
  -- JSON, a list of local dates; null: none
  exclude_dates TEXT,
  -- runs that failed, in a row
  consecutive_failures INTEGER NOT NULL DEFAULT 0,
  -- ticks whose data did not fit, in a row
  validation_failures INTEGER NOT NULL DEFAULT 0,
  -- every instant up to here has been dealt with: goes back only when it is reset
  cursor_at INTEGER NOT NULL,
  -- the next instant that makes a run; null while paused and after the end
  next_run_at INTEGER,
  -- when the scheduler must look: the next instant, excluded or not, and its jitter
  due_at INTEGER,
  -- the newest instant that made a run
  last_run_at INTEGER,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  -- set: gone for everyone, its ledger is removed in small batches
  deleted_at INTEGER,
  CHECK (due_at IS NULL OR (is_enabled = 1 AND deleted_at IS NULL)),
  CHECK (is_enabled = 0 OR disabled_reason IS NULL)
) STRICT;
CREATE UNIQUE INDEX schedules_main ON schedules (trigger_id) WHERE is_main = 1 AND deleted_at IS NULL;
CREATE INDEX schedules_by_trigger ON schedules (trigger_id, id);
CREATE INDEX schedules_due ON schedules (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX schedules_upcoming ON schedules (organization_id, next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX schedules_deleted ON schedules (deleted_at) WHERE deleted_at IS NOT NULL;

-- An instant of a schedule is in here once or not at all: that is what keeps a tick from firing twice.
CREATE TABLE ticks (
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
  scheduled_for INTEGER NOT NULL CHECK (scheduled_for % 1000 = 0),
  -- waiting: for the run before it to end; all others are final
  outcome TEXT NOT NULL CHECK (outcome IN ('fired', 'coalesced', 'skipped_overlap', 'excluded', 'missed', 'shifted', 'waiting')),
  reason TEXT,
  -- instants that its run makes up for, itself included; 0: it was on time
  missed_count INTEGER NOT NULL DEFAULT 0,
  jitter_seconds INTEGER NOT NULL DEFAULT 0,
  run_id TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, scheduled_for)
) STRICT, WITHOUT ROWID;
CREATE INDEX ticks_by_age ON ticks (created_at);
CREATE INDEX ticks_waiting ON ticks (schedule_id, scheduled_for) WHERE outcome = 'waiting';

-- Instants that made no run, many to a row.
CREATE TABLE tick_ranges (
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 2),
  -- 0: there were more than were counted
  is_count_exact INTEGER NOT NULL CHECK (is_count_exact IN (0, 1)),
  outcome TEXT NOT NULL CHECK (outcome IN ('coalesced', 'excluded', 'missed')),
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CHECK (first_at <= last_at)
) STRICT;
CREATE INDEX tick_ranges_by_schedule ON tick_ranges (schedule_id, last_at);
CREATE INDEX tick_ranges_by_age ON tick_ranges (created_at);

CREATE TABLE deliveries (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL,
  trigger_id TEXT NOT NULL REFERENCES triggers (id),
  run_seq INTEGER REFERENCES runs (seq) ON DELETE CASCADE,
  event TEXT NOT NULL,
  -- the bytes that are signed and sent, the same on every attempt
  payload BLOB NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'exhausted')),
  boot_id TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK ((state = 'sending') = (boot_id IS NOT NULL)),
  CHECK ((state = 'pending') = (next_at IS NOT NULL))
) STRICT;
CREATE INDEX deliveries_due ON deliveries (trigger_id, next_at) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (boot_id) WHERE state = 'sending';
CREATE INDEX deliveries_by_trigger ON deliveries (trigger_id, id);
CREATE INDEX deliveries_by_run ON deliveries (run_seq);
CREATE INDEX deliveries_of_no_run ON deliveries (created_at) WHERE run_seq IS NULL;

-- What came of each attempt.
CREATE TABLE delivery_attempts (
  delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number INTEGER NOT NULL CHECK (number >= 1),
  at INTEGER NOT NULL,
  http_status INTEGER,
  duration_ms INTEGER NOT NULL,
  error TEXT,
  -- the first 1 KiB
  answer TEXT NOT NULL,
  PRIMARY KEY (delivery_id, number)
) STRICT, WITHOUT ROWID;

-- What `apply` last put there from files, by name. workspace_id '': of keys that see all workspaces.
CREATE TABLE applied_objects (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('document', 'trigger')),
  name TEXT NOT NULL,
  object_id TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, workspace_id, kind, name)
) STRICT, WITHOUT ROWID;
