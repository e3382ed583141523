/** The body of a solve on the spot: a model, with override data beside it. Large ones are read where it may take its time. */
import { parseJson } from "../../json_text";
import { Refusal } from "../../refusals";
import type { ModelLimits } from "../budget";
import { contentDigest } from "../canonical";
import { type InspectedModel, inspectValue } from "../inspected";
import { isRecord } from "../json";
import { type KeptText, packText } from "../kept_text";
import { validateOverrideData } from "../override_data";
import type { BoundOverrides, FieldError, OverrideSubject } from "../override_fields";
import { bindGiven, fieldsGiven, pathsOf } from "../overrides";

/** A model and its data, ready for a solver. */
export interface SolvableModel {
  readonly digest: string;
  readonly text: string;
  readonly override_data: KeptText | null;
  readonly bound: BoundOverrides;
}

export type SolveReading =
  | { readonly kind: "malformed"; readonly message: string }
  | {
      readonly kind: "read";
      /** The model's own `options`, unchecked. */
      readonly options: unknown;
      /** null for a model that is only to be solved, without data beside it. */
      readonly inspected: InspectedModel | null;
      readonly misfits: readonly FieldError[];
      /** null when it is only to be looked at. */
      readonly solvable: SolvableModel | null;
    };

const NOTHING_BOUND: BoundOverrides = { fields: [] };

/** Reads the bytes of a body. `is_solve`: it is to be solved, and not only looked at. */
export function readSolveBody(body: Uint8Array, is_solve: boolean, limits: ModelLimits): SolveReading {
  try {
    const { model, override_data } = splitBody(parseJson(body));
    const options = isRecord(model) ? model.options : null;
    if (!is_solve) {
      return { kind: "read", options, inspected: inspectValue(model, [], limits), misfits: [], solvable: null };
    }
    const given = override_data === undefined ? null : fieldsGiven(override_data);
    const inspected = given === null ? null : inspectValue(model, pathsOf(given), limits);
    const { bound, misfits } =
      inspected === null ? { bound: NOTHING_BOUND, misfits: [] } : bindData({ ...inspected, model }, override_data);
    const packed = override_data === undefined ? null : packText(JSON.stringify(override_data));
    const solvable = { digest: contentDigest(model), text: JSON.stringify(model), override_data: packed, bound };
    return { kind: "read", options, inspected, misfits, solvable };
  } catch (error) {
    if (error instanceof Refusal) return { kind: "malformed", message: error.message };
    throw error;
  }
}

/** The model in a body, and the override data beside it; a flat model has no `data` of its own, so there it means the same. */
export function splitBody(body: unknown): { model: unknown; override_data: unknown } {
  if (!isRecord(body)) return { model: body, override_data: undefined };
  const { override_data, ...model } = body;
  if (override_data !== undefined || !("variables" in model) || !("data" in model)) return { model, override_data };
  const { data, ...flat } = model;
  return { model: flat, override_data: data };
}

/** Data held against the inputs of the model that they came with. */
export function bindData(
  subject: OverrideSubject,
  override_data: unknown,
): { readonly bound: BoundOverrides; readonly misfits: readonly FieldError[] } {
  const { bound, errors } = bindGiven(fieldsGiven(override_data), subject);
  return { bound, misfits: errors.length > 0 ? errors : validateOverrideData(bound, override_data) };
}
