/** Names in expressions: dummy indices, params, sets, variables, rows and objectives, with subscripts and suffixes. */
import { nearestHint } from "../../../nearest";
import type { RowFamily, VarArray } from "../run/families";
import type { SolvedValues } from "../run/machine";
import type { ParamArray } from "../run/param_array";
import type { SetArray } from "../run/set_array";
import type { Expression } from "../syntax/ast";
import { type Code, INVALID, type SymbolicCode } from "./codes";
import type { TypedCompiler } from "./typed_compiler";

type Name = Extract<Expression, { kind: "name" }>;

export function compileName(compiler: TypedCompiler, node: Name): Code {
  const { scope } = compiler;
  const { name } = node;
  const slot = scope.dummySlot(name);
  if (slot !== null) {
    if (node.subscripts !== null || node.suffix !== null)
      return compiler.refuse("wrong_subscripts", `${name} is an index here and takes no subscripts or suffix`, node);
    const { slots } = scope.machine;
    return { type: "symbolic", run: () => slots[slot]! };
  }
  const declared = scope.declared.get(name);
  if (declared === undefined) {
    if (scope.broken.has(name)) return INVALID;
    const hint = scope.hint(() => nearestHint(name, scope.names()));
    return compiler.refuse("unknown_name", `nothing is declared as ${name} before this place`, node, hint);
  }
  const given = node.subscripts?.length ?? 0;
  const { arity } = declared.head;
  if (given !== arity) {
    const takes = arity === 0 ? "no subscripts" : `${arity} subscript${arity === 1 ? "" : "s"}`;
    return compiler.refuse("wrong_subscripts", `${name} takes ${takes}, found ${given}`, node);
  }
  const subscripts = (node.subscripts ?? []).map((subscript) => compiler.member(subscript));
  if (subscripts.some((subscript) => subscript === null)) return INVALID;
  const runs = (subscripts as SymbolicCode[]).map(({ run }) => run);
  switch (declared.type) {
    case "param":
    case "set":
      if (node.suffix !== null)
        return compiler.refuse("wrong_suffix", `${name} is a ${declared.type} and has no .${node.suffix}`, node);
      return declared.type === "param" ? readParam(declared, runs, node) : readSet(declared, runs, node);
    case "var":
      return readVariable(compiler, declared, runs, node);
    default:
      return readRow(compiler, declared, runs, node);
  }
}

/** Keeps the subscripts on the stack while `use` reads them. */
function withTuple<T>(machine: Machine, runs: readonly (() => number)[], use: (from: number) => T): T {
  const base = machine.top;
  machine.top = base + runs.length;
  for (let part = 0; part < runs.length; part += 1) machine.stack[base + part] = runs[part]!();
  const result = use(base);
  machine.top = base;
  return result;
}

type Machine = TypedCompiler["scope"]["machine"];

function readParam(param: ParamArray, runs: readonly (() => number)[], node: Name): Code {
  const type = param.rules.is_symbolic ? "symbolic" : "numeric";
  const [first, second] = runs as [() => number, () => number];
  const { machine } = param.head;
  if (runs.length === 0) return { type, run: () => param.get0(node) };
  if (runs.length === 1) return { type, run: () => param.get1(first(), node) };
  if (runs.length === 2) return { type, run: () => param.get2(first(), second(), node) };
  return { type, run: () => withTuple(machine, runs, (from) => param.get(from, node)) };
}

function readSet(set: SetArray, runs: readonly (() => number)[], node: Name): Code {
  const { machine } = set.head;
  const run = runs.length === 0 ? () => set.get0(node) : () => withTuple(machine, runs, (from) => set.get(from, node));
  return { type: "set", arity: set.rules.arity, run, contains: (from) => run().contains(machine.stack, from) };
}

function columnOf(variable: VarArray, runs: readonly (() => number)[], node: Name): () => number {
  const [first, second] = runs as [() => number, () => number];
  const { machine } = variable.head;
  if (runs.length === 0) return () => variable.column0(node);
  if (runs.length === 1) return () => variable.column1(first(), node);
  if (runs.length === 2) return () => variable.column2(first(), second(), node);
  return () => withTuple(machine, runs, (from) => variable.column(from, node));
}

function readVariable(compiler: TypedCompiler, variable: VarArray, runs: readonly (() => number)[], node: Name): Code {
  const { scope } = compiler;
  const { machine } = scope;
  const column = columnOf(variable, runs, node);
  if (!scope.is_solved && node.suffix === null)
    return { type: "linear", is_quadratic: false, add: (coefficient) => machine.form.add(column(), coefficient) };
  if (!scope.is_solved && node.suffix !== "lb" && node.suffix !== "ub")
    return compiler.refuse("wrong_suffix", `.${node.suffix} has a value only after solve`, node);
  const figure = columnFigure(node.suffix ?? "val");
  return { type: "numeric", run: () => figure(variable, column()) };
}

/** The value of a suffix of a variable. */
export function columnFigure(suffix: string): (variable: VarArray, column: number) => number {
  const value = ({ head }: VarArray, column: number) => head.machine.solved?.columns[column] ?? 0;
  const lower = ({ store }: VarArray, column: number) => store.lower.items[column]!;
  const upper = ({ store }: VarArray, column: number) => store.upper.items[column]!;
  switch (suffix) {
    case "lb":
      return lower;
    case "ub":
      return upper;
    case "dual":
      return ({ head }, column) => head.machine.solved?.columnDual(column) ?? 0;
    case "status":
      return (variable, column) => statusOf(value(variable, column), lower(variable, column), upper(variable, column));
    default:
      return value;
  }
}

/** GLPK's codes, told from values: 1 between the bounds, 2 at the lower, 3 at the upper, 5 fixed. */
function statusOf(value: number, lower: number, upper: number): number {
  if (lower === upper) return 5;
  if (Math.abs(value - lower) <= 1e-9) return 2;
  if (Math.abs(value - upper) <= 1e-9) return 3;
  return 1;
}

function readRow(compiler: TypedCompiler, family: RowFamily, runs: readonly (() => number)[], node: Name): Code {
  const { scope } = compiler;
  const { machine } = scope;
  if (!scope.is_solved)
    return compiler.refuse("wrong_type", `${node.name} is a ${family.type}; its value is known only after solve`, node);
  const figure = rowFigure(node.suffix ?? "val");
  return {
    type: "numeric",
    run: () => {
      const row = withTuple(machine, runs, (from) => family.rowOf(from, node));
      return machine.solved === null ? 0 : figure(machine.solved, row);
    },
  };
}

/** The value of a suffix of a row or an objective. */
export function rowFigure(suffix: string): (solved: SolvedValues, row: number) => number {
  switch (suffix) {
    case "dual":
      return (solved, row) => solved.rowDual(row);
    case "lb":
      return (solved, row) => solved.rowLower(row);
    case "ub":
      return (solved, row) => solved.rowUpper(row);
    case "status":
      return (solved, row) => statusOf(solved.rowValue(row), solved.rowLower(row), solved.rowUpper(row));
    default:
      return (solved, row) => solved.rowValue(row);
  }
}
