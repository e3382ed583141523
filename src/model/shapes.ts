/**
 * The shape that a replacement for an input's value must have, as plain JSON. Made once when a trigger is
 * created, checked at every fire; neither recurses.
 */
import { nearestHint } from "../nearest";
import { describeValue, isRecord, quote } from "./json";

export type Shape =
  | { readonly type: "number" }
  /** Elements of one shape. */
  | { readonly type: "array"; readonly length: number; readonly of: Shape }
  /** Elements of different shapes, by position. */
  | { readonly type: "list"; readonly items: readonly Shape[] }
  /** Exactly these keys, all of one shape (`of`) or each of its own (`items`, in order of `keys`). */
  | { readonly type: "object"; readonly keys: readonly string[]; readonly of: Shape }
  | { readonly type: "record"; readonly keys: readonly string[]; readonly items: readonly Shape[] };

const NUMBER: Shape = { type: "number" };

/** Limit of messages about one value; further ones would repeat the same. */
const MESSAGES_MAX = 10;

interface OpenValue {
  readonly children: readonly unknown[];
  readonly keys: readonly string[] | null;
  /** Number of each known shape, by its children in order. */
  readonly shape_ids: number[];
}

/**
 * Shape of a JSON value of numbers, arrays and objects; any other leaf counts as a number. Equal shapes are the same object,
 * so that a matrix of a million numbers has a shape of three.
 */
export function shapeOf(value: unknown): Shape {
  const interner = new ShapeInterner();
  const open: OpenValue[] = [];
  let done = -1;
  let next: unknown = value;
  for (;;) {
    const opened: OpenValue | null = openValue(next);
    if (opened !== null) open.push(opened);
    else done = interner.numberId;
    for (;;) {
      const top = open.at(-1);
      if (top === undefined) return interner.shapes[done]!;
      if (done !== -1) top.shape_ids.push(done);
      done = -1;
      if (top.shape_ids.length < top.children.length) {
        next = top.children[top.shape_ids.length];
        break;
      }
      open.pop();
      done = interner.intern(top.keys, top.shape_ids);
    }
  }
}

function openValue(value: unknown): OpenValue | null {
  if (Array.isArray(value)) return { children: value, keys: null, shape_ids: [] };
  if (isRecord(value)) return { children: Object.values(value), keys: Object.keys(value), shape_ids: [] };
  return null;
}

/** Gives equal shapes the same number, so that comparing two shapes takes one step. */
class ShapeInterner {
  readonly shapes: Shape[] = [NUMBER];
  readonly numberId = 0;
  readonly #ids = new Map<string, number>();

  intern(keys: readonly string[] | null, children: readonly number[]): number {
    const is_uniform = children.every((child) => child === children[0]);
    const content = is_uniform ? `${children.length}:${children[0] ?? -1}` : children.join();
    const signature = `${is_uniform}|${content}|${keys === null ? "" : JSON.stringify(keys)}`;
    const known = this.#ids.get(signature);
    if (known !== undefined) return known;
    const items = children.map((child) => this.shapes[child]!);
    const of = items[0] ?? NUMBER;
    if (keys !== null) this.shapes.push(is_uniform ? { type: "object", keys, of } : { type: "record", keys, items });
    else this.shapes.push(is_uniform ? { type: "array", length: items.length, of } : { type: "list", items });
    this.#ids.set(signature, this.shapes.length - 1);
    return this.shapes.length - 1;
  }
}

