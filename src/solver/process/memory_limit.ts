/** The default memory limit of a solver process. */
import { platform } from "../../platform/current";

const MEMORY_MAX_BYTES = 2.5 * 2 ** 30;
const MEMORY_SHARE = 0.6;

/** Memory limit in bytes of each of `processes` processes. */
export function defaultMemoryMaxBytes(processes: number): number {
  return Math.min(MEMORY_MAX_BYTES, (MEMORY_SHARE * platform.machine.memoryBytes()) / Math.max(1, processes));
}
