/**
 * The facts about a route that the OpenAPI document needs and the route itself does not hold. Each route has one row in
 * operations.ts, under `METHOD /path/{name}`; test/http/openapi/routes.test.ts checks that each route has a row and each row a route.
 */
import { type TSchema, Type } from "@sinclair/typebox";
import type { RefusalCode } from "../../refusals";
import type { Role } from "../../roles";

export const TAGS = {
  Documents: "A user's model under a name; work in progress is kept with its diagnostics.",
  Versions: "Frozen texts of a document: what triggers pin.",
  Triggers: "A pinned version behind a secret of its own.",
  Fire: "Queues runs; opened by the trigger's secret.",
  Runs: "One firing and its answer.",
  Schedules: "Cron patterns in a time zone that fire a trigger.",
  Webhooks: "Deliveries of events to a trigger's webhook, their attempts, redelivery, ping.",
  Solve: "A model solved or checked on the spot, without a trigger.",
  Keys: "API keys, their roles and workspaces, and the audit log.",
  Examples: "Ready models to start from.",
  Session: "Routes that sign the page in and out and tell who is signed in.",
  Overview: "What an operator looks at first.",
  Service: "How the service is, and what it can do.",
} as const;
export type Tag = keyof typeof TAGS;

/** The least role of the API key that a route needs; `public`: no key, `trigger-secret`: the trigger's own secret, or a key of the role solver. */
export type Access = "public" | "trigger-secret" | Role;

export interface Parameter {
  readonly is_required?: boolean;
  readonly description: string;
  readonly schema: TSchema;
}

export interface Answer {
  readonly description: string;
  /** The schema of a JSON body. Without it the body is text of `content_type`, or absent when that is not set either. */
  readonly schema?: TSchema;
  readonly content_type?: string;
  readonly example?: unknown;
  /** Header fields in addition to those of every answer. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Operation {
  /** Names the function in generated clients: camelCase, unique. */
  readonly id: string;
  readonly tag: Tag;
  /** One line. */
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly query?: Readonly<Record<string, Parameter>>;
  readonly headers?: Readonly<Record<string, Parameter>>;
  /** The body, for a route that takes one; its schema where the route checks the body itself. */
  readonly body?: { readonly schema?: TSchema; readonly is_required: boolean; readonly example: unknown };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Refusals in addition to those of every route of its kind. */
  readonly refusals?: readonly RefusalCode[];
  /** Header fields of a refusal in addition to those of every answer with its status: descriptions by name. */
  readonly refusal_headers?: Readonly<Partial<Record<RefusalCode, Readonly<Record<string, string>>>>>;
  /** False for a route that stores nothing although its method suggests it. */
  readonly stores?: boolean;
}

/** Names of the schemas that become entries of `components/schemas`; the document refers to them by name. */
const NAMES = new WeakMap<object, string>();

/** Gives a schema a name, so that the document holds it once, under that name. */
export function named<Schema extends TSchema>(name: string, schema: Schema): Schema {
  NAMES.set(schema, name);
  return schema;
}

export function nameOf(schema: object): string | null {
  return NAMES.get(schema) ?? null;
}

export const text = (description: string): TSchema => Type.String({ description });
export const textOrNull = (description: string): TSchema =>
  Type.Unsafe<string | null>({ type: ["string", "null"], description });
export const time = (description: string): TSchema => Type.String({ format: "date-time", description });
export const timeOrNull = (description: string): TSchema =>
  Type.Unsafe<string | null>({ type: ["string", "null"], format: "date-time", description });
export const numberOrNull = (description: string): TSchema =>
  Type.Unsafe<number | null>({ type: ["number", "null"], description });
export const integerOrNull = (description: string): TSchema =>
  Type.Unsafe<number | null>({ type: ["integer", "null"], description });
export const booleanOrNull = (description: string): TSchema =>
  Type.Unsafe<boolean | null>({ type: ["boolean", "null"], description });
export const count = (description: string): TSchema => Type.Integer({ minimum: 0, description });
export const flag = (description: string): TSchema => Type.Boolean({ description });
export const words = (list: readonly string[], description: string): TSchema =>
  Type.Unsafe<string>({ type: "string", enum: [...list], description });
export const anyJson = (description: string): TSchema => Type.Unknown({ description });
/** The schema, or null. */
export const orNull = (schema: TSchema): TSchema => Type.Union([schema, Type.Null()]);
