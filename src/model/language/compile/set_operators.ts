/** Operations on sets, and tests of membership. */
import { EvaluationFault } from "../run/faults";
import { makeArithmeticSet } from "../run/set_array";
import { collectSets, copyMember, crossSets, type SetValue, TableSet } from "../run/sets";
import { TupleTable } from "../run/tuples";
import type { Expression, Span } from "../syntax/ast";
import { type Code, INVALID, type LogicalCode, type SetCode, type SymbolicCode } from "./codes";
import type { TypedCompiler } from "./typed_compiler";

type Binary = Extract<Expression, { kind: "binary" }>;

export function compileRange(compiler: TypedCompiler, node: Extract<Expression, { kind: "range" }>): Code {
  const first = compiler.numeric(node.first);
  const last = compiler.numeric(node.last);
  const step = node.step === null ? null : compiler.numeric(node.step);
  if (first === null || last === null || (step === null && node.step !== null)) return INVALID;
  const { machine } = compiler.scope;
  const { symbols } = machine;
  const stepOf = (): number => {
    const value = step === null ? 1 : step.run();
    if (value !== 0) return value;
    throw new EvaluationFault("division_by_zero", "the step of this set is 0", node);
  };
  return {
    type: "set",
    arity: 1,
    run: () => makeArithmeticSet(machine, first.run(), last.run(), stepOf(), node),
    contains: (from) => {
      const value = symbols.valueOf(machine.stack[from]!);
      if (typeof value !== "number") return false;
      const [start, end, by] = [first.run(), last.run(), stepOf()];
      const position = (value - start) / by;
      return Number.isInteger(position) && position >= 0 && position <= (end - start) / by + 1e-9;
    },
  };
}

export function compileBraces(compiler: TypedCompiler, node: Extract<Expression, { kind: "braces" }>): Code {
  const { entries, predicate } = node.domain;
  const is_literal =
    predicate === null && entries.every(({ pattern, set }) => pattern === null && isMember(compiler, set));
  return is_literal
    ? compileLiteral(
        compiler,
        node,
        entries.map(({ set }) => set),
      )
    : compileDomainSet(compiler, node);
}

/** Entries of a literal set: tuples, and expressions that are not sets. */
function isMember(compiler: TypedCompiler, node: Expression): boolean {
  switch (node.kind) {
    case "tuple":
    case "number":
    case "text":
    case "sum":
    case "unary":
      return true;
    case "call":
      return true;
    case "binary":
      return ["*", "/", "div", "mod", "less", "**", "&"].includes(node.operator);
    case "name": {
      const declared = compiler.scope.declared.get(node.name);
      return compiler.scope.dummySlot(node.name) !== null || declared?.type !== "set";
    }
    case "if":
      return isMember(compiler, node.then);
    case "iterated":
      return node.operator !== "setof";
    default:
      return false;
  }
}

/** The set that an entry of an indexing expression ranges over; a single member among sets counts as a set. */
export function compileEntrySet(compiler: TypedCompiler, node: Expression): SetCode | null {
  if (!isMember(compiler, node)) return compiler.set(node);
  const code = compileLiteral(compiler, node, [node]);
  return code.type === "set" ? code : null;
}

function compileLiteral(compiler: TypedCompiler, node: Span, entries: readonly Expression[]): Code {
  const { machine } = compiler.scope;
  const { budget } = machine;
  const members: SymbolicCode[][] = [];
  for (const set of entries) {
    const parts = (set.kind === "tuple" ? set.parts : [set]).map((part) => compiler.member(part));
    if (parts.some((part) => part === null)) return INVALID;
    members.push(parts as SymbolicCode[]);
  }
  const arity = members[0]?.length ?? 0;
  const odd = members.findIndex((member) => member.length !== arity);
  if (odd !== -1) {
    const entry = entries[odd]!;
    return compiler.refuse(
      "wrong_arity",
      `this member has ${members[odd]!.length} parts, the first one ${arity}`,
      entry,
    );
  }
  const build = (): SetValue => {
    const table = new TupleTable(Math.max(1, arity), members.length);
    budget.steps(members.length);
    const base = machine.top;
    machine.top = base + arity;
    for (const member of members) {
      for (let part = 0; part < arity; part += 1) machine.stack[base + part] = member[part]!.run();
      const { count } = table;
      table.add(machine.stack, base);
      if (table.count > count) continue;
      const found = machine.spellTuple(machine.stack, base, arity);
      throw new EvaluationFault("given_twice", `${found} is in this set already`, node);
    }
    machine.top = base;
    return new TableSet(table);
  };
  const is_constant = members.every((member) => member.every(({ constant }) => constant !== undefined));
  let kept: SetValue | null = null;
  const run = !is_constant ? build : () => (kept ??= build());
  return { type: "set", arity, run, contains: (from) => run().contains(machine.stack, from) };
}

/** `{i in A, j in B: p}` as a set of tuples; a single set without predicate is that set. */
function compileDomainSet(compiler: TypedCompiler, node: Extract<Expression, { kind: "braces" }>): Code {
  const { scope } = compiler;
  const { machine } = scope;
  const depth = scope.depth;
  const domain = compiler.domain(node.domain);
  scope.leave(depth);
  if (domain === null) return INVALID;
  const { blocks, predicate, arity, slots } = domain;
  if (blocks.length === 1 && predicate === null && blocks[0]!.parts.every(({ slot }) => slot !== null)) {
    return blocks[0]!.set;
  }
  const run = (): SetValue => {
    const table = new TupleTable(arity);
    domain.loop(() => {
      machine.limitMembers(table.count + 1, arity, node);
      const base = machine.top;
      for (let part = 0; part < arity; part += 1) machine.stack[base + part] = machine.slots[slots[part]!]!;
      table.add(machine.stack, base);
    });
    return new TableSet(table);
  };
  const contains = (from: number): boolean => {
    const frame = domain.save();
    const is_member = domain.bind(machine.stack, from) === -1;
    domain.restore(frame);
    return is_member;
  };
  return { type: "set", arity, run, contains };
}

