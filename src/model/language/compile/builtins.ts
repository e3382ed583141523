/** Built-in functions (gmpl manual, section 3.1.3 and chapter 3.2). */
import { nearestHint } from "../../../nearest";
import { EvaluationFault } from "../run/faults";
import { formatTime, readTime } from "../run/times";
import type { Expression } from "../syntax/ast";
import { type Code, INVALID, type NumericCode, type SymbolicCode } from "./codes";
import type { TypedCompiler } from "./typed_compiler";

type Call = Extract<Expression, { kind: "call" }>;

const NUMERIC_FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  exp: Math.exp,
  log: Math.log,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tan: Math.tan,
};
const OTHER_FUNCTIONS = [
  "min", "max", "atan", "round", "trunc", "card", "length", "substr", "str2time", "time2str", "gmtime",
  "Irand224", "Uniform01", "Uniform", "Normal01", "Normal",
]; // biome-ignore format: one list

export function compileCall(compiler: TypedCompiler, node: Call): Code {
  const { name } = node;
  const numeric = Object.hasOwn(NUMERIC_FUNCTIONS, name) ? NUMERIC_FUNCTIONS[name] : undefined;
  if (numeric !== undefined) return compileNumeric(compiler, node, numeric);
  switch (name) {
    case "min":
    case "max":
      return compileExtreme(compiler, node);
    case "atan":
      return withNumbers(compiler, node, 1, 2, ([y, x]) =>
        x === undefined ? () => Math.atan(y!()) : () => Math.atan2(y!(), x()),
      );
    case "round":
      return withNumbers(compiler, node, 1, 2, (runs) => rounding(runs, (value) => Math.floor(value + 0.5)));
    case "trunc":
      return withNumbers(compiler, node, 1, 2, (runs) => rounding(runs, Math.trunc));
    case "card":
      return compileCard(compiler, node);
    case "length":
    case "substr":
      return compileText(compiler, node);
    case "str2time":
    case "time2str":
      return compileTime(compiler, node);
    case "gmtime":
      return compiler.refuse(
        "function_refused",
        "gmtime() would make every run solve a different model; give the time as a param",
        node,
      );
    case "Irand224":
    case "Uniform01":
    case "Uniform":
    case "Normal01":
    case "Normal":
      return compileRandom(compiler, node);
    default: {
      const hint = nearestHint(name, [...Object.keys(NUMERIC_FUNCTIONS), ...OTHER_FUNCTIONS]);
      return compiler.refuse(
        "unknown_function",
        `there is no function ${name}`,
        node,
        hint ?? "subscripts are written in [ ]",
      );
    }
  }
}

function checkCount(compiler: TypedCompiler, node: Call, least: number, most: number): boolean {
  const { length } = node.operands;
  if (length >= least && length <= most) return true;
  const takes = least === most ? String(least) : most === Infinity ? `at least ${least}` : `${least} or ${most}`;
  compiler.refuse(
    "wrong_operands",
    `${node.name} takes ${takes} operand${takes === "1" ? "" : "s"}, found ${length}`,
    node,
  );
  return false;
}

type Runs = readonly (() => number)[];

function withNumbers(
  compiler: TypedCompiler,
  node: Call,
  least: number,
  most: number,
  make: (runs: Runs) => () => number,
): Code {
  if (!checkCount(compiler, node, least, most)) return INVALID;
  const codes = node.operands.map((operand) => compiler.numeric(operand));
  if (codes.some((code) => code === null)) return INVALID;
  return { type: "numeric", run: make((codes as NumericCode[]).map(({ run }) => run)) };
}

function compileNumeric(compiler: TypedCompiler, node: Call, compute: (value: number) => number): Code {
  return withNumbers(compiler, node, 1, 1, ([run]) => () => {
    const value = run!();
    const result = compute(value);
    if (Number.isFinite(result)) return result;
    throw new EvaluationFault("not_a_number", `${node.name}(${value}) has no finite value`, node);
  });
}

function rounding(runs: Runs, round: (value: number) => number): () => number {
  const [value, digits] = runs;
  if (digits === undefined) return () => round(value!()) + 0;
  return () => {
    const number = value!();
    const count = digits();
    if (count > 15 || !Number.isInteger(count)) return number;
    const scale = 10 ** count;
    const scaled = number * scale;
    return Number.isFinite(scaled) ? round(scaled) / scale : number;
  };
}

