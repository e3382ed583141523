/** GET /metrics, for Prometheus: with an API key of any role, or without a key when the operator allows it. */
import type { Context, FigureParts, StorageParts, VisitParts } from "../../services/context";
import { readMetrics } from "../../services/operations/metrics_reading";
import { requirePrincipal } from "../edge/authenticate";
import { openRoutes, visitOf } from "../edge/router";

type MetricRouteContext = StorageParts &
  VisitParts &
  FigureParts &
  Pick<Context, "clock" | "config" | "queue" | "running" | "solvers">;

export function metricsRoutes(context: MetricRouteContext) {
  return openRoutes("").get("/metrics", async ({ request, server, set }) => {
    if (context.config.metrics === "keys") requirePrincipal(context, request, visitOf(request, server, set));
    const headers = { "content-type": context.metrics.content_type };
    return new Response(await readMetrics(context), { headers });
  });
}
