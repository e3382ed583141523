/** Validates a body as the service would, for a command that must know the faults before it sends anything. */
import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { faultsOf } from "./errors";

/** Each fault as a sentence with its place; an empty list when the body is valid. */
export function bodyFaults(schema: TSchema, body: unknown): string[] {
  return faultsOf("body", Value.Errors(schema, body)).map(({ loc, msg }) => `${loc.slice(1).join(".")}: ${msg}`);
}
