/** GET /metrics, for Prometheus: with an API key of any role, or for everyone where the operator says so. */
import type { Context } from "../services/context";
import { readMetrics } from "../services/metrics_reading";
import { requirePrincipal } from "./authenticate";
import { openRoutes, visitOf } from "./router";

export function metricsRoutes(context: Context) {
  return openRoutes("").get("/metrics", async ({ request, server, set }) => {
    if (context.config.metrics === "keys") requirePrincipal(context, request, visitOf(request, server, set));
    const headers = { "content-type": context.metrics.content_type };
    return new Response(await readMetrics(context), { headers });
  });
}
