/**
 * Random patterns in random zones under random clock histories (turns, stops with restarts, jumps both ways, resets), around
 * clock changes: what fired must be what a plain walk over scanned wall times says, instant by instant. HISTORY_SEED repeats one, HISTORIES makes more.
 */
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { type Json, movableClock, RESTOCK, type World } from "../../world";
import { DAY_MS, HOUR_MS, MINUTE_MS, type MovableClock, startScheduleWorld } from "./schedule_setup";
import { PlainLedger, type PlainPattern, type PlainSchedule, scanBounds, WallClock } from "./tick_oracle";

const SEED = Number(process.env.HISTORY_SEED ?? 20_261_124);
const HISTORIES = Number(process.env.HISTORIES ?? 14);
const SCHEDULES = 14;

/** A change of a zone's clock, and the zone. */
const CHANGES = [
  ["Europe/Madrid", "2026-03-29T01:00:00Z"],
  ["Europe/Madrid", "2026-10-25T01:00:00Z"],
  ["America/New_York", "2026-03-08T07:00:00Z"],
  ["America/New_York", "2026-11-01T06:00:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T15:00:00Z"],
  ["Australia/Lord_Howe", "2026-10-03T15:30:00Z"],
  ["Africa/Casablanca", "2026-03-22T02:00:00Z"],
  ["America/Havana", "2026-03-08T05:00:00Z"],
  ["Pacific/Chatham", "2026-04-04T14:00:00Z"],
  ["America/Santiago", "2026-09-06T04:00:00Z"],
] as const;
const OTHER_ZONES = ["UTC", "Asia/Kathmandu", "Asia/Tokyo", "Pacific/Apia", "Europe/Lisbon", "Atlantic/Azores"];

interface PlainField {
  readonly text: string;
  readonly values: readonly number[];
}

const range = (from: number, until: number): number[] => Array.from({ length: until - from + 1 }, (_, i) => from + i);
const every = (max: number): PlainField => ({ text: "*", values: range(0, max) });

function field(max: number): fc.Arbitrary<PlainField> {
  const list = fc
    .uniqueArray(fc.integer({ min: 0, max }), { minLength: 1, maxLength: 3 })
    .map((values) => ({ text: values.join(","), values }));
  const step = fc
    .integer({ min: 2, max: 20 })
    .map((by) => ({ text: `*/${by}`, values: range(0, max).filter((value) => value % by === 0) }));
  const span = fc
    .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max: 5 }))
    .map(([from, more]) => ({ from, until: Math.min(max, from + more) }))
    .map(({ from, until }) => ({ text: `${from}-${until}`, values: range(from, until) }));
  return fc.oneof(list, step, span, fc.constant(every(max)));
}

function days(min: number, max: number): fc.Arbitrary<PlainField | null> {
  const list = fc
    .uniqueArray(fc.integer({ min, max }), { minLength: 1, maxLength: 12 })
    .map((values) => ({ text: values.join(","), values }));
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: list });
}

const pattern: fc.Arbitrary<PlainPattern> = fc
  .record({
    seconds: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 59 }), { minLength: 1, maxLength: 2 }), { freq: 4 }),
    minute: field(59),
    // Clocks change at night.
    hour: fc.oneof(
      field(23),
      field(4).filter(({ text }) => !text.startsWith("*")),
    ),
    day_of_month: days(1, 28),
    day_of_week: days(0, 6),
  })
  .map(({ seconds, minute, hour, day_of_month, day_of_week }) => ({
    text: [
      ...(seconds === null ? [] : [seconds.join(",")]),
      ...[minute.text, hour.text, day_of_month?.text ?? "*", "*", day_of_week?.text ?? "*"],
    ].join(" "),
    is_interval: minute.text.startsWith("*") || hour.text.startsWith("*"),
    seconds: seconds ?? [0],
    minutes: new Set(minute.values),
    hours: new Set(hour.values),
    days_of_month: day_of_month === null ? null : new Set(day_of_month.values),
    days_of_week: day_of_week === null ? null : new Set(day_of_week.values),
  }));

const schedule = (zone: string, near: readonly string[]) =>
  fc.record({
    pattern,
    zone: fc.oneof(
      { weight: 4, arbitrary: fc.constant(zone) },
      { weight: 1, arbitrary: fc.constantFrom(...OTHER_ZONES) },
    ),
    catch_up: fc.constantFrom("latest", "none", "all"),
    catch_up_window_seconds: fc.constantFrom(0, 30, 7200, 86_400, 864_000),
    jitter_seconds: fc.constantFrom(0, 0, 0, 40, 3600),
    exclude_dates: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray([...near]) },
    ),
  });

type Step = { readonly kind: "turns" | "stop" | "jump" | "reset"; readonly moves: readonly number[] };

const ahead = fc.oneof(
  fc.integer({ min: 0, max: 90_000 }),
  fc.integer({ min: 0, max: 8 * HOUR_MS }),
  fc.integer({ min: 0, max: 2 * DAY_MS }),
);
const back = fc.oneof(fc.integer({ min: -90_000, max: 0 }), fc.integer({ min: -5 * HOUR_MS, max: 0 }));
const move = fc.oneof({ weight: 5, arbitrary: ahead }, { weight: 1, arbitrary: back });

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("turns" as const),
      moves: fc.array(fc.oneof(fc.integer({ min: 300, max: 55_000 }), fc.integer({ min: 0, max: 20 * MINUTE_MS })), {
        minLength: 5,
        maxLength: 30,
      }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("stop", "jump"), moves: fc.tuple(move) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reset" as const), moves: fc.constant([]) }) },
);

