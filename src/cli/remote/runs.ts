/** `runs list|show|cancel|rerun|export`. */
import type { ListingPage } from "../../services/listing_page";
import type { RunObject, RunSummary } from "../../services/runs/runs";
import { OutputFile } from "../output_file";
import type { Connection } from "./connection";
import { csvLine } from "./csv";
import { findTriggerId } from "./find";
import { readRun, untilEnded } from "./fire";
import { describeRun, exitCodeOf, shownObjective } from "./run_words";
import { Misuse, numberOption, optionOf, type Session, tell, wordAt } from "./session";
import { table } from "./table";

const LIMIT_DEFAULT = 20;
const LIMIT_MAX = 10_000_000;
const PAGE_SIZE = 100;

export async function listRuns(session: Session): Promise<number> {
  const limit = numberOption(session, "limit", LIMIT_DEFAULT, 1, LIMIT_MAX);
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const runs: RunSummary[] = [];
  for await (const run of eachRun(session, trigger_id, limit)) runs.push(run);
  tell(session, runs, () =>
    table(
      ["RUN", "STATUS", "SOURCE", "CREATED", "SOLVER", "OBJECTIVE", "MS"],
      runs.map((run) => [
        run.id,
        run.status,
        run.source,
        run.created_at,
        run.result_data?.status,
        shownObjective(run),
        run.execution_time_ms?.toFixed(1),
      ]),
    ),
  );
  return 0;
}

export async function showRun(session: Session): Promise<number> {
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  tell(session, await readRun(session.connection, trigger_id, wordAt(session, 2)), describeRun);
  return 0;
}

export async function cancelRun(session: Session): Promise<number> {
  const trigger_id = await findTriggerId(session.connection, wordAt(session, 1));
  const path = `/triggers/${trigger_id}/runs/${encodeURIComponent(wordAt(session, 2))}/cancel`;
  const run = await session.connection.call<RunObject>("POST", path, {});
  tell(session, run, () => (run.status === "cancelled" ? `cancelled ${run.id}` : `${run.id} is stopping`));
  return 0;
}

export async function rerun(session: Session): Promise<number> {
  const { connection, parsed } = session;
  const trigger_id = await findTriggerId(connection, wordAt(session, 1));
  const path = `/triggers/${trigger_id}/runs/${encodeURIComponent(wordAt(session, 2))}/rerun`;
  const queued = await connection.call<{ run_id: string }>("POST", path, {});
  if (parsed.options.wait === undefined) {
    tell(session, queued, ({ run_id }) => run_id);
    return 0;
  }
  const run = await untilEnded(session, trigger_id, queued.run_id);
  tell(session, run, describeRun);
  return exitCodeOf(run);
}

/** Columns of the CSV, in order; nested values are written as JSON. */
const COLUMNS: readonly (readonly [name: string, value: (run: RunSummary) => unknown])[] = [
  ["id", (run) => run.id],
  ["status", (run) => run.status],
  ["source", (run) => run.source],
  ["created_at", (run) => run.created_at],
  ["started_at", (run) => run.started_at],
  ["completed_at", (run) => run.completed_at],
  ["queue_time_ms", (run) => run.queue_time_ms],
  ["execution_time_ms", (run) => run.execution_time_ms],
  ["solver_status", (run) => run.result_data?.status],
  ["objective_value", (run) => run.result_data?.objective_value],
  ["error_message", (run) => run.error_message],
  ["attempt", (run) => run.attempt],
  ["version_id", (run) => run.version_id],
  ["model_digest", (run) => run.model_digest],
  ["solution_digest", (run) => run.solution_digest],
  ["scheduled_for", (run) => run.scheduled_for],
  ["rerun_of", (run) => run.rerun_of],
  ["override_data", (run) => run.override_data],
];

/**
 * Writes every run, newest first, as soon as it is read, so that a history of millions is never held in memory. The file is
 * complete or stays as it was. When the reader of a pipe goes away, nothing more is read.
 */
export async function exportRuns(session: Session): Promise<number> {
  const format = optionOf(session, "format") ?? "csv";
  if (format !== "csv" && format !== "json") throw new Misuse(`--format: csv or json is expected, found ${format}`);
  const is_full = session.parsed.options.full !== undefined;
  if (is_full && format === "csv") throw new Misuse("--full: whole answers are exported as JSON; add --format json");
  const limit = numberOption(session, "limit", LIMIT_MAX, 1, LIMIT_MAX);
  const { connection, terminal } = session;
  const trigger_id = await findTriggerId(connection, wordAt(session, 1));
  const sink = openSink(session);
  let count = 0;
  try {
    if (format === "csv") sink.write(csvLine(COLUMNS.map(([name]) => name)));
    for await (const run of eachRun(session, trigger_id, limit)) {
      if (!terminal.isRead()) break;
      const whole = is_full ? await readRun(connection, trigger_id, run.id) : run;
      sink.write(format === "csv" ? csvLine(COLUMNS.map(([, value]) => value(run))) : `${JSON.stringify(whole)}\n`);
      count += 1;
      if (terminal.is_interactive && count % PAGE_SIZE === 0) terminal.err(`\r${count} runs`);
    }
  } catch (error) {
    sink.drop();
    throw error;
  }
  sink.keep();
  if (terminal.is_interactive) terminal.err(`\r${count} runs\n`);
  return 0;
}

/** Pages shift while new runs come in, so a run may be on two pages; it is returned once. */
async function* eachRun(session: Session, trigger_id: string, limit: number): AsyncGenerator<RunSummary> {
  const filter = new URLSearchParams();
  for (const name of ["status", "source"]) {
    const value = optionOf(session, name);
    if (value !== null) filter.set(name, value);
  }
  let last_id: string | null = null;
  let count = 0;
  for (let page = 1; ; page += 1) {
    const found: ListingPage<RunSummary> = await readPage(session.connection, trigger_id, filter, page);
    for (const run of found.items) {
      // Newest first, and ids sort by age.
      if (last_id !== null && run.id >= last_id) continue;
      last_id = run.id;
      yield run;
      count += 1;
      if (count === limit) return;
    }
    if (!found.has_next) return;
  }
}

function readPage(connection: Connection, trigger_id: string, filter: URLSearchParams, page: number) {
  const query = new URLSearchParams(filter);
  query.set("page", String(page));
  query.set("page_size", String(PAGE_SIZE));
  return connection.call<ListingPage<RunSummary>>("GET", `/triggers/${trigger_id}/runs?${query}`);
}

function openSink(session: Session): Pick<OutputFile, "write" | "keep" | "drop"> {
  const path = optionOf(session, "out");
  if (path !== null) return new OutputFile(path);
  return { write: (text) => session.terminal.out(String(text)), keep: () => {}, drop: () => {} };
}
