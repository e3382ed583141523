/**
 * Puts the values of a `data` bundle and of a fire in place of whole symbols. Sets come first, because arrays are
 * matched with their members; misfits are reported with the symbol and the position or key.
 */
import { nearestHint } from "../../../nearest";
import { describeValue, isRecord, quote } from "../../json";
import type { Program } from "../compile/program";
import { EvaluationFault } from "../run/faults";
import type { Machine } from "../run/machine";
import type { ParamArray } from "../run/param_array";
import type { SetArray } from "../run/set_array";
import { type RangeSet, TableSet } from "../run/sets";
import { readNumber } from "../run/symbols";
import { TupleTable } from "../run/tuples";
import type { Span } from "../syntax/ast";

type Values = Readonly<Record<string, unknown>>;
type Attempt = (work: () => void) => boolean;

interface Replacement {
  readonly name: string;
  readonly value: unknown;
}

/** False after a report. */
export function putValues(
  program: Program,
  bundle: { readonly sets: Values; readonly params: Values },
  values: Values,
  attempt: Attempt,
): boolean {
  const { scope } = program;
  const given = [...entriesOf(bundle.sets), ...entriesOf(bundle.params)].filter(
    ({ name }) => !Object.hasOwn(values, name),
  );
  const replacements = [...given, ...entriesOf(values)];
  let is_sound = true;
  for (const type of ["set", "param"] as const) {
    for (const { name, value } of replacements) {
      const declared = scope.declared.get(name);
      if (declared === undefined || (declared.type !== "set" && declared.type !== "param")) {
        if (type === "set") is_sound = refuseName(program, name);
      } else if (declared.type === type) {
        is_sound =
          attempt(() => (declared.type === "set" ? putSet(declared, value) : putParam(declared, value))) && is_sound;
      }
    }
  }
  for (const { name } of is_sound ? replacements : []) {
    const declared = scope.declared.get(name);
    if (declared?.type === "set" || declared?.type === "param")
      is_sound = attempt(() => declared.checkData()) && is_sound;
  }
  return is_sound;
}

function entriesOf(values: Values): Replacement[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}

function refuseName({ scope }: Program, name: string): false {
  const known = [...scope.declared]
    .filter(([, { type }]) => type === "set" || type === "param")
    .map(([known_name]) => known_name);
  const hint = scope.hint(() => nearestHint(name, known));
  scope.error("unknown_input", `the model declares no set or param ${quote(name)}`, { start: 0, end: 0 }, hint);
  return false;
}

/** A member from JSON: a text that spells a number is that number, because keys of objects are always texts. */
function readMember(machine: Machine, value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? machine.symbols.intern(value) : null;
  if (typeof value !== "string") return null;
  const number = readNumber(value);
  return machine.symbols.intern(Number.isNaN(number) || value.trim() !== value ? value : number);
}

/** Members of a tuple: `["A", "B"]` or `"A,B"`; null when it does not have `arity` parts. */
function readTuple(machine: Machine, value: unknown, arity: number): Int32Array | null {
  const parts =
    arity === 1
      ? [Array.isArray(value) ? value[0] : value]
      : typeof value === "string"
        ? value.split(",").map((part) => part.trim())
        : value;
  if (!Array.isArray(parts) || parts.length !== arity) return null;
  const ids = parts.map((part: unknown) => readMember(machine, part));
  return ids.includes(null) ? null : Int32Array.from(ids as number[]);
}

function refuse(span: Span, message: string): never {
  throw new EvaluationFault("wrong_shape", message, span);
}

function putSet(set: SetArray, value: unknown): void {
  const { head } = set;
  if (head.arity === 0) {
    set.putData(new Int32Array(0), 0, readMembers(set, head.name, value));
    return;
  }
  if (!isRecord(value))
    refuse(head.span, `${head.name} is ${describeValue(value)}, expected an object of lists by subscript`);
  for (const [key, members] of Object.entries(value)) {
    const tuple = readTuple(head.machine, key, head.arity);
    if (tuple === null) refuse(head.span, `${head.name} has the key ${quote(key)}, expected ${head.arity} subscripts`);
    set.putData(tuple, 0, readMembers(set, `${head.name}[${key}]`, members));
  }
  set.has_data = true;
}

function readMembers(set: SetArray, name: string, value: unknown): TableSet | RangeSet {
  const { machine, span } = set.head;
  const { arity } = set.rules;
  if (!Array.isArray(value)) refuse(span, `${name} is ${describeValue(value)}, expected a list of members`);
  const table = new TupleTable(arity, value.length);
  machine.limitMembers(value.length, arity, span);
  for (const [position, member] of value.entries()) {
    const tuple = readTuple(machine, member, arity);
    const expected = arity === 1 ? "a number or text" : `a tuple of ${arity}`;
    if (tuple === null) refuse(span, `${name}[${position}] is ${describeValue(member)}, expected ${expected}`);
    const { count } = table;
    table.add(tuple, 0);
    if (table.count === count)
      refuse(span, `${name}[${position}] is ${describeValue(member)}, which is in the list already`);
  }
  return new TableSet(table);
}

