/**
 * The steps of a migration's SQL. Each begins with a line `-- step: what it does`, which is shown while it runs. A step
 * `-- step by TABLE.KEY: what it does` is one statement that is run slice by slice: ?1 and ?2 are the first and the last key
 * of a slice, so that copying many rows can show its progress.
 */
import type { Database } from "bun:sqlite";

export interface Step {
  readonly text: string;
  readonly sql: string;
  /** If set, the statement is run for slices of this table, by this key. */
  readonly slices: { readonly table: string; readonly key: string } | null;
}

const STEP_LINE = /^-- step(?: by (\w+)\.(\w+))?: (.+)$/m;
const SLICE_ROWS = 100_000;
const PERCENT = 100;

/** SQL without a step line is one step. */
export function stepsOf(sql: string): Step[] {
  const [before = "", ...rest] = sql.split(new RegExp(STEP_LINE, "gm"));
  const steps: Step[] = [];
  for (let i = 0; i + 3 < rest.length; i += 4) {
    const [table, key, text, body] = rest.slice(i, i + 4) as [string | undefined, string | undefined, string, string];
    steps.push({ text, sql: body, slices: table === undefined ? null : { table, key: key! } });
  }
  if (steps.length > 0) return steps;
  return [{ text: "changes the schema", sql: before, slices: null }];
}

/** Runs one step inside the caller's transaction; `next` is called at its beginning and, with false, for each slice. */
export function runStep(db: Database, step: Step, next: (text: string, is_new?: boolean) => void): void {
  next(step.text);
  if (step.slices === null) db.run(step.sql);
  else runSlices(db, step, step.slices, next);
}

function runSlices(
  db: Database,
  step: Step,
  { table, key }: NonNullable<Step["slices"]>,
  next: (text: string, is_new?: boolean) => void,
): void {
  const total = (db.query(`SELECT count(*) AS n FROM ${table}`).get() as { n: number }).n;
  const end = db.prepare(
    `SELECT max(key) AS last, min(key) AS first, count(*) AS n FROM (SELECT ${key} AS key FROM ${table} WHERE ${key} > ?1 ORDER BY ${key} LIMIT ${SLICE_ROWS})`,
  );
  const statement = db.prepare(step.sql);
  let done = 0;
  let last = Number.MIN_SAFE_INTEGER;
  while (done < total) {
    const slice = end.get(last) as { first: number; last: number; n: number };
    statement.run(slice.first, slice.last);
    done += slice.n;
    last = slice.last;
    if (total > SLICE_ROWS) next(`${step.text}: ${done} of ${total}, ${Math.floor((done / total) * PERCENT)} %`, false);
  }
  end.finalize();
  statement.finalize();
}
