/** What the service would say of a body, for a command that must know before it sends anything. */
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { faultsOf } from "./errors";

/** Each fault as a sentence with its place; none: the body validates. */
export function bodyFaults(schema: TSchema, body: unknown): string[] {
  return faultsOf("body", Value.Errors(schema, body)).map(({ loc, msg }) => `${loc.slice(1).join(".")}: ${msg}`);
}
