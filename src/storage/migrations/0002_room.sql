-- Room for what comes: states, sources, outcomes and kinds that nothing writes yet, so that later migrations add tables,
-- columns and indexes only. SQLite changes a CHECK in no other way than by making the table anew.
-- A line `-- step:` begins a step that the start shows; one with `by TABLE.COLUMN` is done in slices of that key.

-- step: gives runs that were accepted under a clock past 2094 a place that numbers can hold
-- Their places passed 2^53, where two neighbouring ones are one number to the program, and every later fire failed. They
-- become the oldest, in their own order, below zero, where no other run is. 2^32 places below 2^53 stay free.
CREATE TABLE moved_runs (
  old_seq INTEGER PRIMARY KEY,
  new_seq INTEGER NOT NULL
) STRICT;
INSERT INTO moved_runs
  SELECT seq, row_number() OVER (ORDER BY seq DESC) * -1 FROM runs WHERE seq >= 9007194959773696;
UPDATE run_inputs SET run_seq = (SELECT new_seq FROM moved_runs WHERE old_seq = run_seq) WHERE run_seq >= 9007194959773696;
UPDATE run_results SET run_seq = (SELECT new_seq FROM moved_runs WHERE old_seq = run_seq) WHERE run_seq >= 9007194959773696;
UPDATE run_progress SET run_seq = (SELECT new_seq FROM moved_runs WHERE old_seq = run_seq) WHERE run_seq >= 9007194959773696;
UPDATE deliveries SET run_seq = (SELECT new_seq FROM moved_runs WHERE old_seq = run_seq) WHERE run_seq >= 9007194959773696;
UPDATE runs SET seq = (SELECT new_seq FROM moved_runs WHERE old_seq = seq) WHERE seq >= 9007194959773696;
DROP TABLE moved_runs;

-- step: keeps the order of runs apart from the clock
-- The highest place of a run that was removed; null: none was. Places are given out once, also when no run is left.
ALTER TABLE instance ADD COLUMN removed_run_seq INTEGER;

-- step: widens runs
CREATE TABLE new_runs (
  -- order of acceptance, and the first part of the id: no index over ids is needed. Below zero: moved here (above)
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  trigger_seq INTEGER NOT NULL REFERENCES triggers (seq),
  -- A run is open up to 1 and has ended from 2 on, so that one comparison tells. -1 gathering, 0 queued, 1 running, 2 completed,
  -- 3 failed, 4 timeout, 5 cancelled, 6 validation_failed, 7 skipped_overlap, 8 skipped_data; the others are free.
  -- Numbers, and predicates without lists: comparing words in CHECKs and partial indexes was half the cost of an insert.
  status INTEGER NOT NULL CHECK (status BETWEEN -8 AND 15),
  -- 0 api, 1 rerun, 2 cron, 3 hook, 4 watch; the others are free
  source INTEGER NOT NULL CHECK (source BETWEEN 0 AND 15),
  -- claims so far: raised by the claim, before the solve starts
  attempt INTEGER NOT NULL DEFAULT 0,
  -- the process, or the lease of another machine, that holds the run: always while it runs, and while its data are read
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
  CHECK (status != 1 OR boot_id IS NOT NULL),
  CHECK (boot_id IS NULL OR status = 1 OR status < 0),
  CHECK (status != 1 OR (started_at IS NOT NULL AND attempt >= 1)),
  CHECK ((status <= 1) = (completed_at IS NULL))
) STRICT;

-- step by runs.seq: copies runs
INSERT INTO new_runs (
    seq, id, trigger_seq, status, source, attempt, boot_id, override_data, created_at, started_at, completed_at,
    solver_status, objective_value, error_message, execution_time_ms, model_digest, solution_digest,
    solver_version, schedule_id, scheduled_for, missed_count, rerun_of, fired_by, webhook_delivered,
    webhook_attempts
  )
  SELECT
    seq, id, trigger_seq, status, source, attempt, boot_id, override_data, created_at, started_at, completed_at,
    solver_status, objective_value, error_message, execution_time_ms, model_digest, solution_digest,
    solver_version, schedule_id, scheduled_for, missed_count, rerun_of, fired_by, webhook_delivered,
    webhook_attempts
  FROM runs WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq;

-- step: puts runs in place
DROP TABLE runs;
ALTER TABLE new_runs RENAME TO runs;

