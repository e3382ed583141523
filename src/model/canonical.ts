/** The same text and the same digest for equal JSON values, whatever the order of their keys. */
import { createHash } from "node:crypto";
import { isRecord } from "./json";

interface OpenContainer {
  /** Sorted; null for an array. */
  readonly keys: readonly string[] | null;
  readonly value: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly length: number;
  next: number;
}

/**
 * JSON without whitespace, keys sorted by UTF-16 code units, numbers as JSON.stringify writes them (-0 is 0); a value that
 * JSON cannot hold is null, and a key whose value is undefined is left out. Any depth.
 */
export function canonicalJson(value: unknown): string {
  const pieces: string[] = [];
  const open: OpenContainer[] = [];
  write(value, pieces, open);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    if (top.next === top.length) {
      pieces.push(top.keys === null ? "]" : "}");
      open.pop();
      continue;
    }
    if (top.next > 0) pieces.push(",");
    const position = top.next;
    top.next += 1;
    if (top.keys === null) {
      write((top.value as readonly unknown[])[position], pieces, open);
    } else {
      const key = top.keys[position]!;
      pieces.push(JSON.stringify(key), ":");
      write((top.value as Readonly<Record<string, unknown>>)[key], pieces, open);
    }
  }
  return pieces.join("");
}

/** SHA-256 of the canonical JSON, in hexadecimal. */
export function contentDigest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

function write(value: unknown, pieces: string[], open: OpenContainer[]): void {
  if (Array.isArray(value)) {
    pieces.push("[");
    open.push({ keys: null, value, length: value.length, next: 0 });
  } else if (isRecord(value)) {
    const keys = Object.keys(value)
      .filter((key) => value[key] !== undefined)
      .sort();
    pieces.push("{");
    open.push({ keys, value, length: keys.length, next: 0 });
  } else {
    pieces.push(typeof value === "bigint" ? "null" : (JSON.stringify(value) ?? "null"));
  }
}
