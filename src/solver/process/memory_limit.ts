/** How much memory a solver process may take unless the configuration says otherwise. */
import { platform } from "../../platform/current";

const MEMORY_MAX_BYTES = 2.5 * 2 ** 30;
const MEMORY_SHARE = 0.6;

/** What one of `processes` processes may hold, in bytes. */
export function defaultMemoryMaxBytes(processes: number): number {
  return Math.min(MEMORY_MAX_BYTES, (MEMORY_SHARE * platform.machine.memoryBytes()) / Math.max(1, processes));
}
