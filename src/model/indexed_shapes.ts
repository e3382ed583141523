/**
 * The shape that a replacement for a set or param of an algebraic model must have, as plain JSON stored with a trigger. Members are kept by
 * their spelling, so that a fire is checked without compiling. Members that are not known at that time are checked by the compile.
 */
import { nearestHint } from "../nearest";
import { describeValue, isRecord, quote } from "./json";

/** One index of a param: the members of its set in order, tuples joined by commas; null when they are not known. */
export interface IndexShape {
  /** The set's name, or how its expression is spelled. */
  readonly set: string;
  readonly arity: number;
  readonly members: readonly string[] | null;
}

export interface NumberLimit {
  readonly relation: string;
  readonly value: number;
}

export interface ParamShape {
  readonly type: "param";
  readonly is_symbolic: boolean;
  readonly is_whole: boolean;
  readonly limits: readonly NumberLimit[];
  readonly indices: readonly IndexShape[];
  /** True when elements may be left out, because there is a default. */
  readonly is_partial: boolean;
}

export interface SetShape {
  readonly type: "set";
  readonly subscripts: number;
  readonly arity: number;
}

/** Spellings of the members that the same fire gives to a set; null when it gives none. */
export type GivenMembers = (set: string) => readonly string[] | null;

const MESSAGES_MAX = 10;

/** The key under which a member is known: numbers in one spelling, tuples joined by commas. */
export function spellKey(member: unknown): string | null {
  if (typeof member === "number") return Number.isFinite(member) ? String(member + 0) : null;
  if (Array.isArray(member)) {
    const parts = member.map((part: unknown) => (Array.isArray(part) ? null : spellKey(part)));
    return parts.includes(null) ? null : parts.join(",");
  }
  if (typeof member !== "string") return null;
  return member.split(",").map(spellPart).join(",");
}

function spellPart(text: string): string {
  const part = text.trim();
  return /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(part) ? String(Number(part) + 0) : part;
}

/** Sentences about what does not fit, each starting with `name`; empty when everything fits. */
export function findIndexedFaults(
  shape: ParamShape | SetShape,
  value: unknown,
  name: string,
  given: GivenMembers,
): string[] {
  const faults: string[] = [];
  if (shape.type === "set") checkSet(shape, value, name, faults);
  else new ParamChecker(shape, name, given, faults).check(value);
  return faults.slice(0, MESSAGES_MAX);
}

function checkSet(shape: SetShape, value: unknown, name: string, faults: string[]): void {
  if (shape.subscripts === 0) {
    checkMembers(shape.arity, value, name, faults);
    return;
  }
  if (!isRecord(value)) {
    faults.push(`${name} is ${describeValue(value)}, expected an object of lists by subscript`);
    return;
  }
  for (const [key, members] of Object.entries(value)) {
    if (faults.length >= MESSAGES_MAX) return;
    if (key.split(",").length !== shape.subscripts)
      faults.push(`${name} has the key ${quote(key)}, expected ${shape.subscripts} subscripts`);
    else checkMembers(shape.arity, members, `${name}[${key}]`, faults);
  }
}

function checkMembers(arity: number, value: unknown, name: string, faults: string[]): void {
  if (!Array.isArray(value)) {
    faults.push(`${name} is ${describeValue(value)}, expected a list of members`);
    return;
  }
  const seen = new Set<string>();
  const expected = arity === 1 ? "a number or text" : `a tuple of ${arity}, such as "A,B" or ["A", "B"]`;
  for (const [position, member] of value.entries()) {
    if (faults.length >= MESSAGES_MAX) return;
    const is_single = arity === 1 && !Array.isArray(member);
    const key = is_single && typeof member === "string" ? spellPart(member) : spellKey(member);
    const length = Array.isArray(member) ? member.length : arity === 1 ? 1 : (key ?? "").split(",").length;
    if (key === null || length !== arity) {
      faults.push(`${name}[${position}] is ${describeValue(member)}, expected ${expected}`);
    } else if (seen.has(key))
      faults.push(`${name}[${position}] is ${describeValue(member)}, which is in the list already`);
    else seen.add(key);
  }
}

