/** Databases of every schema that was released, with rows in every table, and digests that tell whether a row was changed. */
import { Database } from "bun:sqlite";
import { createHash } from "node:crypto";
import { APPLICATION_ID } from "../../src/storage/directory/backup";
import { MIGRATIONS, migrate } from "../../src/storage/migrations";

export const INSTANCE_ID = "ins_old";
const NOTHING = { backup: () => "", freeBytes: () => Number.MAX_SAFE_INTEGER, onProgress: () => {} };

/** Makes a database of the given schema at `path`, with `runs` runs and what belongs to them. Its API keys are revoked. */
export function makeOldDatabase(path: string, schema: number, runs: number): void {
  const client = new Database(path, { create: true });
  client.run(`PRAGMA auto_vacuum = INCREMENTAL; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA journal_mode = WAL`);
  for (const { number } of MIGRATIONS.slice(0, schema)) {
    migrate(client, MIGRATIONS.slice(0, number), { now: 1, program_version: `0.${number}.0`, ...NOTHING });
    client.run("PRAGMA foreign_keys = ON");
    client.transaction(() => FILL[number]?.(client, runs))();
  }
  client.run("PRAGMA wal_checkpoint(TRUNCATE)");
  client.close();
}

/** What each schema adds: rows for the tables that it made. A test finds tables that stayed empty. */
const FILL: Readonly<Record<number, (client: Database, runs: number) => void>> = { 1: fillInitial };

const OWNERS = `
  INSERT INTO instance VALUES ('${INSTANCE_ID}', 'zones of 0.1.0', 1760000000000);
  INSERT INTO organizations VALUES ('org_1', 'Werk Süd', 1), ('org_2', 'O''Brien', 2);
  INSERT INTO users VALUES ('usr_1', 'org_1', 'admin', 1);
  INSERT INTO workspaces VALUES ('wsp_1', 'org_1', 'Default', 1), ('wsp_2', 'org_1', 'Nights', 2);
  INSERT INTO api_keys VALUES ('key_1', 'org_1', 'usr_1', 'first', 'admin', NULL, 'ok_live_0123', zeroblob(32), 1, NULL, 6),
    ('key_2', 'org_1', 'usr_1', 'reader', 'viewer', 'wsp_2', 'ok_live_4567', CAST(printf('%032d', 2) AS BLOB), 1, 9, 5);
  INSERT INTO sign_in_links VALUES (zeroblob(32), 'org_1', 'usr_1', 'admin', 1, 2, 'key_1');
  INSERT INTO audit VALUES (7, 'org_1', 5, 'key_1', 'usr_1', '10.0.0.1', 'req_1', 'trigger.create', 'trg_1', 'done', 'made'),
    (9, 'org_1', 6, NULL, NULL, 'command line', NULL, 'key.create', NULL, 'refused', NULL);
  INSERT INTO documents VALUES ('doc_1', 'org_1', 'wsp_1', 'usr_1', 'Plan', '{"a":1}', NULL, 1, 2, NULL),
    ('doc_2', 'org_1', 'wsp_2', 'usr_1', 'Old', NULL, '{}', 1, 2, 3);
  INSERT INTO versions VALUES ('ver_1', 'doc_1', 'org_1', 1, 0, NULL, NULL, 'Initial version', NULL, '{"a":1}', 'd1', 1),
    ('ver_2', 'doc_1', 'org_1', 2, 1, 'named', 'why', 'Modified 1 constraint', '{}', '{"a":2}', 'd2', 2);
  INSERT INTO applied_objects VALUES ('org_1', '', 'document', 'Plan', 'doc_1', printf('%064d', 1), 5),
    ('org_1', 'wsp_2', 'trigger', 'Nightly', 'trg_1', printf('%064d', 2), 6);`;

const TRIGGERS = 20;
const FIRST_SEQ = 116_000_000_000_000;

function fillInitial(client: Database, runs: number): void {
  client.run(OWNERS);
  client.run(
    `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${TRIGGERS})
     INSERT INTO triggers (id, organization_id, workspace_id, created_by, name, document_id, version_id, secret_hash, secret_prefix,
         override_contract, webhook_url, webhook_secret, is_enabled, priority, total_runs, stored_runs, created_at, updated_at)
       SELECT 'trg_' || i, 'org_1', 'wsp_1', 'usr_1', 'Trigger ' || i, 'doc_1', 'ver_2', CAST(printf('%032d', i) AS BLOB), '01234567',
         '{}', 'https://receiver.plant/' || i, randomblob(40), i % 2, i % 10, 100 * i, 50 * i, i, i FROM n`,
  );
  client.run(`INSERT INTO idempotency_keys VALUES ('trg_1', 'night', zeroblob(32), 'run_1', 5)`);
  client.run(
    `INSERT INTO schedules (id, organization_id, trigger_id, is_main, cron_expression, timezone, is_enabled, override_data, overlap_policy,
         catch_up, catch_up_window_seconds, jitter_seconds, cursor_at, next_run_at, due_at, created_at, updated_at, deleted_at)
       SELECT 'tsch_' || seq, organization_id, id, 1, '0 6 * * *', 'Europe/Berlin', is_enabled, '{"cap":3}', 'buffer_one', 'all', 86400, 5,
         1760000000000, nullif(is_enabled, 0) * 1760000001000, nullif(is_enabled, 0) * 1760000001000, 1, 2, iif(is_enabled = 1, NULL, 4)
       FROM triggers;
     INSERT INTO ticks SELECT schedules.id, 1000 * json_each.key, json_each.value, 'why', 1, 2, 'run_' || json_each.key, 7
       FROM schedules, json_each('["fired","coalesced","skipped_overlap","excluded","missed","shifted","waiting"]');
     INSERT INTO tick_ranges SELECT id, 1000, 90000, 90, 0, 'missed', 'down', 8 FROM schedules;
     INSERT INTO tick_ranges SELECT id, 1000, 5000, 5, 1, 'excluded', 'holiday', 9 FROM schedules;`,
  );
  fillRuns(client, runs);
}

