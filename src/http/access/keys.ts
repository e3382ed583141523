/** /api/v2/keys, for admins. */
import { createKey, listKeyObjects, revokeKeyById } from "../../services/access/keys";
import type { Context, StorageParts, VisitParts } from "../../services/context";
import { requireRole } from "../edge/authenticate";
import { listingPageOfQuery } from "../edge/query";
import { API, keyedRoutes } from "../edge/router";
import { keyBody } from "./bodies";

type KeyRouteContext = StorageParts & VisitParts & Pick<Context, "clock" | "ids">;

export function keyRoutes(context: KeyRouteContext) {
  return keyedRoutes(context, `${API}/keys`)
    .post(
      "/",
      async ({ principal, body, status }) =>
        status(201, await createKey(context, requireRole(principal, "admin"), body)),
      { body: keyBody },
    )
    .get("/", ({ principal, query }) => {
      const { page, page_size } = listingPageOfQuery(query);
      return listKeyObjects(context, requireRole(principal, "admin").organization_id, page, page_size);
    })
    .delete("/:key_id", async ({ principal, params, status }) => {
      await revokeKeyById(context, requireRole(principal, "admin"), params.key_id);
      return status(204);
    });
}
