/** Facts about the service: versions, sizes, limits. */
import { platform } from "../../platform/current";
import { SOLVER_VERSION } from "../../solver/engines";
import { countStored, type StorageFacts, storageFacts } from "../../storage/activity";
import { sqliteVersion } from "../../storage/database";
import { PROGRAM_VERSION } from "../../version";
import type { Context, Principal } from "../context";
import { solverCount } from "./overview";

type SystemContext = Pick<Context, "client" | "clock" | "config" | "solvers" | "started_monotonic">;

export interface SystemFacts {
  readonly versions: { program: string; bun: string; sqlite: string; solver: string };
  readonly platform: string;
  readonly uptime_seconds: number;
  readonly storage: StorageFacts;
  readonly stored: ReturnType<typeof countStored>;
  readonly retention: { runs_keep_days: number; runs_keep_per_trigger: number; unnamed_versions_max: number };
  readonly limits: { time_limit_seconds_max: number; max_body_mb: number; max_model_nonzeros: number; solvers: number };
}

export function getSystem(
  context: SystemContext,
  principal: Pick<Principal, "organization_id" | "workspace_id">,
): SystemFacts {
  const { config } = context;
  return {
    versions: { program: PROGRAM_VERSION, bun: Bun.version, sqlite: sqliteVersion(), solver: SOLVER_VERSION },
    platform: platform.name,
    uptime_seconds: Math.floor((context.clock.monotonic() - context.started_monotonic) / 1000),
    storage: storageFacts(config.data_dir),
    stored: countStored(context.client, principal),
    retention: {
      runs_keep_days: config.runs_keep_days,
      runs_keep_per_trigger: config.runs_keep_per_trigger,
      unnamed_versions_max: config.unnamed_versions_max,
    },
    limits: {
      time_limit_seconds_max: config.time_limit_seconds_max,
      max_body_mb: config.max_body_mb,
      max_model_nonzeros: config.max_model_nonzeros,
      solvers: solverCount(context),
    },
  };
}
