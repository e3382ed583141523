/** The description of the API: /openapi.json for programs, /docs for people. Both are public, because they show no stored data. */
import style from "../docs/docs.css" with { type: "text" };
import { renderDocs } from "../docs/page";
import { jsonResponse, openRoutes } from "../edge/router";
import { buildDocument, type OpenapiDocument, type Route } from "../openapi/document";

/** The page has no script and no style inside its elements. */
const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy":
    "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
};
const STYLE_HEADERS = { "content-type": "text/css; charset=utf-8", "x-content-type-options": "nosniff" };

/** `routesOf` is called at the first request, when all routes have been added. */
export function referenceRoutes(routesOf: () => readonly Route[]) {
  const document = once(() => buildDocument(routesOf()));
  const text = once(() => JSON.stringify(document()));
  const page = once(() => renderDocs(document()));
  return openRoutes("")
    .get("/openapi.json", () => jsonResponse<OpenapiDocument>(text()))
    .get("/docs", () => new Response(page(), { headers: PAGE_HEADERS }))
    .get("/docs/style.css", () => new Response(style, { headers: STYLE_HEADERS }));
}

function once<Value>(make: () => Value): () => Value {
  let made: { value: Value } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