const history = fc.constantFrom(...CHANGES).chain(([zone, change]) => {
  const start = Date.parse(change) - 14 * HOUR_MS;
  const near = [0, 1, 2].map((day) => new Date(start + day * DAY_MS).toISOString().slice(0, 10));
  return fc.record({
    start: fc.integer({ min: start, max: start + 13 * HOUR_MS }),
    schedules: fc.array(schedule(zone, near), { minLength: SCHEDULES, maxLength: SCHEDULES }),
    steps: fc.array(step, { minLength: 10, maxLength: 20 }),
  });
});

type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

/** Moves clock and service through a history; `onTurn` is told each time at which the scheduler looked. */
async function play(
  clock: MovableClock,
  directory: string,
  { schedules, steps }: History,
  onTurn: (now: number) => void,
  onReset: (now: number) => void,
): Promise<{ ids: string[]; runs: Map<string, string[]>; doubles: number }> {
  let here = await startScheduleWorld(clock, { directory });
  const trigger = await here.world.makeTrigger(RESTOCK);
  const path = `/api/v2/triggers/${trigger.id}/schedules`;
  const ids: string[] = [];
  for (const one of schedules) {
    const body = { ...one, cron_expression: one.pattern.text, timezone: one.zone, overlap_policy: "allow" };
    const { pattern: _, zone: __, ...fields } = body;
    const made = await here.world.call("POST", path, fields);
    expect([one.pattern.text, made.status, made.body.detail]).toEqual([one.pattern.text, 201, undefined]);
    ids.push(made.body.id);
  }
  const look = async (move: number): Promise<void> => {
    clock.move(move);
    onTurn(clock.now());
    await here.turn();
  };
  for (const { kind, moves } of steps) {
    if (kind === "reset") {
      await Promise.all(ids.map((id) => here.world.call("POST", `${path}/${id}/reset-cursor`)));
      onReset(clock.now());
    }
    if (kind === "stop") {
      await here.world.stop();
      clock.move(moves[0]!);
      here = await startScheduleWorld(clock, { directory });
      await look(0);
    } else for (const move of moves) await look(move);
  }
  const found = { ids, ...readRuns(here.world) };
  await here.world.stop();
  return found;
}

/** `instant missed_count` of each schedule's runs, in order, and how many instants have more than one. */
function readRuns({ app }: World): { runs: Map<string, string[]>; doubles: number } {
  const { client } = app.context;
  const rows = client.query("SELECT schedule_id, scheduled_for, missed_count FROM runs ORDER BY seq").all() as Json[];
  const runs = new Map<string, string[]>();
  for (const { schedule_id, scheduled_for, missed_count } of rows) {
    const list = runs.get(schedule_id) ?? [];
    runs.set(schedule_id, list);
    list.push(`${new Date(scheduled_for).toISOString()} ${missed_count}`);
  }
  const keys = rows.map(({ schedule_id, scheduled_for }) => `${schedule_id} ${scheduled_for}`);
  return { runs, doubles: keys.length - new Set(keys).size };
}

const walls = new Map<string, WallClock>();

function scan(one: PlainSchedule, first: number, last: number) {
  const bounds = scanBounds(first, last);
  const key = `${one.zone} ${bounds.join(" ")}`;
  const wall = walls.get(key) ?? new WallClock(one.zone, ...bounds);
  walls.set(key, wall);
  return wall.scan(one.pattern);
}

test(`every tick that the policy allows fires once, none twice, none is lost (HISTORY_SEED ${SEED})`, async () => {
  let fired = 0;
  await fc.assert(
    fc.asyncProperty(history, async (told) => {
      const directory = mkdtempSync(join(tmpdir(), "jaot-history-"));
      const clock = movableClock(new Date(told.start).toISOString());
      const events: { at: number; is_reset: boolean }[] = [];
      const { ids, runs, doubles } = await play(
        clock,
        directory,
        told,
        (at) => events.push({ at, is_reset: false }),
        (at) => events.push({ at, is_reset: true }),
      );
      rmSync(directory, { recursive: true });
      const last = Math.max(...events.map(({ at }) => at), told.start) + MINUTE_MS;
      const first = Math.min(...events.map(({ at }) => at), told.start);
      for (const [i, plain] of told.schedules.entries()) {
        const one = { ...plain, id: ids[i]! } as PlainSchedule;
        const ledger = new PlainLedger(one, scan(one, first, last), told.start);
        for (const { at, is_reset } of events) is_reset ? ledger.reset(at) : ledger.turn(at);
        expect([one, runs.get(one.id) ?? []]).toEqual([one, ledger.runs]);
        fired += ledger.runs.length;
      }
      expect(doubles).toBe(0);
    }),
    { seed: SEED, numRuns: HISTORIES, endOnFailure: true },
  );
  expect(fired).toBeGreaterThan(100 * HISTORIES);
}, 300_000);
