/** What the pool asks of the operating system about processes. */
import { readFileSync } from "node:fs";
import { totalmem } from "node:os";

const PAGE_BYTES = 4096;
const PASSED_VARIABLES = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"];
const MEMORY_MAX_BYTES = 2.5 * 2 ** 30;
const MEMORY_SHARE = 0.6;

/** A solver needs none of the service's environment; what is passed is listed, so that no secret, proxy or runtime option ever is. */
export function childEnvironment(): Record<string, string> {
  // A crash of the runtime must not report to its makers.
  const environment: Record<string, string> = { DO_NOT_TRACK: "1" };
  for (const name of PASSED_VARIABLES) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return environment;
}

/** Bytes of memory that the process holds; null where the system does not tell. */
export function readResidentBytes(pid: number): number | null {
  if (process.platform !== "linux") return null;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, "latin1").split(" ")[1]);
    return pages * PAGE_BYTES;
  } catch {
    return null;
  }
}

/** What one of `places` processes may hold unless the configuration says otherwise. A container's limit counts as the memory there is. */
export function defaultMemoryMaxBytes(places: number): number {
  const constrained = process.constrainedMemory();
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(MEMORY_MAX_BYTES, (MEMORY_SHARE * total) / Math.max(1, places));
}
