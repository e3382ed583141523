/**
 * `fire TRIGGER`: queues a run, and with --wait waits for its end. Each fire carries an Idempotency-Key. Sending it again
 * with the same key waits for the same run, which needs only the trigger's secret, and a fire whose answer was lost can
 * be repeated without a second run.
 */
import type { RunObject } from "../../services/runs/runs";
import { readOverrides } from "../model_file";
import { type Connection, readLine } from "./connection";
import { findTriggerId } from "./find";
import { describeRun, exitCodeOf } from "./run_words";
import { Misuse, numberOption, optionOf, type Session, tell, wordAt } from "./session";

const WAIT_SECONDS_EACH = 50;
const WAIT_SECONDS_MAX = 604_800;
const KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

type FireAnswer = RunObject | { readonly run_id: string; readonly status: "queued" };

export async function fire(session: Session): Promise<number> {
  const { terminal, parsed, connection } = session;
  const override_data = readOverrides(parsed);
  const secret = secretOf(session);
  const key = optionOf(session, "idempotency-key") ?? `cli-${terminal.ids.randomDigits()}`;
  if (!KEY_PATTERN.test(key)) throw new Misuse("--idempotency-key: 1 to 255 visible ASCII characters are expected");
  const trigger_id = await findTriggerId(connection, wordAt(session, 0));
  const send = (wait_seconds: number): Promise<FireAnswer> =>
    connection.call("POST", `/triggers/${trigger_id}/fire`, override_data === undefined ? {} : { override_data }, {
      ...(secret === null ? {} : { token: secret }),
      headers: { "idempotency-key": key, ...(wait_seconds > 0 ? { prefer: `wait=${wait_seconds}` } : {}) },
      wait_seconds,
    });
  const is_waiting = parsed.options.wait !== undefined || parsed.options.timeout !== undefined;
  if (!is_waiting) {
    tell(session, await send(0), (answer) => runIdOf(answer));
    return 0;
  }
  const timeout = numberOption(session, "timeout", WAIT_SECONDS_MAX, 1, WAIT_SECONDS_MAX);
  const deadline = terminal.clock.monotonic() + timeout * 1000;
  for (;;) {
    const left_seconds = Math.ceil((deadline - terminal.clock.monotonic()) / 1000);
    const answer = await send(Math.max(0, Math.min(WAIT_SECONDS_EACH, left_seconds)));
    if ("id" in answer) {
      tell(session, answer, describeRun);
      return exitCodeOf(answer);
    }
    if (left_seconds <= 0) {
      tell(session, answer, ({ run_id }) => `${run_id} has not ended after ${timeout} s`);
      return 1;
    }
  }
}

/** Polls a run until it has ended, with an API key. */
export async function untilEnded(session: Session, trigger_id: string, run_id: string): Promise<RunObject> {
  const { connection, terminal } = session;
  for (let pause_ms = 50; ; pause_ms = Math.min(2 * pause_ms, 2000)) {
    const run = await readRun(connection, trigger_id, run_id);
    if (run.completed_at !== null) return run;
    await new Promise<void>((resolve) => terminal.clock.after(pause_ms, resolve));
  }
}

export function readRun(connection: Connection, trigger_id: string, run_id: string): Promise<RunObject> {
  return connection.call("GET", `/triggers/${trigger_id}/runs/${encodeURIComponent(run_id)}`);
}

function runIdOf(answer: FireAnswer): string {
  return "id" in answer ? answer.id : answer.run_id;
}

/** The trigger's own secret, when one is given; null: the API key is used. */
function secretOf(session: Session): string | null {
  const file = optionOf(session, "secret-file");
  return file === null ? (session.terminal.environment.JAOT_TRIGGER_SECRET ?? null) : readLine(file);
}
