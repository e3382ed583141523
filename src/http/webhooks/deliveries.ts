/** /api/v2/triggers/{id}/deliveries and the webhook's ping. */
import { DELIVERY_STATES } from "../../runs/delivery";
import type { Context, QueueParts, StorageParts, VisitParts } from "../../services/context";
import { getDelivery, listDeliveries, pingWebhook, redeliver } from "../../services/webhooks/deliveries";
import { requireRole } from "../edge/authenticate";
import { listingPageOfQuery, wordOf } from "../edge/query";
import { API, keyedRoutes } from "../edge/router";

type DeliveryRouteContext = StorageParts & QueueParts & VisitParts & Pick<Context, "clock" | "delivery_lanes" | "ids">;

export function deliveryRoutes(context: DeliveryRouteContext) {
  return keyedRoutes(context, `${API}/triggers/:trigger_id`)
    .get("/deliveries", ({ principal, params, query }) => {
      const state = wordOf(query, "state", DELIVERY_STATES);
      return listDeliveries(context, principal, params.trigger_id, { ...listingPageOfQuery(query), state });
    })
    .get("/deliveries/:delivery_id", ({ principal, params }) =>
      getDelivery(context, principal, params.trigger_id, params.delivery_id),
    )
    .post("/deliveries/:delivery_id/redeliver", async ({ principal, params, status }) =>
      status(202, await redeliver(context, requireRole(principal, "editor"), params.trigger_id, params.delivery_id)),
    )
    .post("/webhook/ping", async ({ principal, params, status }) =>
      status(202, await pingWebhook(context, requireRole(principal, "editor"), params.trigger_id)),
    );
}
