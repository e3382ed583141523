/** Every route has its row in the document, and every row its route. */
import { describe, expect, test } from "bun:test";
import { buildDocument, type OpenapiDocument, type Route } from "../../../src/http/openapi/document";
import { OPERATIONS } from "../../../src/http/openapi/operations";
import { PATH_PARAMETERS } from "../../../src/http/openapi/parameters";
import { createServer } from "../../../src/http/server";
import type { Context } from "../../../src/services/context";
import type { Json } from "../../world";

/** Routes hold their context and ask nothing of it before the first request. */
const CONTEXT = { config: { max_body_mb: 1, cors_origin: null } } as Context;

function serverRoutes(): readonly Route[] {
  return createServer(CONTEXT).routes.filter((route) => !isPageRoute(route));
}

/** The page's own files are no part of the API. */
function isPageRoute({ hooks }: Route): boolean {
  return (hooks as { detail?: { hide?: boolean } } | undefined)?.detail?.hide === true;
}

/** `METHOD /path/{name}`; the document has collections without their slash. */
function keyOfRoute({ method, path }: Route): string {
  return `${method} ${path.replace(/(.)\/$/, "$1").replace(/:(\w+)/g, "{$1}")}`;
}

/** What is wrong between the routes of a server and the rows of the document. */
function findGaps(routes: readonly Route[], rows: readonly string[]): string[] {
  const keys = routes.map(keyOfRoute);
  return [
    ...keys
      .filter((key) => !rows.includes(key))
      .map(
        (key) =>
          `${key} is not documented: add a row "${key}" to the file of its resource in src/http/openapi/operations/, ` +
          "with id, tag, summary, access (its role), answers and refusals; and say it in README.md",
      ),
    ...rows
      .filter((row) => !keys.includes(row))
      .map((row) => `${row} has a row in src/http/openapi/operations/ and no route: take the row out`),
  ];
}

describe("the table of operations", () => {
  test("has a row for every route and a route for every row", () => {
    expect(findGaps(serverRoutes(), Object.keys(OPERATIONS))).toEqual([]);
  });

  test("is missed by a route without a row, and a row without a route is told too", () => {
    const routes = [{ method: "GET", path: "/api/v2/nothing/:nothing_id", hooks: {} }];
    const found = findGaps(routes, ["GET /gone"]);
    expect(found[0]).toContain('add a row "GET /api/v2/nothing/{nothing_id}"');
    expect(found[1]).toStartWith("GET /gone has a row");
    expect(found).toHaveLength(2);
  });

  test("describes every path parameter", () => {
    const used = serverRoutes().flatMap(({ path }) => [...path.matchAll(/:(\w+)/g)].map((match) => match[1]!));
    const missing = [...new Set(used)].filter((name) => PATH_PARAMETERS[name] === undefined);
    expect(missing.map((name) => `${name}: describe it in src/http/openapi/parameters.ts`)).toEqual([]);
  });

  test("has a body for every route that checks one, and for no other", () => {
    const odd = serverRoutes().flatMap((route) => {
      const key = keyOfRoute(route);
      const checks = (route.hooks as { body?: unknown }).body !== undefined;
      const row = OPERATIONS[key];
      if (checks && row?.body === undefined) return [`${key} takes a body: give its row a body with an example`];
      const has_schema = checks || row?.body === undefined || row.body.schema !== undefined;
      return has_schema ? [] : [`${key}: its route has no body schema, so its row must give one`];
    });
    expect(odd).toEqual([]);
  });

  test("names each operation once, by a name that a program can use", () => {
    const ids = Object.values(OPERATIONS).map(({ id }) => id);
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z]+$/);
  });
});

describe("the document's operations", () => {
  const document: OpenapiDocument = buildDocument(serverRoutes());
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path)) as Json[];

  test("carry their role and its security", () => {
    expect(operations.length).toBe(Object.keys(OPERATIONS).length);
    const schemes: Record<string, Json> = {
      public: [],
      "trigger-secret": [{ triggerSecret: [] }, { apiKey: [] }, {}],
    };
    for (const operation of operations) {
      expect(operation.security).toEqual(schemes[operation["x-role"]] ?? [{ apiKey: [] }]);
    }
  });

  test("refer to schemas that are there, and every schema is referred to", () => {
    const text = JSON.stringify(document);
    const used = new Set([...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map((match) => match[1]!));
    const { schemas } = document.components as { schemas: Record<string, unknown> };
    expect([...used].sort()).toEqual(Object.keys(schemas).sort());
  });
});
