/** The OpenAPI 3.1 document: method, path and body of the server's routes, joined with our rows about them. */
import type { TSchema } from "@sinclair/typebox";
import { type RefusalCode, statusOfRefusal } from "../../refusals";
import { PROGRAM_VERSION } from "../../version";
import { webhookPayload } from "./examples";
import { type Answer, nameOf, type Operation, type Parameter, TAGS, text } from "./operation";
import { keyOfRoute, OPERATIONS } from "./operations";
import { PATH_PARAMETERS } from "./parameters";
import { exampleOf, FAILURE_EXAMPLE, failureSchema, schemaOf } from "./refusals";
import { WEBHOOKS } from "./webhooks";

/** The parts of a server's route that are read here. */
export interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: unknown;
}

type Json = Record<string, unknown>;

export interface OpenapiDocument {
  readonly openapi: "3.1.0";
  readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>;
  readonly [field: string]: unknown;
}

const INTRODUCTION = `Optimization models behind HTTP triggers and cron schedules.

An API key goes as \`Authorization: Bearer ok_live_...\`; its role is viewer, solver, editor or admin, and each may do what the ones
before it may: \`x-role\` of an operation is the least role that it needs. A trigger's own secret opens its fire routes and nothing else; a key of the role solver or above opens them too.
An object of another organization answers exactly as one that does not exist.

Timestamps are RFC 3339 in UTC with milliseconds. Ids are opaque. Unknown fields of a body are refused, with the nearest known name.
A query parameter that is a slip of a known one, and a known one given twice, are refused; any other is ignored and named in \`X-Ignored-Query\`.
Every answer carries \`X-Request-ID\`: the client's own, or a new one.`;

/** The document of a server with these routes. Routes without a row are left out; a test reports them. */
export function buildDocument(routes: readonly Route[]): OpenapiDocument {
  const components = new Components();
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of routes) {
    const key = keyOfRoute(route);
    const operation = OPERATIONS[key];
    if (operation === undefined) continue;
    const [method = "", path = ""] = key.split(" ");
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(route, path, operation, components) };
  }
  const webhooks = Object.fromEntries(
    Object.entries(WEBHOOKS).map(([event, { summary, payload }]) => [
      event,
      { post: webhook(event, summary, components.refer(payload)) },
    ]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "jaot-triggers",
      version: PROGRAM_VERSION,
      description: INTRODUCTION,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/", description: "The service that serves this document" }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    webhooks,
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: "An API key: ok_live_ and 64 hex digits." },
        triggerSecret: { type: "http", scheme: "bearer", description: "The secret of the trigger that is fired." },
      },
      schemas: components.schemas,
      examples: components.examples,
    },
  };
}

/** Named schemas and examples of refusals. Each is in the document once; the rest of it refers to them. */
class Components {
  readonly schemas: Record<string, unknown> = {};
  readonly examples: Record<string, unknown> = {};

  /** A reference to the example of a refusal. */
  exampleOf(code: RefusalCode): Json {
    this.examples[code] ??= { summary: code.replaceAll("_", " "), value: exampleOf(code) };
    return { $ref: `#/components/examples/${code}` };
  }

  /** The schema as JSON, with named ones inside it replaced by references. */
  refer(schema: unknown): unknown {
    if (Array.isArray(schema)) return schema.map((entry) => this.refer(entry));
    if (typeof schema !== "object" || schema === null) return schema;
    const name = nameOf(schema);
    if (name === null) return this.#copy(schema);
    if (!(name in this.schemas)) {
      this.schemas[name] = null;
      this.schemas[name] = this.#copy(schema);
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  #copy(schema: object): Json {
    return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, this.refer(value)]));
  }
}

function describe(route: Route, path: string, operation: Operation, components: Components): Json {
  const body = bodyOf(route, operation, components);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    "x-role": operation.access,
    security: securityOf(operation),
    parameters: parametersOf(path, operation, components),
    ...(body === null ? {} : { requestBody: body }),
    responses: responsesOf(route.method, operation, components),
  };
}

function securityOf({ access }: Operation): Json[] {
  if (access === "public") return [];
  // The secret may also be in the body; a key of the role solver or above works too.
  return access === "trigger-secret" ? [{ triggerSecret: [] }, { apiKey: [] }, {}] : [{ apiKey: [] }];
}

function parametersOf(path: string, operation: Operation, components: Components): Json[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]!);
  return [
    ...names.map((name) => ({
      name,
      in: "path",
      required: true,
      description: PATH_PARAMETERS[name] ?? "",
      schema: { type: "string" },
    })),
    ...locatedIn("query", operation.query, components),
    ...locatedIn("header", operation.headers, components),
  ];
}

function locatedIn(
  location: "query" | "header",
  parameters: Readonly<Record<string, Parameter>> | undefined,
  components: Components,
): Json[] {
  return Object.entries(parameters ?? {}).map(([name, { description, schema, is_required = false }]) => ({
    name,
    in: location,
    required: is_required,
    description,
    schema: components.refer(schema),
  }));
}