-- step: makes the indexes of runs
CREATE INDEX runs_by_trigger ON runs (trigger_seq, seq);
CREATE INDEX runs_queued ON runs (trigger_seq, seq) WHERE status = 0;
CREATE INDEX runs_running ON runs (trigger_seq, seq) WHERE boot_id IS NOT NULL;
CREATE INDEX runs_open_of_schedule ON runs (schedule_id) WHERE schedule_id IS NOT NULL AND completed_at IS NULL;
CREATE INDEX runs_ended ON runs (trigger_seq, status, seq) WHERE completed_at IS NOT NULL;
-- finds the runs that were moved; an insert pays one comparison for it
CREATE INDEX runs_moved ON runs (id) WHERE seq < 0;

-- step: widens schedules
CREATE TABLE new_schedules (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  trigger_id TEXT NOT NULL REFERENCES triggers (id),
  -- the one behind /triggers/{id}/schedule
  is_main INTEGER NOT NULL CHECK (is_main IN (0, 1)),
  -- watch: looks for new data, without a pattern
  kind TEXT NOT NULL DEFAULT 'cron' CHECK (kind IN ('cron', 'watch')),
  cron_expression TEXT,
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
  CHECK (is_enabled = 0 OR disabled_reason IS NULL),
  CHECK ((kind = 'cron') = (cron_expression IS NOT NULL))
) STRICT;
INSERT INTO new_schedules (
    id, organization_id, trigger_id, is_main, cron_expression, timezone, is_enabled, disabled_reason,
    override_data, overlap_policy, catch_up, catch_up_window_seconds, jitter_seconds, starts_at, ends_at,
    pause_until, exclude_dates, consecutive_failures, validation_failures, cursor_at, next_run_at, due_at,
    last_run_at, created_at, updated_at, deleted_at
  )
  SELECT
    id, organization_id, trigger_id, is_main, cron_expression, timezone, is_enabled, disabled_reason,
    override_data, overlap_policy, catch_up, catch_up_window_seconds, jitter_seconds, starts_at, ends_at,
    pause_until, exclude_dates, consecutive_failures, validation_failures, cursor_at, next_run_at, due_at,
    last_run_at, created_at, updated_at, deleted_at
  FROM schedules ORDER BY rowid;
DROP TABLE schedules;
ALTER TABLE new_schedules RENAME TO schedules;
CREATE UNIQUE INDEX schedules_main ON schedules (trigger_id) WHERE is_main = 1 AND deleted_at IS NULL;
CREATE INDEX schedules_by_trigger ON schedules (trigger_id, id);
CREATE INDEX schedules_due ON schedules (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX schedules_upcoming ON schedules (organization_id, next_run_at) WHERE next_run_at IS NOT NULL;
CREATE INDEX schedules_deleted ON schedules (deleted_at) WHERE deleted_at IS NOT NULL;

-- step: widens ticks
CREATE TABLE new_ticks (
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
  scheduled_for INTEGER NOT NULL CHECK (scheduled_for % 1000 = 0),
  -- what fired beside the instant: several files may be seen in one second; '' for the clock, which fires once an instant
  item TEXT NOT NULL DEFAULT '' CHECK (length(item) <= 128),
  -- waiting: for the run before it to end; all others are final
  outcome TEXT NOT NULL CHECK (outcome IN (
    'fired', 'coalesced', 'skipped_overlap', 'excluded', 'missed', 'shifted', 'waiting', 'paused', 'skipped_data', 'refused'
  )),
  reason TEXT,
  -- instants that its run makes up for, itself included; 0: it was on time
  missed_count INTEGER NOT NULL DEFAULT 0,
  jitter_seconds INTEGER NOT NULL DEFAULT 0,
  run_id TEXT,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (schedule_id, scheduled_for, item)
) STRICT, WITHOUT ROWID;
INSERT INTO new_ticks (
    schedule_id, scheduled_for, outcome, reason, missed_count, jitter_seconds, run_id, created_at
  )
  SELECT
    schedule_id, scheduled_for, outcome, reason, missed_count, jitter_seconds, run_id, created_at
  FROM ticks ORDER BY schedule_id, scheduled_for;
DROP TABLE ticks;
ALTER TABLE new_ticks RENAME TO ticks;
CREATE INDEX ticks_by_age ON ticks (created_at);
CREATE INDEX ticks_waiting ON ticks (schedule_id, scheduled_for) WHERE outcome = 'waiting';

-- step: widens tick_ranges
CREATE TABLE new_tick_ranges (
  schedule_id TEXT NOT NULL REFERENCES schedules (id),
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count >= 2),
  -- 0: there were more than were counted
  is_count_exact INTEGER NOT NULL CHECK (is_count_exact IN (0, 1)),
  outcome TEXT NOT NULL CHECK (outcome IN ('coalesced', 'excluded', 'missed', 'paused')),
  reason TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  CHECK (first_at <= last_at)
) STRICT;
INSERT INTO new_tick_ranges (
    schedule_id, first_at, last_at, count, is_count_exact, outcome, reason, created_at
  )
  SELECT
    schedule_id, first_at, last_at, count, is_count_exact, outcome, reason, created_at
  FROM tick_ranges ORDER BY rowid;