/** Two in a thousand are open, the others have ended in every way; each fourth has a delivery. */
function fillRuns(client: Database, runs: number): void {
  client.run(
    `WITH RECURSIVE n (i, status) AS (SELECT 1, 2 UNION ALL SELECT i + 1, iif(i % 1000 < 2, i % 2, 2 + i % 6) FROM n WHERE i < ${runs})
     INSERT INTO runs (seq, id, trigger_seq, status, source, attempt, boot_id, override_data, created_at, started_at, completed_at, solver_status,
         objective_value, error_message, execution_time_ms, model_digest, solution_digest, solver_version, schedule_id, scheduled_for,
         missed_count, rerun_of, fired_by, webhook_delivered, webhook_attempts)
       SELECT ${FIRST_SEQ} + 41 * i, printf('run_%027d', i), 1 + i % ${TRIGGERS}, status, i % 3, i % 4 + 1, iif(status = 1, 'boot_old', NULL),
         iif(i % 5 = 0, NULL, json_object('demand', i, 'note', 'Größe ' || i)), 1750000000000 + i, iif(status = 0, NULL, 1750000000100 + i),
         iif(status < 2, NULL, 1750000000200 + i), iif(status = 2, 'optimal', NULL), iif(status = 2, i / 7.0, NULL),
         iif(status > 2, 'because ' || i, NULL), i / 3.0, printf('%064x', i), printf('%064x', i * 3), 'HiGHS 1.15.1',
         iif(i % 3 = 2, 'tsch_' || (1 + i % ${TRIGGERS}), NULL), iif(i % 3 = 2, 1750000000000, NULL), iif(i % 3 = 2, i % 4, NULL),
         iif(i % 3 = 1, 'run_before', NULL), iif(i % 7 = 0, 'key_1', NULL), iif(i % 4 = 0, i % 2, NULL), i % 3 FROM n`,
  );
  client.run(
    `INSERT INTO run_results SELECT seq, seq % 2, randomblob(200 + seq % 300) FROM runs WHERE status = 2;
     INSERT INTO run_inputs SELECT seq, randomblob(500) FROM runs WHERE seq % 20 = 0;
     INSERT INTO run_progress SELECT seq, randomblob(100) FROM runs WHERE seq % 50 = 0;
     INSERT INTO deliveries SELECT 'whd_' || seq, 'org_1', 'trg_' || trigger_seq, seq, 'trigger.run.completed', randomblob(400),
         json_extract('["pending","sending","delivered","exhausted"]', '$[' || (seq % 4) || ']'), iif(seq % 4 = 1, 'boot_old', NULL), 3,
         iif(seq % 4 = 0, 1750000009000, NULL), 500, 'no answer', 1, 2 FROM runs WHERE status > 1 AND (seq - ${FIRST_SEQ}) / 41 % 4 = 0;
     INSERT INTO deliveries VALUES ('whd_ping', 'org_1', 'trg_1', NULL, 'webhook.ping', randomblob(40), 'delivered', NULL, 1, NULL, 200, NULL, 1, 2);
     INSERT INTO delivery_attempts SELECT id, 1, 5, 500, 12, 'no answer', 'busy' FROM deliveries WHERE run_seq % 8 = 0;`,
  );
}

/** Rows and a digest of each table, over its given columns; `columns` null: over all that it has. */
export type TableDigests = Readonly<
  Record<string, { readonly rows: number; readonly digest: string; columns: readonly string[] }>
>;

/** Digests every table of a database but `migrations`; rows in the order of all their columns. */
export function digestTables(path: string, like: TableDigests | null = null): TableDigests {
  const client = new Database(path);
  try {
    client.run("PRAGMA temp_store = FILE");
    const names = client
      .query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name != 'migrations'",
      )
      .values()
      .flat() as string[];
    const wanted = like === null ? names : names.filter((name) => name in like);
    return Object.fromEntries(wanted.map((name) => [name, digestTable(client, name, like?.[name]?.columns ?? null)]));
  } finally {
    client.close();
  }
}

function digestTable(client: Database, name: string, kept: readonly string[] | null) {
  const columns = kept ?? (client.query("SELECT name FROM pragma_table_info(?1)").values(name).flat() as string[]);
  const hash = createHash("sha256");
  let rows = 0;
  const quoted = columns.map((column) => `quote(${column})`).join(" || ',' || ");
  // The first column is the key, or begins it; rows of one key are told apart by the others.
  for (const row of client
    .query(`SELECT ${quoted} AS text FROM ${name} ORDER BY ${columns.slice(0, 4).join(", ")}`)
    .iterate()) {
    hash.update((row as { text: string }).text);
    rows += 1;
  }
  return { rows, digest: hash.digest("hex"), columns };
}
