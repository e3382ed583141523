/** Processor time from /proc: of a process with its children, and of the whole machine. */
import { readdirSync, readFileSync } from "node:fs";

/** USER_HZ, on every Linux that Bun runs on. */
const TICKS_PER_SECOND = 100;
/** Fields of /proc/PID/stat as proc(5) counts them. */
const STATE_FIELD = 3;
const PARENT_FIELD = 4;
const USER_FIELD = 14;
const SYSTEM_FIELD = 15;
const ENDED_USER_FIELD = 16;
const ENDED_SYSTEM_FIELD = 17;

export interface ProcessTimes {
  readonly parent: number;
  /** User and system time of all its threads. */
  readonly own_seconds: number;
  /** The same of children that have ended and were waited for, and of theirs. */
  readonly ended_seconds: number;
}

/** Reads /proc/PID/stat: the name in parentheses may hold anything, the other fields follow its end. */
export function parseProcessStat(text: string): ProcessTimes {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const seconds = (field: number): number => Number(fields[field - STATE_FIELD]) / TICKS_PER_SECOND;
  return {
    parent: Number(fields[PARENT_FIELD - STATE_FIELD]),
    own_seconds: seconds(USER_FIELD) + seconds(SYSTEM_FIELD),
    ended_seconds: seconds(ENDED_USER_FIELD) + seconds(ENDED_SYSTEM_FIELD),
  };
}

/** Reads /proc/stat: seconds that all processors together were not idle, time taken by other guests of the host included. */
export function parseMachineStat(text: string): number {
  const [user, nice, system, , , interrupts, soft_interrupts, stolen] = /^cpu +(.*)$/m
    .exec(text)![1]!
    .split(" ")
    .map(Number);
  return (user! + nice! + system! + interrupts! + soft_interrupts! + stolen!) / TICKS_PER_SECOND;
}

/** Seconds of the process and everything below it, ended children included. */
export function sumTree(root: number, processes: ReadonlyMap<number, ProcessTimes>): number {
  const { own_seconds, ended_seconds } = processes.get(root) ?? { own_seconds: 0, ended_seconds: 0 };
  const children = [...processes].filter(([, { parent }]) => parent === root);
  return children.reduce((sum, [pid]) => sum + sumTree(pid, processes), own_seconds + ended_seconds);
}

/** Processor seconds of a running process and everything below it, to 10 ms. */
export function treeSeconds(root: number): number {
  return sumTree(root, readProcesses());
}

/** Watches what other processes take from the machine. */
export class OtherLoad {
  readonly #started = performance.now();
  readonly #before = othersSeconds();

  /** Processors that others kept busy since this was made: 2 is all of a machine with two. */
  cores(): number {
    const elapsed_seconds = (performance.now() - this.#started) / 1000;
    return Math.max(0, othersSeconds() - this.#before) / elapsed_seconds;
  }
}

function othersSeconds(): number {
  const ours = treeSeconds(process.pid);
  return parseMachineStat(readFileSync("/proc/stat", "utf8")) - ours;
}

function readProcesses(): ReadonlyMap<number, ProcessTimes> {
  const processes = new Map<number, ProcessTimes>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      processes.set(Number(name), parseProcessStat(readFileSync(`/proc/${name}/stat`, "utf8")));
    } catch {
      // It ended between the listing and the reading.
    }
  }
  return processes;
}
