/**
 * What every place to solve promises, as tests that each implementation runs: describePlace(name, open). Models are those of
 * process/child_entry.ts. A place that cannot keep a promise leaves it out by name and says why.
 */
import { afterEach, describe, expect, test } from "bun:test";
import { systemClock } from "../../src/clock";
import type { Progress, SolveOutcome } from "../../src/solver/messages";
import { SOLVE_OPTIONS_DEFAULT } from "../../src/solver/options";
import type { SolveRequest, SolverPlace } from "../../src/solver/place";
import { marketSplit, PRODUCTION, type ProblemText } from "./problem_text";

/** Far out of reach, with a first solution at once. */
export const HARD: ProblemText = marketSplit(4, 30);

export interface OpenPlace {
  readonly place: SolverPlace;
  /** Settles when a job that spins, and hears nothing, is in hand. */
  untilSpinning(): Promise<void>;
  /** Stops the place; whatever it left behind is found and told by throwing. */
  close(): Promise<void>;
}

/** Opens a place with that many slots, none of them taken. */
export type OpenPlaceFor = (slots: number) => OpenPlace | Promise<OpenPlace>;

export function request(model: object, changes: Partial<SolveRequest> & { seconds?: number } = {}): SolveRequest {
  const text = JSON.stringify(model);
  const { seconds = 60, ...rest } = changes;
  const options = { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: seconds };
  return {
    model: { digest: text, readText: () => text },
    bound: null,
    override_data: null,
    options,
    quick: false,
    ...rest,
  };
}

export const production = (changes: Partial<SolveRequest> = {}) => request({ problem: PRODUCTION }, changes);

export async function timed<Result>(work: Promise<Result>): Promise<{ outcome: Result; elapsed_ms: number }> {
  const started_ms = systemClock.monotonic();
  const outcome = await work;
  return { outcome, elapsed_ms: systemClock.monotonic() - started_ms };
}

/** Submits a hard job and waits until it has a solution. */
export async function submitUntilIncumbent(place: SolverPlace, changes: Partial<SolveRequest> = {}) {
  const has_incumbent = Promise.withResolvers<void>();
  const onProgress = ({ incumbent }: Progress) => {
    if (incumbent !== null) has_incumbent.resolve();
  };
  const job = place.submit(request({ problem: HARD }, changes), { onProgress });
  await has_incumbent.promise;
  return job;
}

const RETURNED: SolveOutcome = { kind: "returned" };

export function describePlace(name: string, openFor: OpenPlaceFor): void {
  const opened: OpenPlace[] = [];
  const open = async (slots = 1): Promise<OpenPlace> => {
    const one = await openFor(slots);
    opened.push(one);
    return one;
  };
  afterEach(async () => {
    for (const one of opened.splice(0)) await one.close();
  });

  describe(`${name}: jobs`, () => testJobs(open));
  describe(`${name}: jobs`, () => testFailures(open));
  describe(`${name}: limits and cancelling`, () => testStops(open));
  describe(`${name}: priorities`, () => testPriorities(open));
  describe(`${name}: a priority that gives way in time`, () => testGivingWay(open));
  describe(`${name}: its end`, () => testEnd(open));
}

type Open = (slots?: number) => Promise<OpenPlace>;