interface KnownIndex {
  readonly set: string;
  readonly arity: number;
  readonly members: readonly string[] | null;
  readonly known: ReadonlySet<string> | null;
}

class ParamChecker {
  readonly #shape: ParamShape;
  readonly #name: string;
  readonly #indices: readonly KnownIndex[];
  readonly #faults: string[];
  readonly #arity: number;

  constructor(shape: ParamShape, name: string, given: GivenMembers, faults: string[]) {
    this.#shape = shape;
    this.#name = name;
    this.#faults = faults;
    this.#indices = shape.indices.map(({ set, arity, members: pinned }) => {
      const members = given(set) ?? pinned;
      return { set, arity, members, known: members === null ? null : new Set(members) };
    });
    this.#arity = shape.indices.reduce((sum, { arity }) => sum + arity, 0);
  }

  check(value: unknown): void {
    const indices = this.#indices;
    const name = this.#name;
    if (indices.length === 0) this.#checkValue(value, name);
    else if (Array.isArray(value)) {
      if (value.length > 0 && value.every(isRecord))
        this.#checkRows(value as readonly Readonly<Record<string, unknown>>[]);
      else this.#checkArray(value, 0, name);
    } else if (isRecord(value)) this.#checkObject(value);
    else {
      const sets = indices.map(({ set }) => set).join(" and ");
      this.#faults.push(
        `${name} is ${describeValue(value)}, expected an array in the order of ${sets}, or an object by member`,
      );
    }
  }

  get #is_full(): boolean {
    return this.#faults.length >= MESSAGES_MAX;
  }

  #checkValue(value: unknown, name: string): void {
    const { is_symbolic, is_whole, limits } = this.#shape;
    if (is_symbolic) {
      const is_fitting = typeof value === "string" || (typeof value === "number" && Number.isFinite(value));
      if (!is_fitting) this.#faults.push(`${name} is ${describeValue(value)}, expected a text or number`);
    } else if (typeof value !== "number" || !Number.isFinite(value)) {
      this.#faults.push(`${name} is ${describeValue(value)}, expected a finite number`);
    } else if (is_whole && !Number.isInteger(value)) {
      this.#faults.push(`${name} is ${value}, expected a whole number`);
    } else {
      const broken = limits.find((limit) => !holds(value, limit));
      if (broken !== undefined) this.#faults.push(`${name} is ${value}, expected ${broken.relation} ${broken.value}`);
    }
  }

  /** Recursion is as deep as there are indices, a number that the parser limits. */
  #checkArray(value: unknown, level: number, name: string): void {
    if (this.#is_full) return;
    const index = this.#indices[level];
    if (index === undefined) {
      this.#checkValue(value, name);
      return;
    }
    const { set, members } = index;
    if (!Array.isArray(value)) {
      this.#faults.push(`${name} is ${describeValue(value)}, expected an array in the order of ${set}`);
    } else if (members !== null && value.length !== members.length) {
      const values = `${value.length} ${value.length === 1 ? "value" : "values"}`;
      this.#faults.push(`${name} has ${values}, expected ${members.length}, one for each member of ${set}`);
    } else {
      for (let position = 0; position < value.length && !this.#is_full; position += 1) {
        this.#checkArray(value[position], level + 1, `${name}[${position}]`);
      }
    }
  }

  #checkObject(value: Readonly<Record<string, unknown>>): void {
    const seen = new Set<string>();
    const open: { readonly parts: readonly string[]; readonly value: unknown }[] = [{ parts: [], value }];
    for (let next = open.pop(); next !== undefined && !this.#is_full; next = open.pop()) {
      const name = next.parts.length === 0 ? this.#name : `${this.#name}[${next.parts.map(quote).join("][")}]`;
      if (!isRecord(next.value)) {
        this.#faults.push(`${name} is ${describeValue(next.value)}, expected an object with more members for keys`);
        continue;
      }
      for (const [key, inner] of Object.entries(next.value)) {
        if (this.#is_full) return;
        const parts = [...next.parts, ...(this.#arity === 1 ? [spellPart(key)] : key.split(",").map(spellPart))];
        if (!this.#areMembers(parts, `${name}`, key)) continue;
        if (parts.length < this.#arity) {
          open.push({ parts, value: inner });
          continue;
        }
        seen.add(parts.join(","));
        this.#checkValue(inner, `${this.#name}[${quote(parts.join(","))}]`);
      }
    }
    this.#checkCoverage(seen);
  }

  /** Checks that the parts so far are members of their sets; reports the first one that is not. */
  #areMembers(parts: readonly string[], name: string, key: string): boolean {
    if (parts.length > this.#arity) {
      this.#faults.push(`${name} has the key ${quote(key)}, which has too many members for ${this.#arity} indices`);
      return false;
    }
    let from = 0;
    for (const { set, arity, members, known } of this.#indices) {
      if (from + arity > parts.length) break;
      const member = parts.slice(from, from + arity).join(",");
      from += arity;
      if (known === null || members === null || known.has(member)) continue;
      const hint = nearestHint(member, members);
      this.#faults.push(
        `${name} has the key ${quote(key)}, which is not in ${set}${hint === undefined ? "" : `, ${hint}`}`,
      );
      return false;
    }
    return true;
  }

  #checkRows(rows: readonly Readonly<Record<string, unknown>>[]): void {
    const seen = new Set<string>();
    for (const [position, row] of rows.entries()) {
      if (this.#is_full) return;
      const columns = Object.keys(row).filter((column) => column !== "value");
      const name = `${this.#name}[${position}]`;
      if (columns.length !== this.#arity || !Object.hasOwn(row, "value")) {
        const found = Object.keys(row).slice(0, 8).map(quote).join(", ");
        this.#faults.push(`${name} has the columns ${found}, expected ${this.#arity} index columns and "value"`);
        continue;
      }
      const parts = columns.map((column) => spellKey(row[column]) ?? "");
      if (!this.#areMembers(parts, name, parts.join(","))) continue;
      if (seen.has(parts.join(","))) this.#faults.push(`${name} gives ${quote(parts.join(","))} a second time`);
      seen.add(parts.join(","));
      this.#checkValue(row.value, name);
    }
    this.#checkCoverage(seen);
  }

  #checkCoverage(seen: ReadonlySet<string>): void {
    const indices = this.#indices;
    const faults = this.#faults;
    if (this.#shape.is_partial || faults.length > 0) return;
    let count = 1;
    for (const { members } of indices) {
      if (members === null) return;
      count *= members.length;
    }
    if (seen.size >= count) return;
    const missing: string[] = [];
    for (let at = 0; at < count && missing.length < 5; at += 1) {
      const key = this.#keyAt(at);
      if (!seen.has(key)) missing.push(quote(key));
    }
    const rest = count - seen.size - missing.length;
    faults.push(`${this.#name} lacks ${missing.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`);
  }

  /** The key at a position in the order of the index sets. */
  #keyAt(position: number): string {
    const parts: string[] = [];
    let rest = position;
    for (const { members } of this.#indices.toReversed()) {
      parts.unshift(members![rest % members!.length]!);
      rest = Math.floor(rest / members!.length);
    }
    return parts.join(",");
  }
}

function holds(value: number, { relation, value: limit }: NumberLimit): boolean {
  switch (relation) {
    case ">=":
      return value >= limit;
    case "<=":
      return value <= limit;
    case ">":
      return value > limit;
    case "<":
      return value < limit;
    case "<>":
      return value !== limit;
    default:
      return value === limit;
  }
}
