/** The body of a fire, read where it may take its time: large data are parsed, checked and packed in one place, and never cloned. */
import { createHash } from "node:crypto";
import { parseJson } from "../../json_text";
import { Refusal } from "../../refusals";
import { isRecord } from "../json";
import { type KeptText, packText, unpackText } from "../kept_text";
import { validateOverrideData } from "../override_data";
import type { BoundOverrides, FieldError } from "../override_fields";

/** The data of one run, ready to be stored. */
export interface FireData {
  /** null when nothing was given. */
  readonly text: KeptText | null;
  /** SHA-256 that is equal for equal data: taken where the text is packed, null where it is at hand. */
  readonly digest: Uint8Array | null;
  /** Why the data do not fit; empty when they do. */
  readonly misfits: readonly FieldError[];
}

/** What a body holds, or why it cannot be read. */
export type FireReading =
  | { readonly kind: "malformed"; readonly message: string }
  | {
      readonly kind: "read";
      /** false: the body is no object. */
      readonly is_object: boolean;
      readonly trigger_secret: string | null;
      /** Names of the fields, the first few. */
      readonly fields: readonly string[];
      readonly sets: FireSets;
    };

/** The data of each run; how many sets a batch has that is no list of a fitting length, null when it is no list. */
export type FireSets = readonly FireData[] | { readonly found: number | null };

const FIELDS_TOLD_MAX = 10;

/** Reads the bytes of a body. `sets_max` is the length of the longest batch, null for a single fire. */
export function readFireBody(body: Uint8Array, bound: BoundOverrides, sets_max: number | null): FireReading {
  try {
    return readFire(parseJson(body), bound, sets_max);
  } catch (error) {
    if (error instanceof Refusal) return { kind: "malformed", message: error.message };
    throw error;
  }
}

function readFire(body: unknown, bound: BoundOverrides, sets_max: number | null): FireReading & { kind: "read" } {
  const given = isRecord(body) ? body : {};
  const { trigger_secret, override_data } = given;
  return {
    kind: "read",
    is_object: isRecord(body),
    trigger_secret: typeof trigger_secret === "string" ? trigger_secret : null,
    fields: Object.keys(given).slice(0, FIELDS_TOLD_MAX),
    sets: readSets(override_data, bound, sets_max),
  };
}

/** `sets_max` null: the data of a single fire. */
export function readSets(override_data: unknown, bound: BoundOverrides, sets_max: number | null): FireSets {
  if (sets_max === null) return [readFireData(override_data, bound)];
  if (!Array.isArray(override_data)) return { found: null };
  const { length: found } = override_data;
  return found >= 1 && found <= sets_max ? override_data.map((set) => readFireData(set, bound)) : { found };
}

/** Data held against the fields that a trigger takes, and packed. */
export function readFireData(override_data: unknown, bound: BoundOverrides): FireData {
  const misfits = validateOverrideData(bound, override_data);
  const text = override_data === undefined || override_data === null ? null : JSON.stringify(override_data);
  if (text === null) return { text, digest: null, misfits };
  const packed = packText(text);
  return { text: packed, digest: packed === text ? null : digestOf(text), misfits };
}

/** Equal for equal data in equal order; a batch never equals a single fire unless it is one set. */
export function digestOfAll(sets: readonly FireData[]): Uint8Array {
  const [first, ...rest] = sets;
  if (rest.length === 0 && first?.digest) return first.digest;
  const hash = createHash("sha256");
  for (const { text, digest } of sets) {
    // No data and empty data are the same to the model.
    const is_empty = text === null || text === "{}";
    if (digest === null) hash.update(`${is_empty ? -1 : text.length}:`).update(is_empty ? "" : text);
    else hash.update(digest);
  }
  return hash.digest();
}

function digestOf(text: string): Uint8Array {
  return createHash("sha256").update(`${text.length}:`).update(text).digest();
}

/** Stored data held against the fields that the trigger takes now. */
export function checkStoredData(text: KeptText, bound: BoundOverrides): readonly FieldError[] {
  return validateOverrideData(bound, JSON.parse(unpackText(text)));
}