function testJobs(open: Open): void {
  test("are solved with the request's data, and the place then tells its solver", async () => {
    const { place } = await open();
    expect(place.stats()).toMatchObject({ solvers_max: 1, waiting: 0, waiting_low: 0 });
    const outcome = await place.submit(production({ override_data: 5 })).outcome;
    expect(outcome).toMatchObject({ kind: "solved", status: "optimal", objective_value: 3655 });
    const { solver_version } = outcome as Extract<SolveOutcome, { kind: "solved" }>;
    expect(place.stats()).toMatchObject({ solver_version, solvers: [{ state: "idle", solves: 1, jobs: 0 }] });
  });

  test("that do not compile say why, and one whose compiler breaks costs itself alone", async () => {
    const { place } = await open();
    expect(await place.submit(request({ act: "error" })).outcome).toMatchObject({ kind: "model_error" });
    const broken = await place.submit(request({ act: "throw" })).outcome;
    expect(broken).toMatchObject({ kind: "failed", code: "internal_error" });
    expect(await place.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });

  test("read their model's text at most once for each solver", async () => {
    const { place } = await open();
    let reads = 0;
    const { model } = production();
    const readText = () => {
      reads += 1;
      return model.readText();
    };
    for (let round = 0; round < 3; round++) {
      await place.submit(production({ model: { digest: model.digest, readText } })).outcome;
    }
    expect(reads).toBe(1);
  });

  test("take the free slots and wait beyond them", async () => {
    const { place } = await open(2);
    expect(place.freeSlots()).toBe(2);
    const jobs = Array.from({ length: 3 }, () => place.submit(request({ problem: HARD }, { seconds: 0.3 })));
    expect(place.freeSlots()).toBe(0);
    expect(place.stats().waiting).toBe(1);
    await Promise.all(jobs.map(({ outcome }) => outcome));
    expect(place.freeSlots()).toBe(2);
  });

  test("that are quick come back done or returned, and in order", async () => {
    const { place } = await open();
    expect(place.freeSlots(true)).toBeGreaterThanOrEqual(place.freeSlots());
    const order: number[] = [];
    const jobs = Array.from({ length: 12 }, () => place.submit(production({ quick: true })));
    for (const { job, outcome } of jobs) void outcome.then(() => order.push(job));
    for (const { outcome } of jobs) expect(["solved", "returned"]).toContain((await outcome).kind);
    expect(order).toEqual(jobs.map(({ job }) => job));
  });
}

function testFailures(open: Open): void {
  test("whose solver dies are told as failed, and the next one finds another", async () => {
    const { place } = await open();
    const outcome = await place.submit(request({ act: "exit" })).outcome;
    expect(outcome).toMatchObject({ kind: "failed", code: "solver_crashed", retryable: true });
    expect(await place.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });

  test("that are questions get the compiler's answer, or a refusal in words", async () => {
    const { place } = await open();
    expect(await place.ask<{ length: number }>('{"problem":null}', null)).toEqual({ length: 16 });
    await expect(place.ask('{"act":"exit"}', null)).rejects.toMatchObject({ code: "solver_unavailable" });
  });
}

function testStops(open: Open): void {
  test("a question whose asker goes away is dropped, in the line and in hand, and the next one is answered", async () => {
    const { place, untilSpinning } = await open();
    const [in_hand, in_line] = [new AbortController(), new AbortController()];
    const spins = place.ask('{"act":"spin"}', null, { signal: in_hand.signal });
    const waits = place.ask("{}", null, { signal: in_line.signal });
    const next = place.ask<{ length: number }>('{"problem":null}', null);
    await untilSpinning();
    in_line.abort();
    await expect(waits).rejects.toMatchObject({ code: "solver_unavailable" });
    in_hand.abort();
    await expect(spins).rejects.toMatchObject({ code: "solver_unavailable" });
    expect(await next).toEqual({ length: 16 });
  });

  test("a question is given up at its limit", async () => {
    const { place } = await open();
    await expect(place.ask('{"act":"spin"}', null, { limit_ms: 100 })).rejects.toThrow(
      "the answer did not come in time",
    );
  });

  test("a limit ends a solve in time, with its solution", async () => {
    const { place } = await open();
    await place.submit(production()).outcome;
    const { outcome, elapsed_ms } = await timed(place.submit(request({ problem: HARD }, { seconds: 1 })).outcome);
    expect(outcome).toMatchObject({ kind: "solved", status: "feasible" });
    expect(elapsed_ms).toBeLessThan(2000);
  });

  test("a waiting job that is cancelled ends at once", async () => {
    const { place } = await open();
    const first = place.submit(request({ problem: HARD }, { seconds: 1 }));
    for (const priority of ["normal", "low"] as const) {
      const waiting = place.submit(production({ priority }));
      waiting.cancel();
      expect(await waiting.outcome).toEqual({ kind: "cancelled", record: null });
    }
    expect((await first.outcome).kind).toBe("solved");
  });

  test("a running solve that is cancelled stops soon and keeps its best solution", async () => {
    const { place } = await open();
    const job = await submitUntilIncumbent(place);
    job.cancel();
    job.cancel();
    const { outcome, elapsed_ms } = await timed(job.outcome);
    expect(outcome).toMatchObject({ kind: "cancelled", record: { status: "feasible" } });
    expect(elapsed_ms).toBeLessThan(1000);
  });

  test("one that hears nothing is stopped by force at its limit", async () => {
    const { place } = await open();
    const outcome = await place.submit(request({ act: "spin" }, { seconds: 0.3 })).outcome;
    expect(outcome).toMatchObject({ kind: "timeout", record: null });
    expect(await place.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });
}

function testPriorities(open: Open): void {
  test("a job of low priority is solved when nothing else wants the slot", async () => {
    const { place } = await open();
    expect(await place.submit(production({ priority: "low" })).outcome).toMatchObject({ kind: "solved" });
  });

  test("jobs of low priority start after every other, whenever those came", async () => {
    const { place } = await open();
    const order: string[] = [];
    const submit = (name: string, changes: Partial<SolveRequest>) =>
      place.submit(production(changes), { onStarted: () => order.push(name) }).outcome;
    const head = submit("head", {});
    const low = [submit("low 1", { priority: "low" }), submit("low 2", { priority: "low", quick: true })];
    const normal = [submit("normal 1", {}), submit("normal 2", {})];
    expect(place.stats()).toMatchObject({ waiting: 2, waiting_low: 2 });
    for (const outcome of await Promise.all([head, ...low, ...normal])) expect(outcome.kind).toBe("solved");
    // The first started before its solver was ready to say so.
    expect(order.filter((name) => name !== "head")).toEqual(["normal 1", "normal 2", "low 1", "low 2"]);
  });

  test("a slot that a job of low priority has counts as free", async () => {
    const { place } = await open();
    const quick_slots = place.freeSlots(true);
    const low = await submitUntilIncumbent(place, { priority: "low" });
    expect([place.freeSlots(), place.freeSlots(true)]).toEqual([1, quick_slots]);
    const run = place.submit(production());
    expect(place.freeSlots()).toBe(0);
    expect(await low.outcome).toEqual(RETURNED);
    expect(await run.outcome).toMatchObject({ kind: "solved" });
    expect(place.freeSlots()).toBe(1);
  });

  test("only as many give way as there are jobs that wait", async () => {
    const { place } = await open(2);
    const low = [
      await submitUntilIncumbent(place, { priority: "low" }),
      await submitUntilIncumbent(place, { priority: "low" }),
    ];
    let settled = 0;
    for (const { outcome } of low) void outcome.then(() => (settled += 1));
    expect(await place.submit(production()).outcome).toMatchObject({ kind: "solved" });
    expect(settled).toBe(1);
    for (const job of low) job.cancel();
    expect((await Promise.all(low.map(({ outcome }) => outcome))).map(({ kind }) => kind).sort()).toEqual([
      "cancelled",
      "returned",
    ]);
  });
}

function testGivingWay(open: Open): void {
  test("a run waits no longer than the interruption takes", async () => {
    const { place } = await open();
    const low = await submitUntilIncumbent(place, { priority: "low" });
    const { outcome, elapsed_ms } = await timed(place.submit(production()).outcome);
    expect(outcome).toMatchObject({ kind: "solved" });
    expect(elapsed_ms).toBeLessThan(1500);
    expect(await low.outcome).toEqual(RETURNED);
  });

  test("one that hears nothing is killed for the run, long before a cancelled job would be", async () => {
    const { place, untilSpinning } = await open();
    await place.submit(production()).outcome;
    const low = place.submit(request({ act: "spin" }, { priority: "low" }));
    await untilSpinning();
    const { outcome, elapsed_ms } = await timed(place.submit(production()).outcome);
    expect(await low.outcome).toEqual(RETURNED);
    expect(outcome).toMatchObject({ kind: "solved" });
    expect(elapsed_ms).toBeLessThan(1900);
  });

  test("questions make jobs of low priority give way too", async () => {
    const { place } = await open();
    const low = await submitUntilIncumbent(place, { priority: "low" });
    expect(await place.ask<{ length: number }>('{"problem":null}', null)).toEqual({ length: 16 });
    expect(await low.outcome).toEqual(RETURNED);
  });

  test("one that is cancelled while it gives way is cancelled", async () => {
    const { place } = await open();
    const low = await submitUntilIncumbent(place, { priority: "low" });
    const run = place.submit(production());
    low.cancel();
    expect(await low.outcome).toMatchObject({ kind: "cancelled" });
    expect(await run.outcome).toMatchObject({ kind: "solved" });
  });
}

function testEnd(open: Open): void {
  test("gives running jobs their time and returns the rest", async () => {
    const { place } = await open(2);
    await Promise.all([place.submit(production()).outcome, place.submit(production()).outcome]);
    const cut = await submitUntilIncumbent(place);
    const done = place.submit(production());
    const waiting = [place.submit(request({ problem: HARD })), place.submit(production({ priority: "low" }))];
    await place.stop({ drain_ms: 1000 });
    expect(await done.outcome).toMatchObject({ kind: "solved" });
    expect(await cut.outcome).toEqual(RETURNED);
    for (const { outcome } of waiting) expect(await outcome).toEqual(RETURNED);
    expect(place.freeSlots()).toBe(0);
  });

  test("returns what comes after it, and may be asked for twice", async () => {
    const { place } = await open();
    await Promise.all([place.stop({ drain_ms: 0 }), place.stop({ drain_ms: 0 })]);
    expect(await place.submit(production()).outcome).toEqual(RETURNED);
    await expect(place.ask("{}", null)).rejects.toMatchObject({ code: "solver_unavailable" });
  });
}
