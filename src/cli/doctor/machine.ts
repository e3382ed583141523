/** Checks of the machine: versions, processor, memory, environment, clock, time zones. */

import { availableParallelism, cpus } from "node:os";
import { defaultWorkers } from "../../app";
import { toTimestamp } from "../../clock";
import type { Config } from "../../config";
import { messageOf } from "../../log";
import { platform } from "../../platform/current";
import { nextTickAt } from "../../schedules/cadence";
import { SOLVER_VERSION } from "../../solver/engines";
import { defaultMemoryMaxBytes } from "../../solver/process/memory_limit";
import { sqliteVersion } from "../../storage/database";
import { BUILT_AT_MS, PROGRAM_VERSION } from "../../version";
import type { Terminal } from "../terminal";
import { type Finding, fail, ok, warn } from "./finding";

const MIB_BYTES = 1_048_576;
const FILES_MIN = 1024;
/** Variables that would change how the executable behaves, or which hosts it talks to. */
const ODD_VARIABLES = ["BUN_OPTIONS", "BUN_BE_BUN", "NODE_OPTIONS", "NODE_TLS_REJECT_UNAUTHORIZED"];
/** The clock went forward in New York at 07:00 UTC on this day: 02:30 came an hour later. */
const ZONE_PROBE = {
  pattern: "30 2 * * *",
  zone: "America/New_York",
  after: "2025-03-09T05:00:00Z",
  next: "2025-03-09T07:30:00Z",
};

export function checkMachine(terminal: Terminal, config: Config): Finding[] {
  return [versions(), processor(), memory(config), openFiles(), environment(terminal), clock(terminal), zones()];
}

function versions(): Finding {
  const parts = [`jaot-triggers ${PROGRAM_VERSION}`, `Bun ${Bun.version}`, `SQLite ${sqliteVersion()}`, SOLVER_VERSION];
  return ok("versions", parts.join(", "));
}

function processor(): Finding {
  const name = `${platform.name}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? "unknown"}`;
  const flags = platform.machine.processorFlags();
  if (flags === null) return ok("processor", name);
  const missing = ["sse4_2", "popcnt"].filter((flag) => !flags.includes(flag));
  if (missing.length > 0) {
    return fail(
      "processor",
      `${name}: ${missing.join(" and ")} missing; this processor is older than the program needs`,
    );
  }
  const has_avx2 = flags.includes("avx2");
  return ok("processor", `${name}, ${has_avx2 ? "avx2" : "no avx2: use the linux-x64-baseline executable"}`);
}

function memory(config: Config): Finding {
  const workers = config.workers ?? defaultWorkers();
  const total = platform.machine.memoryBytes();
  const each =
    config.solver_memory_max_mb === null ? defaultMemoryMaxBytes(workers) : config.solver_memory_max_mb * MIB_BYTES;
  const words = `${mib(total)} MiB, ${workers} solver processes of at most ${mib(each)} MiB`;
  if (workers * each <= total) return ok("memory", words);
  return warn("memory", `${words}, together more than there is; lower --workers or --solver-memory-max-mb`);
}

function openFiles(): Finding {
  const limit = platform.machine.openFilesMax();
  if (limit === null) return ok("open files", "this system does not tell its limit");
  if (limit >= FILES_MIN) return ok("open files", `limit ${Number.isFinite(limit) ? limit : "unlimited"}`);
  return warn("open files", `limit ${limit}; raise it to ${FILES_MIN} (ulimit -n), each client needs one`);
}

function environment({ environment: variables }: Terminal): Finding {
  const odd = ODD_VARIABLES.filter((name) => variables[name] !== undefined);
  if (odd.length > 0) return warn("environment", `${odd.join(", ")} set; take them out of the service's environment`);
  const proxies = Object.keys(variables).filter((name) => /^(https?|all)_proxy$/i.test(name));
  return ok("environment", proxies.length === 0 ? "nothing odd" : `${proxies.join(", ")} set; nothing of it is used`);
}

function clock({ clock: wall }: Terminal): Finding {
  const now = wall.now();
  const shown = toTimestamp(now);
  if (now < BUILT_AT_MS) {
    return fail("clock", `${shown} is before this program was built; set the clock, schedules wait until then`);
  }
  const is_followed = platform.machine.hasTimeSource();
  return ok(
    "clock",
    `${shown}${is_followed ? ", follows a time source" : ", no sign of a time source: see to it that the clock stays right"}`,
  );
}

function zones(): Finding {
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const { pattern, zone, after, next } = ZONE_PROBE;
  try {
    const found = nextTickAt(pattern, zone, Date.parse(after));
    if (found === Date.parse(next))
      return ok("time zones", `data ${process.versions.tz ?? "inside"}, this machine is in ${local}`);
    return fail(
      "time zones",
      `${pattern} in ${zone} comes at ${found === null ? "no time" : toTimestamp(found)} and not at ${next}`,
    );
  } catch (error) {
    return fail("time zones", messageOf(error));
  }
}

function mib(bytes: number): string {
  return (bytes / MIB_BYTES).toFixed(0);
}