function compileExtreme(compiler: TypedCompiler, node: Call): Code {
  const pick = node.name === "min" ? Math.min : Math.max;
  return withNumbers(compiler, node, 1, Infinity, (runs) => {
    const [first, second] = runs;
    if (runs.length === 2) return () => pick(first!(), second!());
    return () => runs.reduce((best, run) => pick(best, run()), first!());
  });
}

function compileCard(compiler: TypedCompiler, node: Call): Code {
  if (!checkCount(compiler, node, 1, 1)) return INVALID;
  const set = compiler.set(node.operands[0]!);
  if (set === null) return INVALID;
  const { run } = set;
  return { type: "numeric", run: () => run().size };
}

function compileText(compiler: TypedCompiler, node: Call): Code {
  const is_length = node.name === "length";
  if (!checkCount(compiler, node, is_length ? 1 : 2, is_length ? 1 : 3)) return INVALID;
  const text = compiler.symbolic(node.operands[0]!);
  const numbers = node.operands.slice(1).map((operand) => compiler.numeric(operand));
  if (text === null || numbers.some((number) => number === null)) return INVALID;
  const { machine } = compiler.scope;
  const { symbols } = machine;
  const { run } = text;
  if (is_length) return { type: "numeric", run: () => symbols.textOf(run()).length };
  const [from, count] = (numbers as NumericCode[]).map((number) => number.run);
  return {
    type: "symbolic",
    run: () => {
      const value = symbols.textOf(run());
      const start = from!();
      const length = count === undefined ? value.length - start + 1 : count();
      const is_inside = start >= 1 && start <= value.length + 1 && length >= 0 && start + length - 1 <= value.length;
      if (is_inside && Number.isInteger(start) && Number.isInteger(length))
        return machine.internText(value.slice(start - 1, start - 1 + length), node);
      const message = `substr asks for ${length} characters from place ${start} of a string of ${value.length}`;
      throw new EvaluationFault("wrong_operands", message, node);
    },
  };
}

function compileTime(compiler: TypedCompiler, node: Call): Code {
  if (!checkCount(compiler, node, 2, 2)) return INVALID;
  const { machine } = compiler.scope;
  const { symbols } = machine;
  const format = compiler.symbolic(node.operands[1]!);
  const fail = (reason: string): never => {
    throw new EvaluationFault("wrong_time", reason, node);
  };
  if (node.name === "time2str") {
    const time = compiler.numeric(node.operands[0]!);
    if (time === null || format === null) return INVALID;
    return {
      type: "symbolic",
      run: () => machine.internText(formatTime(time.run(), symbols.textOf(format.run()), fail), node),
    };
  }
  const text: SymbolicCode | null = compiler.symbolic(node.operands[0]!);
  if (text === null || format === null) return INVALID;
  return {
    type: "numeric",
    run: () => readTime(symbols.textOf(text.run()), symbols.textOf(format.run()), fail),
  };
}

function compileRandom(compiler: TypedCompiler, node: Call): Code {
  const { random } = compiler.scope.machine;
  if (random === null) {
    const message = `${node.name} needs a seed, so that equal runs give equal answers`;
    return compiler.refuse("function_refused", message, node, "set options.seed of the model");
  }
  switch (node.name) {
    case "Irand224":
      return withNumbers(compiler, node, 0, 0, () => () => random.irand224());
    case "Uniform01":
      return withNumbers(compiler, node, 0, 0, () => () => random.uniform01());
    case "Normal01":
      return withNumbers(compiler, node, 0, 0, () => () => random.normal01());
    case "Uniform":
      return withNumbers(compiler, node, 2, 2, ([low, high]) => () => {
        const [a, b] = [low!(), high!()];
        const x = random.uniform01();
        return a * (1 - x) + b * x;
      });
    default:
      return withNumbers(compiler, node, 2, 2, ([mean, deviation]) => () => {
        const [mu, sigma] = [mean!(), deviation!()];
        return mu + sigma * random.normal01();
      });
  }
}