export function compileSetOperator(
  compiler: TypedCompiler,
  node: Binary,
  operator: "cross" | "inter" | "union" | "diff" | "symdiff",
): Code {
  const left = compiler.set(node.left);
  const right = compiler.set(node.right);
  if (left === null || right === null) return INVALID;
  if (operator === "cross") return cross(compiler, node, left, right);
  const arity = Math.max(left.arity, right.arity);
  if (left.arity !== right.arity && left.arity * right.arity !== 0) {
    const message = `the sets have tuples of ${left.arity} and of ${right.arity} parts`;
    return compiler.refuse("wrong_arity", message, node);
  }
  const { machine } = compiler.scope;
  const { budget } = machine;
  const all = () => true;
  const combine = (first: SetValue, second: SetValue): SetValue => {
    machine.limitMembers(first.size + second.size, Math.max(1, arity), node);
    if (first.size === 0 || second.size === 0) {
      if (operator === "inter") return new TableSet(new TupleTable(Math.max(1, arity)));
      return first.size === 0 ? (operator === "diff" ? first : second) : first;
    }
    const outside = (set: SetValue) => (member: Int32Array) => !set.contains(member, 0);
    if (operator === "union") return collectSets([first, second], arity, all, budget);
    if (operator === "inter") return collectSets([first], arity, (member) => second.contains(member, 0), budget);
    if (operator === "diff") return collectSets([first], arity, outside(second), budget);
    const both = (member: Int32Array) => first.contains(member, 0) !== second.contains(member, 0);
    return collectSets([first, second], arity, both, budget);
  };
  return {
    type: "set",
    arity,
    run: () => combine(left.run(), right.run()),
    contains: combineTests(operator, left.contains, right.contains),
  };
}

function combineTests(
  operator: "inter" | "union" | "diff" | "symdiff",
  left: (from: number) => boolean,
  right: (from: number) => boolean,
): (from: number) => boolean {
  switch (operator) {
    case "union":
      return (from) => left(from) || right(from);
    case "inter":
      return (from) => left(from) && right(from);
    case "diff":
      return (from) => left(from) && !right(from);
    case "symdiff":
      return (from) => left(from) !== right(from);
  }
}

function cross(compiler: TypedCompiler, node: Binary, left: SetCode, right: SetCode): Code {
  const { machine } = compiler.scope;
  const arity = left.arity + right.arity;
  if (arity > 20) return compiler.refuse("wrong_arity", "tuples have at most 20 parts", node);
  return {
    type: "set",
    arity,
    run: () => {
      const first = left.run();
      const second = right.run();
      machine.limitMembers(first.size * second.size, arity, node);
      return crossSets(first, second, machine.budget);
    },
    contains: (from) => left.contains(from) && right.contains(from + left.arity),
  };
}

export function compileMembership(
  compiler: TypedCompiler,
  node: Binary,
  relation: "in" | "!in" | "within" | "!within",
): Code {
  const right = compiler.set(node.right);
  const is_negative = relation === "!in" || relation === "!within";
  const code = relation.endsWith("within") ? compileWithin(compiler, node, right) : compileIn(compiler, node, right);
  if (code === null) return INVALID;
  const { run } = code;
  return is_negative ? { type: "logical", run: () => !run() } : code;
}

function compileIn(compiler: TypedCompiler, node: Binary, set: SetCode | null): LogicalCode | null {
  const nodes = node.left.kind === "tuple" ? node.left.parts : [node.left];
  const parts = nodes.map((part) => compiler.member(part));
  if (set === null || parts.some((part) => part === null)) return null;
  if (set.arity !== parts.length && set.arity !== 0) {
    const message = `the tuple has ${parts.length} parts, the members of ${compiler.scope.spell(node.right)} have ${set.arity}`;
    compiler.refuse("wrong_arity", message, node);
    return null;
  }
  const { machine } = compiler.scope;
  const runs = (parts as SymbolicCode[]).map(({ run }) => run);
  const { contains } = set;
  return {
    type: "logical",
    run: () => {
      const base = machine.top;
      machine.top = base + runs.length;
      for (let part = 0; part < runs.length; part += 1) machine.stack[base + part] = runs[part]!();
      const is_member = contains(base);
      machine.top = base;
      return is_member;
    },
  };
}

function compileWithin(compiler: TypedCompiler, node: Binary, right: SetCode | null): LogicalCode | null {
  const left = compiler.set(node.left);
  if (left === null || right === null) return null;
  if (left.arity !== right.arity && left.arity * right.arity !== 0) {
    compiler.refuse("wrong_arity", `the sets have tuples of ${left.arity} and of ${right.arity} parts`, node);
    return null;
  }
  const { machine } = compiler.scope;
  return {
    type: "logical",
    run: () => {
      const set = left.run();
      const base = machine.top;
      machine.top = base + set.arity;
      let is_within = true;
      for (let position = 0; position < set.size && is_within; position += 1) {
        machine.budget.step();
        copyMember(set, position, machine.stack, base);
        is_within = right.contains(base);
      }
      machine.top = base;
      return is_within;
    },
  };
}