DROP TABLE tick_ranges;
ALTER TABLE new_tick_ranges RENAME TO tick_ranges;
CREATE INDEX tick_ranges_by_schedule ON tick_ranges (schedule_id, last_at);
CREATE INDEX tick_ranges_by_age ON tick_ranges (created_at);

-- step: widens deliveries
CREATE TABLE new_deliveries (
  id TEXT PRIMARY KEY,
  organization_id TEXT NOT NULL,
  -- null: an alarm of the service itself
  trigger_id TEXT REFERENCES triggers (id),
  -- null: the trigger's webhook
  destination_id TEXT,
  run_seq INTEGER REFERENCES runs (seq) ON DELETE CASCADE,
  event TEXT NOT NULL,
  -- the bytes that are signed and sent, the same on every attempt
  payload BLOB NOT NULL,
  -- held: until someone releases it; superseded: a newer run came first
  state TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'delivered', 'exhausted', 'held', 'superseded')),
  boot_id TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER,
  last_status INTEGER,
  last_error TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  CHECK (trigger_id IS NOT NULL OR destination_id IS NOT NULL),
  CHECK ((state = 'sending') = (boot_id IS NOT NULL)),
  CHECK ((state = 'pending') = (next_at IS NOT NULL))
) STRICT;

-- step by deliveries.rowid: copies deliveries
INSERT INTO new_deliveries (
    id, organization_id, trigger_id, run_seq, event, payload, state, boot_id, attempts, next_at, last_status,
    last_error, created_at, updated_at
  )
  SELECT
    id, organization_id, trigger_id, run_seq, event, payload, state, boot_id, attempts, next_at, last_status,
    last_error, created_at, updated_at
  FROM deliveries WHERE rowid BETWEEN ?1 AND ?2 ORDER BY rowid;

-- step: puts deliveries in place
DROP TABLE deliveries;
ALTER TABLE new_deliveries RENAME TO deliveries;

-- step: makes the indexes of deliveries
CREATE INDEX deliveries_due ON deliveries (trigger_id, destination_id, next_at) WHERE state = 'pending';
CREATE INDEX deliveries_sending ON deliveries (boot_id) WHERE state = 'sending';
CREATE INDEX deliveries_by_trigger ON deliveries (trigger_id, id);
CREATE INDEX deliveries_by_run ON deliveries (run_seq);
CREATE INDEX deliveries_of_no_run ON deliveries (created_at) WHERE run_seq IS NULL;

-- step: widens applied_objects
CREATE TABLE new_applied_objects (
  organization_id TEXT NOT NULL REFERENCES organizations (id),
  workspace_id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN (
    'document', 'trigger', 'schedule', 'source', 'feed', 'hook', 'destination', 'alarm', 'dataset'
  )),
  name TEXT NOT NULL,
  object_id TEXT NOT NULL,
  digest TEXT NOT NULL CHECK (length(digest) = 64),
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (organization_id, workspace_id, kind, name)
) STRICT, WITHOUT ROWID;
INSERT INTO new_applied_objects (
    organization_id, workspace_id, kind, name, object_id, digest, applied_at
  )
  SELECT
    organization_id, workspace_id, kind, name, object_id, digest, applied_at
  FROM applied_objects ORDER BY organization_id, workspace_id, kind, name;
DROP TABLE applied_objects;
ALTER TABLE new_applied_objects RENAME TO applied_objects;
