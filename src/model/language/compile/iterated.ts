/** `sum`, `prod`, `min`, `max`, `forall`, `exists` and `setof` over an indexing expression. */
import type { DomainCode } from "../run/domains";
import { EvaluationFault } from "../run/faults";
import { type SetValue, TableSet } from "../run/sets";
import { TupleTable } from "../run/tuples";
import type { Expression } from "../syntax/ast";
import { type Code, INVALID, type SymbolicCode } from "./codes";
import type { TypedCompiler } from "./typed_compiler";

type Iterated = Extract<Expression, { kind: "iterated" }>;

export function compileIterated(compiler: TypedCompiler, node: Iterated): Code {
  const { scope } = compiler;
  const depth = scope.depth;
  const domain = compiler.domain(node.domain);
  const code = domain === null ? INVALID : compileOperand(compiler, node, domain);
  scope.leave(depth);
  return code;
}

function compileOperand(compiler: TypedCompiler, node: Iterated, domain: DomainCode): Code {
  switch (node.operator) {
    case "forall":
    case "exists":
      return compileQuantifier(compiler, node, domain);
    case "setof":
      return compileSetof(compiler, node, domain);
    case "sum": {
      const operand = compiler.compile(node.operand);
      if (operand.type !== "linear") return compileFold(compiler, node, operand, domain);
      const { add } = operand;
      const { loop } = domain;
      return {
        type: "linear",
        is_quadratic: operand.is_quadratic,
        add: (coefficient) => loop(() => add(coefficient)),
      };
    }
    default:
      return compileFold(compiler, node, compiler.compile(node.operand), domain);
  }
}

function compileFold(compiler: TypedCompiler, node: Iterated, operand: Code, domain: DomainCode): Code {
  const number = compiler.asNumeric(operand, node.operand);
  if (number === null) return compiler.mismatch(operand, "a number", node.operand) ?? INVALID;
  const { run } = number;
  const { loop } = domain;
  switch (node.operator) {
    case "sum":
      return {
        type: "numeric",
        run: () => {
          let total = 0;
          loop(() => {
            total += run();
          });
          return total;
        },
      };
    case "prod":
      return {
        type: "numeric",
        run: () => {
          let product = 1;
          loop(() => {
            product *= run();
          });
          return product;
        },
      };
    default: {
      const is_min = node.operator === "min";
      return {
        type: "numeric",
        run: () => {
          let best = is_min ? Infinity : -Infinity;
          let is_empty = true;
          loop(() => {
            const value = run();
            is_empty = false;
            if (is_min ? value < best : value > best) best = value;
          });
          if (!is_empty) return best;
          throw new EvaluationFault("empty_set", `there is nothing here to take the ${node.operator} of`, node);
        },
      };
    }
  }
}

/** Thrown to leave a loop early; carries nothing. */
const FOUND = Symbol("found");

function compileQuantifier(compiler: TypedCompiler, node: Iterated, domain: DomainCode): Code {
  const operand = compiler.logical(node.operand);
  if (operand === null) return INVALID;
  const { machine } = compiler.scope;
  const { run } = operand;
  const is_exists = node.operator === "exists";
  const look = () => {
    if (run() === is_exists) throw FOUND;
  };
  return {
    type: "logical",
    run: () => {
      const frame = domain.save();
      const { top } = machine;
      try {
        domain.loop(look);
        return !is_exists;
      } catch (found) {
        if (found !== FOUND) throw found;
        machine.top = top;
        return is_exists;
      } finally {
        domain.restore(frame);
      }
    },
  };
}

function compileSetof(compiler: TypedCompiler, node: Iterated, domain: DomainCode): Code {
  const nodes = node.operand.kind === "tuple" ? node.operand.parts : [node.operand];
  const parts = nodes.map((part) => compiler.member(part));
  if (parts.some((part) => part === null)) return INVALID;
  const { machine } = compiler.scope;
  const runs = (parts as SymbolicCode[]).map(({ run }) => run);
  const arity = runs.length;
  const run = (): SetValue => {
    const table = new TupleTable(arity);
    domain.loop(() => {
      const base = machine.top;
      machine.top = base + arity;
      for (let part = 0; part < arity; part += 1) machine.stack[base + part] = runs[part]!();
      machine.top = base;
      table.add(machine.stack, base);
      machine.limitMembers(table.count, arity, node);
    });
    return new TableSet(table);
  };
  return { type: "set", arity, run, contains: (from) => run().contains(machine.stack, from) };
}
