import { afterEach, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/clock";
import { SOLVE_OPTIONS_DEFAULT } from "../../../src/solver/options";
import { type PoolLimits, SolverPool } from "../../../src/solver/process/pool";
import { describePlace, HARD, type OpenPlace, production, request, submitUntilIncumbent, timed } from "../place_suite";
import { marketSplit, PRODUCTION, type ProblemText } from "../problem_text";

const COMMAND = [process.execPath, join(import.meta.dir, "child_entry.ts")];
const opened: { pool: SolverPool; directory: string }[] = [];

function openPool(
  settings: { processes?: number; command?: readonly string[]; limits?: Partial<PoolLimits>; onRoom?: () => void } = {},
): SolverPool {
  const directory = mkdtempSync(join(tmpdir(), "solver-pool-"));
  const { processes = 1, command = COMMAND, limits = {}, onRoom = () => {} } = settings;
  const pool = new SolverPool({ command, processes, clock: systemClock, control_dir: directory, limits, onRoom });
  opened.push({ pool, directory });
  return pool;
}

async function closePool(pool: SolverPool): Promise<void> {
  const position = opened.findIndex((entry) => entry.pool === pool);
  if (position === -1) return;
  const { directory } = opened[position]!;
  opened.splice(position, 1);
  await pool.stop({ drain_ms: 0 });
  // Whatever happened, no process and no file is left behind.
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
}

afterEach(async () => {
  for (const { pool } of [...opened]) await closePool(pool);
});

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** The process says so in its standard error, which the pool keeps beside its control files. */
async function untilSpinning(pool: SolverPool): Promise<void> {
  const { directory } = opened.find((entry) => entry.pool === pool)!;
  const isSpinning = () =>
    readdirSync(directory).some(
      (name) => name.endsWith(".stderr") && readFileSync(join(directory, name), "utf8") !== "",
    );
  while (!isSpinning()) await turn();
}

/** Processor time of the process, in hundredths of a second. */
function processorTicks(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ").slice(11, 13).map(Number);
  return user! + system!;
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

describePlace("the pool", (slots): OpenPlace => {
  const pool = openPool({ processes: slots });
  return { place: pool, untilSpinning: () => untilSpinning(pool), close: () => closePool(pool) };
});

describe("a job", () => {
  test("finds its model again after the process has let it go", async () => {
    const pool = openPool();
    const filler = "x".repeat(2 ** 24);
    for (const digest of ["a", "b", "c", "a"]) {
      const readText = () => JSON.stringify({ problem: PRODUCTION, filler });
      const outcome = await pool.submit(production({ model: { digest, readText } })).outcome;
      expect(outcome.kind).toBe("solved");
    }
  });

  test("with a large answer comes whole while others wait behind it", async () => {
    const columns = Array.from(
      { length: 60_000 },
      (_, column) => [`c${column}_${Math.sin(column)}`, 1, 0, column] as const,
    );
    const pool = openPool();
    const large = pool.submit(request({ problem: { sense: "maximize", columns, rows: [] } }, { quick: true }));
    const small = pool.submit(production({ quick: true }));
    const outcome = await large.outcome;
    if (outcome.kind !== "solved") throw new Error(JSON.stringify(outcome));
    const { variables } = JSON.parse(new TextDecoder().decode(Bun.zstdDecompressSync(outcome.result.data)));
    expect(variables).toHaveLength(60_000);
    expect(["solved", "returned"]).toContain((await small.outcome).kind);
  });

  test("gives the same digests in every process", async () => {
    const digests = new Set<string | null>();
    for (const pool of [openPool(), openPool()]) {
      for (let round = 0; round < 2; round++) {
        const outcome = await pool.submit(request({ problem: marketSplit(2, 12) })).outcome;
        if (outcome.kind === "solved") digests.add(outcome.solution_digest);
      }
    }
    expect(digests.size).toBe(1);
  });
});

describe("quick jobs", () => {
  test("go several deep into one process and come back in order", async () => {
    const pool = openPool();
    // The first solve of a process may outlast its turn, and what waits behind it would be taken back.
    await pool.submit(production()).outcome;
    expect([pool.freeSlots(), pool.freeSlots(true)]).toEqual([1, 8]);
    const order: number[] = [];
    const jobs = Array.from({ length: 20 }, (_, index) =>
      pool.submit(production({ quick: true, override_data: index })),
    );
    expect(pool.stats()).toMatchObject({ solvers: [{ jobs: 8 }], waiting: 12 });
    for (const { job, outcome } of jobs) void outcome.then(() => order.push(job));
    const outcomes = await Promise.all(jobs.map(({ outcome }) => outcome));
    expect(outcomes.map((outcome) => outcome.kind === "solved" && outcome.objective_value)).toEqual(
      jobs.map((_, index) => 3650 + index),
    );
    expect(order).toEqual(jobs.map(({ job }) => job));
  });

  test("behind one that was not quick are taken back", async () => {
    const pool = openPool();
    await pool.warm();
    const slow = pool.submit(request({ problem: HARD }, { quick: true, seconds: 1.2 }));
    const behind = Array.from({ length: 3 }, () => pool.submit(production({ quick: true })));
    const { outcome, elapsed_ms } = await timed(behind[2]!.outcome);
    expect(outcome).toEqual({ kind: "returned" });
    expect(elapsed_ms).toBeLessThan(900);
    expect(await slow.outcome).toMatchObject({ kind: "solved", status: "feasible" });
    expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved", objective_value: 3650 });
  });

  test("that were taken back leave room, which is told when their process has let go of them", async () => {
    const whole = Promise.withResolvers<void>();
    const look = (): void => {
      if (pool.freeSlots(true) === 8) whole.resolve();
    };
    const pool: SolverPool = openPool({ onRoom: () => look() });
    await pool.warm();
    pool.submit(request({ problem: HARD }, { quick: true, seconds: 0.6 }));
    const behind = Array.from({ length: 3 }, () => pool.submit(production({ quick: true })));
    await behind[2]!.outcome;
    expect(pool.freeSlots(true)).toBe(0);
    await whole.promise;
  });

  test("do not wait behind one that is not", async () => {
    const pool = openPool();
    const slow = pool.submit(request({ problem: HARD }, { seconds: 0.3 }));
    const quick = pool.submit(production({ quick: true }));
    expect(pool.stats()).toMatchObject({ solvers: [{ jobs: 1 }], waiting: 1 });
    expect((await slow.outcome).kind).toBe("solved");
    expect((await quick.outcome).kind).toBe("solved");
  });
});

describe("a limit", () => {
  test("kills a process that does not stop, at the limit", async () => {
    const pool = openPool();
    await pool.warm();
    const { outcome, elapsed_ms } = await timed(pool.submit(request({ act: "spin" }, { seconds: 1 })).outcome);
    const message = expect.stringContaining("while the model was compiled");
    expect(outcome).toMatchObject({ kind: "timeout", record: null, message });
    expect(elapsed_ms).toBeGreaterThan(999);
    expect(elapsed_ms).toBeLessThan(2000);
    expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });

  test("leaves a killed solve its solution, with the bound and the gap that were known", async () => {
    const pool = openPool();
    await pool.warm();
    const job = await submitUntilIncumbent(pool, { options: { ...SOLVE_OPTIONS_DEFAULT, time_limit_seconds: 1 } });
    // A stopped process hears of no limit.
    process.kill(pool.stats().solvers[0]!.pid, "SIGSTOP");
    const outcome = await job.outcome;
    if (outcome.kind !== "solved") throw new Error(`expected a solution, found ${outcome.kind}`);
    const { is_compressed, data } = outcome.result;
    const solution = JSON.parse(Buffer.from(is_compressed ? Bun.zstdDecompressSync(data) : data).toString());
    expect(solution).toMatchObject({ status: "feasible", gap: outcome.gap });
    expect(outcome.gap).toBeGreaterThan(0);
    expect(solution.dual_bound).toBeLessThanOrEqual(solution.objective_value);
  });

  test("that cuts a linear solve says that it has nothing to show", async () => {
    const pool = openPool();
    await pool.warm();
    const problem: ProblemText = { sense: "maximize", columns: [["x", 1, 0, 1]], rows: [] };
    const outcome = await pool.submit(request({ problem, act: "linger" }, { seconds: 0.5 })).outcome;
    const message = expect.stringContaining("before the linear problem was solved");
    expect(outcome).toMatchObject({ kind: "timeout", message });
  });
});

describe("cancelling", () => {
  test("a job behind another in the process never starts", async () => {
    const pool = openPool();
    await pool.warm();
    let isStarted = false;
    const first = pool.submit(request({ problem: HARD }, { quick: true, seconds: 0.2 }));
    const second = pool.submit(production({ quick: true }), { onStarted: () => (isStarted = true) });
    second.cancel();
    expect(await second.outcome).toEqual({ kind: "cancelled", record: null });
    await first.outcome;
    expect(isStarted).toBe(false);
  });

  test("a process that does not listen is killed, and others find a new one", async () => {
    const pool = openPool({ limits: { kill_grace_ms: 200 } });
    await pool.warm();
    const pid = pool.stats().solvers[0]!.pid;
    const job = pool.submit(request({ act: "spin" }));
    await untilSpinning(pool);
    job.cancel();
    const { outcome, elapsed_ms } = await timed(job.outcome);
    expect(outcome).toEqual({ kind: "cancelled", record: null });
    expect(elapsed_ms).toBeLessThan(1000);
    expect(isAlive(pid)).toBe(false);
    expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });

  test("a solve whose process is killed keeps the solution that it gave away", async () => {
    const pool = openPool();
    const running = Promise.withResolvers<void>();
    const job = pool.submit(request({ problem: HARD }), {
      onProgress: ({ elapsed_ms }) => {
        if (elapsed_ms > 700) running.resolve();
      },
    });
    await running.promise;
    const { pid } = pool.stats().solvers[0]!;
    // A stopped process hears nothing: the pool must come by the solution without it.
    process.kill(pid, "SIGSTOP");
    job.cancel();
    const outcome = await job.outcome;
    expect(outcome).toMatchObject({ kind: "cancelled", record: { status: "feasible" } });
    expect(isAlive(pid)).toBe(false);
  });
});

describe("a process that dies", () => {
  test.each(["segfault", "exit"])("by %s fails the job in hand and returns the others", async (act) => {
    const pool = openPool();
    await pool.warm();
    const head = pool.submit(request({ act }, { quick: true }));
    const behind = [pool.submit(production({ quick: true })), pool.submit(production({ quick: true }))];
    expect(await head.outcome).toMatchObject({ kind: "failed", code: "solver_crashed", retryable: true });
    for (const { outcome } of behind) expect(await outcome).toEqual({ kind: "returned" });
    expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });

  test("charges the job that it had begun, not one that was solved and whose answer had not left", async () => {
    const pool = openPool();
    await pool.warm();
    const solved = [pool.submit(production({ quick: true })), pool.submit(production({ quick: true }))];
    const culprit = pool.submit(request({ act: "segfault" }, { quick: true }));
    expect(await culprit.outcome).toMatchObject({ kind: "failed", code: "solver_crashed", retryable: true });
    for (const { outcome } of solved) expect(["solved", "returned"]).toContain((await outcome).kind);
  });

  test("leaves its last words in the message", async () => {
    const outcome = await openPool().submit(request({ act: "exit" })).outcome;
    expect(outcome).toMatchObject({ message: expect.stringContaining("with code 3: last words of the solver") });
  });

  test("from outside is replaced", async () => {
    const pool = openPool();
    await pool.warm();
    for (let round = 0; round < 3; round++) {
      const job = pool.submit(request({ problem: HARD }));
      process.kill(pool.stats().solvers[0]!.pid, "SIGSEGV");
      expect(await job.outcome).toMatchObject({ kind: "failed", code: "solver_crashed" });
    }
    expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });

  test("at every start fails the jobs instead of trying for ever", async () => {
    const dies = openPool({ command: [process.execPath, "-e", "process.exit(9)"] });
    expect(await dies.submit(production()).outcome).toMatchObject({ kind: "failed", code: "solver_crashed" });
    await expect(dies.warm()).rejects.toThrow("with code 9");
    const missing = openPool({ command: ["/nonexistent/solver"] });
    expect(await missing.submit(production()).outcome).toMatchObject({ kind: "failed", code: "internal_error" });
  });

  test("for its memory says so", async () => {
    const pool = openPool({ limits: { memory_max_bytes: 400e6 } });
    await pool.warm();
    const { outcome, elapsed_ms } = await timed(pool.submit(request({ act: "eat" })).outcome);
    expect(outcome).toMatchObject({ kind: "failed", code: "solver_out_of_memory", retryable: false });
    expect(elapsed_ms).toBeLessThan(5000);
    expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved" });
  });
});

describe("the processes", () => {
  test("are as many as jobs need, up to the solvers", async () => {
    const pool = openPool({ processes: 2 });
    const jobs = Array.from({ length: 3 }, () => pool.submit(request({ problem: HARD }, { seconds: 0.3 })));
    expect(pool.stats().solvers).toHaveLength(2);
    expect(pool.freeSlots()).toBe(0);
    await Promise.all(jobs.map(({ outcome }) => outcome));
    expect(pool.freeSlots()).toBe(2);
  });

  test("but one stop when idle", async () => {
    const pool = openPool({ processes: 2, limits: { idle_seconds: 0.2 } });
    await Promise.all([pool.submit(production()).outcome, pool.submit(production()).outcome]);
    const pids = pool.stats().solvers.map(({ pid }) => pid);
    expect(pids).toHaveLength(2);
    while (pool.stats().solvers.length > 1) await turn();
    expect(pids.filter(isAlive)).toEqual(pool.stats().solvers.map(({ pid }) => pid));
  });

  test("that have grown are replaced by one that is ready", async () => {
    const pool = openPool({ limits: { recycle_growth_bytes: -1e9 } });
    await pool.submit(production()).outcome;
    const { pid } = pool.stats().solvers[0]!;
    while (pool.stats().solvers[0]!.pid === pid) {
      expect(await pool.submit(production()).outcome).toMatchObject({ kind: "solved" });
    }
    expect(isAlive(pid)).toBe(false);
  });

  test("warm themselves while they are idle, until a job comes, and go on afterwards", async () => {
    const pool = openPool();
    await pool.warm();
    const { pid } = pool.stats().solvers[0]!;
    const started = processorTicks(pid);
    while (processorTicks(pid) < started + 30) await turn();
    const { outcome, elapsed_ms } = await timed(pool.submit(production()).outcome);
    expect(outcome).toMatchObject({ kind: "solved", objective_value: 3650 });
    expect(elapsed_ms).toBeLessThan(1500);
    expect(pool.stats().solvers[0]).toMatchObject({ pid, is_warm: false });
    while (!pool.stats().solvers[0]!.is_warm) await turn();
    expect(pool.stats().solvers).toMatchObject([{ pid, solves: 1 }]);
  });

  test("of an earlier service leave nothing that stays", async () => {
    const control_dir = mkdtempSync(join(tmpdir(), "solver-pool-"));
    writeFileSync(join(control_dir, "solver-41.incumbent"), "old");
    const pool = new SolverPool({ command: COMMAND, processes: 1, clock: systemClock, control_dir });
    opened.push({ pool, directory: control_dir });
    expect(readdirSync(control_dir)).toEqual([]);
  });

  test("know nothing of the service's environment", async () => {
    process.env.JAOT_ADMIN_KEY = "ok_live_secret";
    process.env.HTTPS_PROXY = "http://decoy";
    try {
      const pool = openPool();
      await pool.warm();
      const environment = await Bun.file(`/proc/${pool.stats().solvers[0]!.pid}/environ`).text();
      expect(environment).not.toMatch(/ADMIN_KEY|secret|PROXY|decoy/);
    } finally {
      delete process.env.JAOT_ADMIN_KEY;
      delete process.env.HTTPS_PROXY;
    }
  });

  test("are gone after a stop", async () => {
    const pool = openPool({ processes: 2 });
    await submitUntilIncumbent(pool);
    await submitUntilIncumbent(pool);
    const pids = pool.stats().solvers.map(({ pid }) => pid);
    await pool.stop({ drain_ms: 0 });
    expect(pids.filter(isAlive)).toEqual([]);
  });
});
