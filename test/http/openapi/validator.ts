/** Checks values against the schemas of the document, by Ajv: a reader that is not ours. */
import Ajv2020, { type ValidateFunction } from "ajv/dist/2020";
import type { Json } from "../../world";

const DOCUMENT_ID = "jaot:openapi";
const TIME_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

export interface Validator {
  /** What is wrong with a value under the schema at a JSON pointer of the document; empty: nothing. */
  findFaults(pointer: string, value: unknown): string[];
}

/** With `is_closed` an object may hold what its schema names and nothing else, so that a field which is not described is found. */
export function createValidator(document: Json, { is_closed }: { is_closed: boolean }): Validator {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addFormat("date-time", TIME_PATTERN);
  ajv.addSchema(is_closed ? closed(document) : document, DOCUMENT_ID);
  const cache = new Map<string, ValidateFunction>();
  return {
    findFaults: (pointer, value) => {
      const target = followReference(document, pointer);
      const validate = cache.get(target) ?? ajv.compile({ $ref: `${DOCUMENT_ID}#${target}` });
      cache.set(target, validate);
      if (validate(value)) return [];
      return (validate.errors ?? []).map(
        ({ instancePath, message, params }) => `${instancePath || "/"} ${message} ${JSON.stringify(params)}`,
      );
    },
  };
}

/** A JSON pointer to these steps of a document. */
export function pointerTo(...steps: readonly string[]): string {
  return `/${steps.map((step) => encodeURIComponent(step.replaceAll("~", "~0").replaceAll("/", "~1"))).join("/")}`;
}

/** Where a schema leads that is a reference and nothing else: hundreds of answers share a few schemas, and compiling takes time. */
function followReference(document: Json, pointer: string): string {
  const steps = pointer.split("/").slice(1);
  const schema = steps.reduce(
    (value, step) => value?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")],
    document,
  );
  return typeof schema?.$ref === "string" && schema.$ref.startsWith("#") ? schema.$ref.slice(1) : pointer;
}

/** Schemas of objects that do not say themselves what else they may hold. */
function closed(value: Json): Json {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== "object" || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, closed(child)]));
  const is_object_schema = copy.type === "object" && typeof copy.properties === "object";
  if (is_object_schema && copy.additionalProperties === undefined && copy.patternProperties === undefined) {
    copy.additionalProperties = false;
  }
  return copy;
}
