/**
 * The costs of a build, part by part: each part measures one build once and returns its costs, where less is better. They use only
 * commands, flags and routes that every build has, so that builds of different age can be compared.
 */
import { geometricMean, median } from "./judgement";
import { firesPerSecond, fireTimes } from "./load";
import { treeSeconds } from "./processor_time";
import { Service } from "./service";

const STARTS = 8;
const SETTLE_MS = 1500;
const WARM_RUNS = 300;
const TIMED_RUNS = 200;
const QUEUED_RUNS = 6000;
/** The last runs are not measured, because the solver waits for them longer than for others. */
const LAST_RUNS = 300;
const LOOK_MS = 20;
const WARM_SOLVES = 5;
const SOLVE_MS = 500;

/** Costs by name, with their unit. */
export type Costs = Readonly<Record<string, number>>;

export interface Part {
  readonly name: string;
  /** The costs that a round must judge; others are too short for a limit on their spread and are only shown. */
  readonly costs: readonly string[];
  measure(program: string, seconds: number): Promise<Costs>;
}

export const FIRE_PROCESSOR = "processor time a fire, µs";
export const FIRE_TIME = "time a fire, µs";
export const RUN_PROCESSOR = "processor time a run, µs";
export const RUN_TIME = "time a run, µs";
const RUN_WAIT = "fire to completed, p50, ms";
const START_PROCESSOR = "processor time of a start, p50, ms";
const START_TIME = "start to ready, p50, ms";
const START_FIRST = "first start to ready, p50, ms";
const MEMORY_RESIDENT = "idle, MB";
const MEMORY_PRIVATE = "idle, private, MB";
const SOLVE_PROCESSOR = "processor time a solve, mean, ms";
const SOLVE_TIME = "time a solve, mean, ms";

/** In the order in which they are measured. */
export const PARTS: readonly Part[] = [
  { name: "fires", costs: [FIRE_PROCESSOR, FIRE_TIME], measure: measureFires },
  { name: "runs", costs: [RUN_PROCESSOR, RUN_TIME, RUN_WAIT], measure: measureRuns },
  { name: "start", costs: [START_PROCESSOR, START_TIME, START_FIRST], measure: measureStart },
  { name: "memory", costs: [MEMORY_RESIDENT, MEMORY_PRIVATE], measure: measureMemory },
  { name: "models", costs: [SOLVE_PROCESSOR, SOLVE_TIME], measure: measureModels },
];

/** Fires without a solver: the cost of accepting one. */
export async function measureFires(program: string, seconds: number): Promise<Costs> {
  return withService(program, 0, async (service) => {
    const target = await service.prepare();
    await firesPerSecond(target, 1);
    const before = treeSeconds(service.pid);
    const rate = await firesPerSecond(target, seconds);
    const taken = treeSeconds(service.pid) - before;
    return { [FIRE_PROCESSOR]: (taken / (rate * seconds)) * 1e6, [FIRE_TIME]: 1e6 / rate };
  });
}

/** Runs one after the other, each waiting for its answer, then a queue that one solver works off. */
export async function measureRuns(program: string): Promise<Costs> {
  return withService(program, 1, async (service) => {
    const target = await service.prepare();
    for (let i = 0; i < WARM_RUNS; i += 1) await service.fireAndWait();
    const times: number[] = [];
    for (let i = 0; i < TIMED_RUNS; i += 1) times.push(await service.fireAndWait());
    await fireTimes(target, QUEUED_RUNS);
    const before = { seconds: treeSeconds(service.pid), at: performance.now(), left: await service.queueDepth() };
    let left = before.left;
    while (left > LAST_RUNS) {
      await Bun.sleep(LOOK_MS);
      left = await service.queueDepth();
    }
    const runs = before.left - left;
    const taken = treeSeconds(service.pid) - before.seconds;
    return {
      [RUN_PROCESSOR]: (taken / runs) * 1e6,
      [RUN_TIME]: ((performance.now() - before.at) / runs) * 1000,
      [RUN_WAIT]: median(times),
    };
  });
}

async function measureStart(program: string): Promise<Costs> {
  const first: number[] = [];
  const again: number[] = [];
  const processor: number[] = [];
  for (let i = 0; i < STARTS; i += 1) {
    const service = new Service(await freePort(), program);
    try {
      first.push(await service.start(1));
      await service.stop();
      again.push(await service.start(1));
      processor.push((await service.kill()) * 1000);
    } finally {
      await service.remove();
    }
  }
  return {
    [START_PROCESSOR]: median(processor),
    [START_TIME]: median(again),
    [START_FIRST]: median(first),
  };
}

async function measureMemory(program: string): Promise<Costs> {
  return withService(program, 1, async (service) => {
    await Bun.sleep(SETTLE_MS);
    return { [MEMORY_RESIDENT]: service.memory(), [MEMORY_PRIVATE]: service.privateMemory() };
  });
}

/** The ready models through POST /api/v2/solve, one after the other: a geometric mean, and each by its name. */
async function measureModels(program: string): Promise<Costs> {
  return withService(program, 1, async (service) => {
    const processor: [name: string, milliseconds: number][] = [];
    const elapsed: number[] = [];
    for (const { name, source } of readyModels(program)) {
      const cost = await measureSolves(service, source);
      processor.push([`processor time of ${name}, ms`, cost.processor_ms]);
      elapsed.push(cost.elapsed_ms);
    }
    return {
      [SOLVE_PROCESSOR]: geometricMean(processor.map(([, cost]) => cost)),
      [SOLVE_TIME]: geometricMean(elapsed),
      ...Object.fromEntries(processor),
    };
  });
}

async function measureSolves(service: Service, source: string): Promise<{ processor_ms: number; elapsed_ms: number }> {
  const solve = async (): Promise<void> => {
    const { status } = await service.post("/api/v2/solve", { language: "mathprog", source });
    if (status !== "optimal") throw new Error(`a ready model ended ${status}`);
  };
  for (let i = 0; i < WARM_SOLVES; i += 1) await solve();
  const started = performance.now();
  const before = treeSeconds(service.pid);
  let solves = 0;
  while (performance.now() < started + SOLVE_MS) {
    await solve();
    solves += 1;
  }
  const processor_ms = ((treeSeconds(service.pid) - before) / solves) * 1000;
  return { processor_ms, elapsed_ms: (performance.now() - started) / solves };
}

function readyModels(program: string): { name: string; source: string }[] {
  const models: { name: string }[] = JSON.parse(outputOf(program, ["examples", "--json"]));
  return models.map(({ name }) => ({ name, source: outputOf(program, ["examples", name]) }));
}

function outputOf(program: string, words: readonly string[]): string {
  return Bun.spawnSync([program, ...words], { stderr: "inherit" }).stdout.toString();
}

async function withService(
  program: string,
  workers: number,
  measure: (service: Service) => Promise<Costs>,
): Promise<Costs> {
  const service = new Service(await freePort(), program);
  try {
    await service.start(workers);
    return await measure(service);
  } finally {
    await service.remove();
  }
}

async function freePort(): Promise<number> {
  const listener = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = listener;
  listener.stop(true);
  return port;
}
