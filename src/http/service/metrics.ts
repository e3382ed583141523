/** GET /metrics, for Prometheus: with an API key of any role, or for everyone where the operator says so. */
import type { Context } from "../../services/context";
import { readMetrics } from "../../services/operations/metrics_reading";
import { requirePrincipal } from "../edge/authenticate";
import { openRoutes, visitOf } from "../edge/router";

export function metricsRoutes(context: Context) {
  return openRoutes("").get("/metrics", async ({ request, server, set }) => {
    if (context.config.metrics === "keys") requirePrincipal(context, request, visitOf(request, server, set));
    const headers = { "content-type": context.metrics.content_type };
    return new Response(await readMetrics(context), { headers });
  });
}
