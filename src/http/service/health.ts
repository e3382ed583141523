/** /health: public, so it shows nothing confidential. */
import type { Context, ProcessParts, StorageParts } from "../../services/context";
import { healthOf } from "../../services/operations/health";
import { openRoutes } from "../edge/router";

type HealthRouteContext = ProcessParts & StorageParts & Pick<Context, "backups" | "queue" | "running" | "scheduler">;

export function healthRoutes(context: HealthRouteContext) {
  return openRoutes("/health")
    .get("/", () => healthOf(context))
    .get("/live", () => ({ status: "ok" }))
    .get("/ready", ({ status }) => (context.isStopping() ? status(503, { status: "stopping" }) : { status: "ready" }));
}