function bodyOf(route: Route, { body }: Operation, components: Components): Json | null {
  const checked = (route.hooks as { body?: TSchema } | undefined)?.body;
  const schema = body?.schema ?? checked;
  if (schema === undefined) return null;
  const example = body === undefined ? {} : { example: body.example };
  const content = { "application/json": { schema: components.refer(schema), ...example } };
  return { required: body?.is_required ?? true, content };
}

const REQUEST_ID_HEADER = { description: "The client's own X-Request-ID, or a new one.", schema: { type: "string" } };
const RETRY_STATUSES = [429, 503, 507];

function responsesOf(method: string, operation: Operation, components: Components): Json {
  const responses: Json = {};
  const refusals = refusalsOf(method, operation);
  for (const [status, answer] of Object.entries(operation.answers)) {
    responses[status] = responseOf(answer, components);
  }
  for (const status of [...new Set(refusals.map(statusOfRefusal))].sort()) {
    const codes = refusals.filter((code) => statusOfRefusal(code) === status);
    const named = codes.flatMap((code) => Object.entries(operation.refusal_headers?.[code] ?? {}));
    const response = refusalResponse(status, codes, responses[status] as Json | undefined, components);
    responses[status] = { ...response, headers: { ...(response.headers as Json), ...describeHeaders(named) } };
  }
  responses[500] = {
    description: "A fault of the service itself.",
    headers: { "X-Request-ID": REQUEST_ID_HEADER },
    content: { "application/json": { schema: components.refer(failureSchema), example: FAILURE_EXAMPLE } },
  };
  return responses;
}

/** The refusals that every route of this kind has, and those of this route alone. */
function refusalsOf(method: string, operation: Operation): RefusalCode[] {
  const { access, refusals = [], stores = true } = operation;
  const codes: RefusalCode[] = ["body_too_large", "foreign_origin", "host_not_served", ...refusals];
  if (access === "trigger-secret") {
    codes.push("invalid_trigger_secret", "invalid_api_key", "not_allowed", "too_many_failures");
  }
  if (access !== "public" && access !== "trigger-secret")
    codes.push("missing_api_key", "invalid_api_key", "too_many_failures");
  if (access !== "public" && access !== "trigger-secret" && access !== "viewer") codes.push("not_allowed");
  // Every route with such a method reads a body, even when it does not use it.
  if (method !== "GET") codes.push("malformed_json", "unsupported_media_type", "body_too_slow", "bodies_full");
  if (operation.body !== undefined || operation.query !== undefined) codes.push("validation_failed");
  if (method !== "GET" && stores) codes.push("storage_busy", "storage_full");
  return [...new Set(codes)];
}

function responseOf(answer: Answer, components: Components): Json {
  const headers = { "X-Request-ID": REQUEST_ID_HEADER, ...describeHeaders(Object.entries(answer.headers ?? {})) };
  const { description, schema, content_type, example } = answer;
  if (schema === undefined && content_type === undefined) return { description, headers };
  const media = { schema: schema === undefined ? { type: "string" } : components.refer(schema), example };
  return { description, headers, content: { [content_type ?? "application/json"]: media } };
}

function describeHeaders(named: readonly (readonly [name: string, description: string])[]): Json {
  return Object.fromEntries(named.map(([name, description]) => [name, { description, schema: { type: "string" } }]));
}

/** One response for all refusals with that status, and for an answer of the route with the same status. */
function refusalResponse(
  status: number,
  codes: readonly RefusalCode[],
  answer: Json | undefined,
  components: Components,
): Json {
  const headers: Json = { "X-Request-ID": REQUEST_ID_HEADER };
  if (status === 401) headers["WWW-Authenticate"] = { description: "Bearer", schema: { type: "string" } };
  if (RETRY_STATUSES.includes(status)) {
    headers["Retry-After"] = { description: "Seconds after which to try again.", schema: { type: "string" } };
  }
  const own = (answer?.content as Record<string, Json> | undefined)?.["application/json"];
  const schemas = [...new Set(codes.map(schemaOf))].map((schema) => components.refer(schema));
  if (own !== undefined) schemas.unshift(own.schema);
  const examples = Object.fromEntries(codes.map((code) => [code, components.exampleOf(code)]));
  return {
    description: [...(answer === undefined ? [] : [answer.description]), ...codes].join(", "),
    headers,
    content: {
      "application/json": { schema: schemas.length === 1 ? schemas[0] : { anyOf: schemas }, examples },
    },
  };
}

function webhook(event: string, summary: string, schema: unknown): Json {
  const example = event === webhookPayload.event ? { example: webhookPayload } : {};
  const header = (name: string, description: string): Json => ({
    name,
    in: "header",
    required: true,
    description,
    schema: text(description),
  });
  return {
    operationId: `on${event.replace(/(?:^|\.|_)(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    summary,
    parameters: [
      header("X-Jaot-Signature", "HMAC-SHA256 of the raw body in hex, under the whole webhook_secret."),
      header("webhook-id", "The delivery's id; the same on every attempt."),
      header("webhook-timestamp", "Seconds since 1970 of this attempt."),
      header("webhook-signature", "That of Standard Webhooks."),
    ],
    requestBody: { required: true, content: { "application/json": { schema, ...example } } },
    responses: { "2XX": { description: "Counts as delivered. Anything else is tried again." } },
  };
}