/** How many numbers a value of this shape contains; works without recursion. */
export function shapeSize(shape: Shape): number {
  let size = 0;
  const open: { shape: Shape; times: number }[] = [{ shape, times: 1 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const current = next.shape;
    const { times } = next;
    if (current.type === "number") size += times;
    else if (current.type === "array") open.push({ shape: current.of, times: times * current.length });
    else if (current.type === "object") open.push({ shape: current.of, times: times * current.keys.length });
    else for (const item of current.items) open.push({ shape: item, times });
  }
  return size;
}

/** `number`, `array` or `object`: the word of an override field's `type`. */
export function shapeType(shape: Shape): "number" | "array" | "object" {
  if (shape.type === "number") return "number";
  return shape.type === "array" || shape.type === "list" ? "array" : "object";
}

interface OpenCheck {
  readonly value: unknown;
  readonly shape: Shape;
  readonly name: string;
}

/** Sentences about what does not fit, each starting with `name`; empty when the value has the shape and all numbers are finite. */
export function findMisfits(value: unknown, shape: Shape, name: string): string[] {
  const messages: string[] = [];
  const open: OpenCheck[] = [{ value, shape, name }];
  for (let next = open.pop(); next !== undefined && messages.length < MESSAGES_MAX; next = open.pop()) {
    if (next.shape.type === "number") checkNumber(next.value, next.name, messages);
    else if (next.shape.type === "array" || next.shape.type === "list") checkArray(next, next.shape, open, messages);
    else checkObject(next, next.shape, open, messages);
  }
  return messages;
}

function checkNumber(value: unknown, name: string, messages: string[]): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  if (messages.length < MESSAGES_MAX) messages.push(`${name} is ${describeValue(value)}, expected a finite number`);
}

function checkArray(
  { value, name }: OpenCheck,
  shape: Extract<Shape, { type: "array" | "list" }>,
  open: OpenCheck[],
  messages: string[],
): void {
  const length = shape.type === "array" ? shape.length : shape.items.length;
  if (!Array.isArray(value)) {
    messages.push(`${name} is ${describeValue(value)}, expected an array of ${length}`);
  } else if (value.length !== length) {
    messages.push(`${name} has ${count(value.length, "value")}, the model declares ${length}`);
  } else if (shape.type === "array" && shape.of.type === "number") {
    for (let position = 0; position < length; position += 1) {
      const element: unknown = value[position];
      if (typeof element === "number" && Number.isFinite(element)) continue;
      checkNumber(element, `${name}[${position}]`, messages);
    }
  } else {
    for (let position = length - 1; position >= 0; position -= 1) {
      const of = shape.type === "array" ? shape.of : shape.items[position]!;
      open.push({ value: value[position], shape: of, name: `${name}[${position}]` });
    }
  }
}

function checkObject(
  { value, name }: OpenCheck,
  shape: Extract<Shape, { type: "object" | "record" }>,
  open: OpenCheck[],
  messages: string[],
): void {
  if (!isRecord(value)) {
    messages.push(`${name} is ${describeValue(value)}, expected an object with ${listKeys(shape.keys)}`);
    return;
  }
  const missing = shape.keys.filter((key) => !Object.hasOwn(value, key));
  const given = Object.keys(value);
  if (missing.length > 0 || given.length !== shape.keys.length) {
    explainKeys(name, given, shape.keys, missing, messages);
    return;
  }
  for (let position = shape.keys.length - 1; position >= 0; position -= 1) {
    const key = shape.keys[position]!;
    const of = shape.type === "object" ? shape.of : shape.items[position]!;
    const element = value[key];
    if (of.type === "number" && typeof element === "number" && Number.isFinite(element)) continue;
    open.push({ value: element, shape: of, name: `${name}[${quote(key)}]` });
  }
}

function explainKeys(
  name: string,
  given: readonly string[],
  declared: readonly string[],
  missing: readonly string[],
  messages: string[],
): void {
  const known = new Set(declared);
  const unknown = given.filter((key) => !known.has(key));
  for (const key of unknown.slice(0, MESSAGES_MAX - 1 - messages.length)) {
    const hint = nearestHint(key, missing.length > 0 ? missing : declared);
    messages.push(`${name} has no key ${quote(key)}${hint === undefined ? "" : `, ${hint}`}`);
  }
  if (missing.length > 0) messages.push(`${name} lacks ${listKeys(missing)}`);
}

function listKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, 5).map(quote).join(", ");
  const rest = keys.length > 5 ? ` and ${keys.length - 5} more` : "";
  return `the ${keys.length === 1 ? "key" : "keys"} ${shown}${rest}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
