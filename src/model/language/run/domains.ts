/** Compiled indexing expressions: nested loops over sets, and tests whether a tuple belongs to one. */
import type { SetCode, SymbolicCode } from "../compile/codes";
import type { Machine } from "./machine";
import type { SetValue } from "./sets";

/** One part of an entry: a dummy index of its own, or a value that is fixed from outside. */
export type DomainPart =
  | { readonly slot: number; readonly name: string | null; readonly value: null }
  | { readonly slot: null; readonly name: null; readonly value: SymbolicCode };

export interface DomainBlock {
  readonly parts: readonly DomainPart[];
  readonly set: SetCode;
  /** Spelling of the set, for messages. */
  readonly text: string;
}

type Loop = (body: () => void) => void;

export class DomainCode {
  readonly blocks: readonly DomainBlock[];
  readonly predicate: (() => boolean) | null;
  /** Slots of the free parts, in order: the tuple of a member. */
  readonly slots: readonly number[];
  readonly arity: number;
  /** Calls `body` for each member, with the slots set; restores them at the end. */
  readonly loop: Loop;
  readonly #machine: Machine;

  constructor(machine: Machine, blocks: readonly DomainBlock[], predicate: (() => boolean) | null) {
    this.#machine = machine;
    this.blocks = blocks;
    this.predicate = predicate;
    this.slots = blocks.flatMap(({ parts }) => parts.flatMap(({ slot }) => (slot === null ? [] : [slot])));
    this.arity = this.slots.length;
    this.loop = this.#compileLoop();
  }

  /** Saves the slots in a frame on the stack, for `restore`. */
  save(): number {
    const { slots } = this;
    const machine = this.#machine;
    const base = machine.top;
    for (let part = 0; part < slots.length; part += 1) machine.stack[base + part] = machine.slots[slots[part]!]!;
    machine.top = base + slots.length;
    return base;
  }

  restore(base: number): void {
    const { slots } = this;
    const machine = this.#machine;
    for (let part = 0; part < slots.length; part += 1) machine.slots[slots[part]!] = machine.stack[base + part]!;
    machine.top = base;
  }

  /** Puts the tuple at `from` of `source` into the slots. Returns -1, or the block that does not contain it, or -2 when the predicate is false. */
  bind(source: Int32Array, from: number): number {
    const { blocks } = this;
    const machine = this.#machine;
    const { stack, slots } = machine;
    const base = machine.top;
    let at = from;
    for (let position = 0; position < blocks.length; position += 1) {
      const { parts, set } = blocks[position]!;
      machine.top = base + parts.length;
      for (let part = 0; part < parts.length; part += 1) {
        const { slot, value } = parts[part]!;
        if (slot === null) stack[base + part] = value!.run();
        else {
          stack[base + part] = source[at]!;
          at += 1;
        }
      }
      const is_member = set.contains(base);
      // Set only now, because the set may depend on the previous values of the slots.
      for (let part = 0; part < parts.length; part += 1) {
        const { slot } = parts[part]!;
        if (slot !== null) slots[slot] = stack[base + part]!;
      }
      if (!is_member) {
        machine.top = base;
        return position;
      }
    }
    machine.top = base;
    return this.predicate === null || this.predicate() ? -1 : -2;
  }

  #compileLoop(): Loop {
    const { predicate } = this;
    let inner: Loop | null = null;
    if (predicate !== null) {
      inner = (body) => {
        if (predicate()) body();
      };
    }
    for (let position = this.blocks.length - 1; position >= 0; position -= 1) {
      inner = compileBlock(this.#machine, this.blocks[position]!, inner);
    }
    return inner ?? ((body) => body());
  }
}

function compileBlock(machine: Machine, block: DomainBlock, inner: Loop | null): Loop {
  const { parts } = block;
  if (parts.length === 1 && parts[0]!.slot !== null) return loopSingle(machine, block.set, parts[0]!.slot, inner);
  if (parts.every(({ slot }) => slot !== null)) return loopTuples(machine, block, inner);
  return loopSlice(machine, block, inner);
}

function loopSingle(machine: Machine, { run }: SetCode, slot: number, inner: Loop | null): Loop {
  const { slots, budget } = machine;
  return (body) => {
    const set = run();
    const saved = slots[slot]!;
    const next = inner === null ? body : () => inner(body);
    if (set.kind === "range") {
      const { step } = set;
      let id = set.first;
      for (let left = set.size; left > 0; left -= 1) {
        budget.step();
        slots[slot] = id;
        next();
        id += step;
      }
    } else {
      const { ids, count } = set.table;
      for (let tuple = 0; tuple < count; tuple += 1) {
        budget.step();
        slots[slot] = ids[tuple]!;
        next();
      }
    }
    slots[slot] = saved;
  };
}

function loopTuples(machine: Machine, { parts, set }: DomainBlock, inner: Loop | null): Loop {
  const { slots, budget } = machine;
  const targets = parts.map(({ slot }) => slot!);
  const arity = targets.length;
  return (body) => {
    const value = set.run();
    if (value.kind === "range") return;
    const next = inner === null ? body : () => inner(body);
    const saved = targets.map((slot) => slots[slot]!);
    const { ids, count } = value.table;
    for (let tuple = 0, at = 0; tuple < count; tuple += 1) {
      budget.step();
      for (let part = 0; part < arity; part += 1) slots[targets[part]!] = ids[at++]!;
      next();
    }
    for (let part = 0; part < arity; part += 1) slots[targets[part]!] = saved[part]!;
  };
}

/** Members that agree with the fixed parts, found through a grouping of the set. */
function loopSlice(machine: Machine, { parts, set }: DomainBlock, inner: Loop | null): Loop {
  const { slots, stack, budget } = machine;
  const arity = parts.length;
  const fixed = parts.flatMap(({ value }) => (value === null ? [] : [value.run]));
  const free = parts.flatMap(({ slot }, part) => (slot === null ? [] : [{ slot, part }]));
  const mask = parts.reduce((bits, { slot }, part) => (slot === null ? bits | (1 << part) : bits), 0);
  return (body) => {
    const value: SetValue = set.run();
    const base = machine.top;
    machine.top = base + fixed.length;
    for (let part = 0; part < fixed.length; part += 1) stack[base + part] = fixed[part]!();
    machine.top = base;
    if (value.kind === "range") {
      if (value.contains(stack, base)) runOnce(body, inner);
      return;
    }
    const { keys, starts, order } = value.groupBy(mask, budget);
    const group = keys.find(stack, base);
    if (group === -1) return;
    const next = inner === null ? body : () => inner(body);
    const saved = free.map(({ slot }) => slots[slot]!);
    const { ids } = value.table;
    for (let at = starts[group]!; at < starts[group + 1]!; at += 1) {
      budget.step();
      const from = order[at]! * arity;
      for (const { slot, part } of free) slots[slot] = ids[from + part]!;
      next();
    }
    for (let position = 0; position < free.length; position += 1) slots[free[position]!.slot] = saved[position]!;
  };
}

function runOnce(body: () => void, inner: Loop | null): void {
  if (inner === null) body();
  else inner(body);
}
