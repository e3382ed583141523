/** How the service is, for anyone who may reach it. */

import { SOLVER_VERSION } from "../solver/version";
import { PROGRAM_VERSION } from "../version";
import type { Context } from "./context";

export interface Health {
  readonly status: "ok" | "stopping";
  readonly version: string;
  readonly solver_version: string;
  readonly uptime_seconds: number;
  readonly queue_depth: number;
  readonly running: number;
}

export function healthOf(context: Context): Health {
  return {
    status: context.isStopping() ? "stopping" : "ok",
    version: PROGRAM_VERSION,
    solver_version: SOLVER_VERSION,
    uptime_seconds: Math.floor((context.clock.monotonic() - context.started_monotonic) / 1000),
    queue_depth: context.queue.total,
    running: context.running.size,
  };
}
