/** Holds real answers against the document: status, content type, headers and body. */
import type { Answer, Json } from "../../world";
import { createValidator, pointerTo } from "./validator";

export interface Conformance {
  /** What is wrong with an answer to a request; each entry names route and status. */
  findFaults(method: string, path: string, answer: Answer): string[];
  /** `METHOD /path/{name} status` of everything documented as an answer of its own that has not been seen yet. */
  unseen(): string[];
}

/** Statuses that every route of a kind can have, and that tests of refusals look at. */
const REFUSAL_STATUS_MIN = 400;

export function createConformance(document: Json, options: { is_closed: boolean }): Conformance {
  const validator = createValidator(document, options);
  const templates = Object.keys(document.paths)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, "[^/]+")}/?$`) }))
    .sort((a, b) => a.path.split("{").length - b.path.split("{").length);
  const seen = new Set<string>();

  const findFaults: Conformance["findFaults"] = (method, path, answer) => {
    const bare = path.split("?")[0]!;
    const template = templates.find(({ pattern }) => pattern.test(bare))?.path;
    const operation = template === undefined ? undefined : document.paths[template][method.toLowerCase()];
    if (template === undefined || operation === undefined) return [`${method} ${bare} is not in the document`];
    const where = `${method} ${template} ${answer.status}`;
    seen.add(where);
    const response = operation.responses[answer.status];
    if (response === undefined) return [`${where} is not among its responses: add it to its row in src/http/openapi`];
    return [...findBodyFaults(template, method.toLowerCase(), response, answer), ...headerFaults(response, answer)].map(
      (fault) => `${where}: ${fault}`,
    );
  };

  function findBodyFaults(template: string, method: string, response: Json, answer: Answer): string[] {
    const { status, body, headers } = answer;
    if (response.content === undefined) return body === null ? [] : ["has a body and none is described"];
    const found = headers.get("content-type")?.split(";")[0] ?? "none";
    if (response.content[found] === undefined) return [`content type ${found} is not described`];
    const steps = ["paths", template, method, "responses", String(status), "content", found, "schema"];
    return validator.findFaults(pointerTo(...steps), body);
  }

  return {
    findFaults,
    unseen: () =>
      Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods as Json).flatMap(([method, operation]: [string, Json]) =>
          Object.keys(operation.responses)
            .filter((status) => Number(status) < REFUSAL_STATUS_MIN)
            .map((status) => `${method.toUpperCase()} ${path} ${status}`)
            .filter((where) => !seen.has(where)),
        ),
      ),
  };
}

function headerFaults(response: Json, { status, headers }: Answer): string[] {
  const always = ["X-Request-ID", ...(status === 401 ? ["WWW-Authenticate"] : [])];
  const missing = always.filter((name) => !headers.has(name)).map((name) => `header ${name} is missing`);
  const sent = ["retry-after", "www-authenticate", "idempotent-replayed"].filter((name) => headers.has(name));
  const described = Object.keys(response.headers ?? {}).map((name) => name.toLowerCase());
  const unknown = sent.filter((name) => !described.includes(name)).map((name) => `header ${name} is not described`);
  return [...missing, ...unknown];
}