function putParam(param: ParamArray, value: unknown): void {
  const { head } = param;
  param.dropData();
  param.has_data = true;
  if (head.arity === 0) param.putData(new Int32Array(0), 0, readValue(param, head.name, value));
  else if (Array.isArray(value)) {
    if (value.length > 0 && value.every(isRecord)) putRows(param, value as readonly Values[]);
    else putArray(param, value);
  } else if (isRecord(value)) putObject(param, value);
  else refuse(head.span, `${head.name} is ${describeValue(value)}, expected an array or an object by member`);
}

function readValue(param: ParamArray, name: string, value: unknown): number {
  const { machine, span } = param.head;
  if (param.rules.is_symbolic) {
    const id = readMember(machine, value);
    if (id === null) refuse(span, `${name} is ${describeValue(value)}, expected a text or number`);
    return id;
  }
  if (typeof value !== "number" || !Number.isFinite(value))
    refuse(span, `${name} is ${describeValue(value)}, expected a finite number`);
  return value;
}

function put(param: ParamArray, tuple: Int32Array, name: string, value: unknown): void {
  param.head.machine.budget.step();
  if (!param.putData(tuple, 0, readValue(param, name, value))) refuse(param.head.span, `${name} is given twice`);
}

/** Keys of one member each, nested, or of all members joined by commas. */
function putObject(param: ParamArray, value: Values): void {
  const { machine, arity, name, span } = param.head;
  const open: { readonly keys: readonly string[]; readonly value: unknown }[] = [{ keys: [], value }];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { keys } = next;
    const element = `${name}[${keys.join(",")}]`;
    if (keys.length === arity) {
      const tuple = readTuple(machine, arity === 1 ? keys[0] : keys, arity);
      if (tuple === null) refuse(span, `${element} has a key that is no member`);
      put(param, tuple, element, next.value);
      continue;
    }
    if (!isRecord(next.value))
      refuse(span, `${element} is ${describeValue(next.value)}, expected keys for ${arity - keys.length} more indices`);
    for (const [key, inner] of Object.entries(next.value)) {
      const parts = arity === 1 ? [key] : key.split(",").map((part) => part.trim());
      if (keys.length + parts.length > arity)
        refuse(span, `${name} has the key ${quote(key)}, which has too many members for ${arity} indices`);
      open.push({ keys: [...keys, ...parts], value: inner });
    }
  }
}

/** Rows such as `{"plant": "A", "market": "x", "value": 4}`: the index columns stand in the order of the declaration. */
function putRows(param: ParamArray, rows: readonly Values[]): void {
  const { machine, arity, name, span } = param.head;
  for (const [position, row] of rows.entries()) {
    const columns = Object.keys(row).filter((column) => column !== "value");
    if (columns.length !== arity || !Object.hasOwn(row, "value")) {
      refuse(
        span,
        `${name}[${position}] has the columns ${Object.keys(row).map(quote).join(", ")}, expected ${arity} index columns and "value"`,
      );
    }
    const keys = columns.map((column) => row[column]);
    const tuple = readTuple(machine, arity === 1 ? keys[0] : keys, arity);
    if (tuple === null) refuse(span, `${name}[${position}] has an index that is no text or number`);
    put(param, tuple, `${name}[${position}]`, row.value);
  }
}

/** By position: one level of nesting for each set of the domain, in the order of its members. */
function putArray(param: ParamArray, value: readonly unknown[]): void {
  const { head } = param;
  const { machine, domain, span } = head;
  if (domain === null) return;
  const tuples = new TupleTable(head.arity);
  domain.loop(() => {
    const base = machine.top;
    for (let part = 0; part < head.arity; part += 1) machine.stack[base + part] = machine.slots[domain.slots[part]!]!;
    tuples.append(machine.stack, base);
  });
  const widths = domain.blocks.map(({ parts }) => parts.filter(({ slot }) => slot !== null).length);
  const tuple = new Int32Array(head.arity);
  // Depth is the number of sets, at most 20 or so.
  const fill = (given: unknown, level: number, part: number, from: number, to: number, name: string): void => {
    if (level === widths.length) {
      for (let at = 0; at < head.arity; at += 1) tuple[at] = tuples.ids[from * head.arity + at]!;
      put(param, tuple, name, given);
      return;
    }
    const bounds = groupRuns(tuples, from, to, part, widths[level]!);
    const set = domain.blocks[level]!.text;
    if (!Array.isArray(given))
      refuse(span, `${name} is ${describeValue(given)}, expected an array of ${bounds.length} in the order of ${set}`);
    if (given.length !== bounds.length)
      refuse(span, `${name} has ${given.length} values, expected ${bounds.length}, one for each member of ${set}`);
    for (const [position, start] of bounds.entries()) {
      fill(
        given[position],
        level + 1,
        part + widths[level]!,
        start,
        bounds[position + 1] ?? to,
        `${name}[${position}]`,
      );
    }
  };
  fill(value, 0, 0, 0, tuples.count, head.name);
}

/** Where runs of tuples that agree in parts `part` .. `part + width - 1` begin. */
function groupRuns(tuples: TupleTable, from: number, to: number, part: number, width: number): readonly number[] {
  const { ids, arity } = tuples;
  const starts: number[] = [];
  for (let tuple = from; tuple < to; tuple += 1) {
    let is_new = tuple === from;
    for (let at = part; at < part + width && !is_new; at += 1)
      is_new = ids[tuple * arity + at] !== ids[(tuple - 1) * arity + at];
    if (is_new) starts.push(tuple);
  }
  return starts;
}
