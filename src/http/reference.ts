/** GET /openapi.json: the API described, for programs. Public: it says nothing about what is stored. */
import { buildDocument, type OpenapiDocument, type Route } from "./openapi/document";
import { jsonResponse, openRoutes } from "./router";

/** `routesOf` is asked at the first request, when all routes are there. */
export function referenceRoutes(routesOf: () => readonly Route[]) {
  let text: string | null = null;
  return openRoutes("").get("/openapi.json", () => {
    text ??= JSON.stringify(buildDocument(routesOf()));
    return jsonResponse<OpenapiDocument>(text);
  });
}
