/**
 * Fires two builds of the program in turn and prints what a change costs the hot path: the ratio of their rates and, less
 * shaken by what else the machine does, of the processor time that a fire takes. Turns alternate.
 * `bun scripts/compare.ts BUILD OTHER [--seconds N] [--turns N]`
 */
import { readFileSync } from "node:fs";
import { firesPerSecond, loadName } from "./bench/load";
import { Service } from "./bench/service";

const PORTS = [8491, 8492];
/** Of /proc/PID/stat, on every Linux that Bun runs on. */
const TICKS_PER_SECOND = 100;
const USER_FIELD = 13;

interface Cost {
  readonly fires_per_second: number;
  readonly cpu_us_per_fire: number;
}

const [first, second] = process.argv.slice(2).filter((word) => !word.startsWith("--") && !/^\d+$/.test(word));
if (first === undefined || second === undefined) throw new Error("name two builds of the program");
const seconds = numberOf("--seconds", 3);
const turns = numberOf("--turns", 7);

console.log(`load: ${loadName()}, ${turns} turns of ${seconds} s`);
const ratios: { rate: number; cpu: number }[] = [];
for (let turn = 0; turn < turns; turn += 1) {
  const costs = new Map<string, Cost>();
  for (const program of turn % 2 === 0 ? [first, second] : [second, first]) {
    costs.set(program, await measure(program, PORTS[program === first ? 0 : 1]!));
  }
  const [one, other] = [costs.get(first)!, costs.get(second)!];
  const rate = one.fires_per_second / other.fires_per_second;
  const cpu = one.cpu_us_per_fire / other.cpu_us_per_fire;
  ratios.push({ rate, cpu });
  console.log(
    `${spell(one)} against ${spell(other)}: rate ${rate.toFixed(3)}, processor time a fire ${cpu.toFixed(3)}`,
  );
}
console.log(
  `median: rate ${median(ratios.map(({ rate }) => rate))}, processor time ${median(ratios.map(({ cpu }) => cpu))}`,
);

async function measure(program: string, port: number): Promise<Cost> {
  const service = new Service(port, program);
  try {
    await service.start(0);
    const target = await service.prepare();
    await firesPerSecond(target, 1);
    const before = cpuSeconds(service.pid);
    const fires_per_second = await firesPerSecond(target, seconds);
    const cpu_us_per_fire = ((cpuSeconds(service.pid) - before) / (fires_per_second * seconds)) * 1e6;
    return { fires_per_second, cpu_us_per_fire };
  } finally {
    await service.remove();
  }
}

/** User and system time of all threads of a process. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[USER_FIELD - 2]) + Number(fields[USER_FIELD - 1])) / TICKS_PER_SECOND;
}

function spell({ fires_per_second, cpu_us_per_fire }: Cost): string {
  return `${fires_per_second.toFixed(0)}/s at ${cpu_us_per_fire.toFixed(0)} µs`;
}

function median(values: readonly number[]): string {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!.toFixed(3);
}

function numberOf(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
