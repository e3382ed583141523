/**
 * Turns expressions into closures over the machine, resolves names and checks types (gmpl manual, chapter
 * 3). Faults are reported and give an invalid code, so that one pass finds as many as possible. Each construct has its own file;
 * they call back only through TypedCompiler, so that the recursion is in this file alone.
 */
import type { DomainCode } from "../run/domains";
import type { Domain, Expression } from "../syntax/ast";
import { compileCall } from "./builtins";
import { type Code, constantOf, INVALID } from "./codes";
import { compileDomain } from "./domain_compiler";
import { compileIterated } from "./iterated";
import { compileBinary, compileSum, negate } from "./operators";
import { compileName } from "./references";
import { compileBraces, compileRange } from "./set_operators";
import { TypedCompiler } from "./typed_compiler";

export class ExpressionCompiler extends TypedCompiler {
  override compile(node: Expression): Code {
    switch (node.kind) {
      case "number":
        return constantOf(node.value);
      case "text":
        return this.text(node.value);
      case "name":
        return compileName(this, node);
      case "call":
        return compileCall(this, node);
      case "unary":
        return this.#unary(node);
      case "binary":
        return compileBinary(this, node);
      case "sum":
        return compileSum(this, node);
      case "range":
        return compileRange(this, node);
      case "tuple":
        return this.refuse("tuple_misplaced", "a tuple is allowed only before in, or as a member of a set", node);
      case "braces":
        return compileBraces(this, node);
      case "iterated":
        return compileIterated(this, node);
      case "if":
        return this.#branch(node);
    }
  }

  override domain(domain: Domain): DomainCode | null {
    return compileDomain(this, domain);
  }

  #unary(node: Extract<Expression, { kind: "unary" }>): Code {
    if (node.operator === "not") {
      const operand = this.logical(node.operand);
      if (operand === null) return INVALID;
      const { run } = operand;
      return { type: "logical", run: () => !run() };
    }
    const code = this.compile(node.operand);
    if (code.type === "linear") return node.operator === "+" ? code : negate(code);
    const number = this.asNumeric(code, node.operand);
    if (number === null) return this.mismatch(code, "a number", node.operand) ?? INVALID;
    if (node.operator === "+") return number;
    if (number.constant !== undefined) return constantOf(-number.constant);
    const { run } = number;
    return { type: "numeric", run: () => -run() };
  }

  #branch(node: Extract<Expression, { kind: "if" }>): Code {
    const condition = this.logical(node.condition);
    const then = this.compile(node.then);
    const otherwise: Code = node.otherwise === null ? constantOf(0) : this.compile(node.otherwise);
    if (condition === null || then.type === "invalid" || otherwise.type === "invalid") return INVALID;
    const test = condition.run;
    const else_node = node.otherwise ?? node.then;
    if (then.type === "set" && otherwise.type === "set") {
      if (then.arity !== otherwise.arity && then.arity * otherwise.arity !== 0)
        return this.refuse("wrong_arity", "the sets after then and else have tuples of different lengths", node);
      return {
        type: "set",
        arity: Math.max(then.arity, otherwise.arity),
        run: () => (test() ? then.run() : otherwise.run()),
        contains: (from) => (test() ? then.contains(from) : otherwise.contains(from)),
      };
    }
    if (then.type === "linear" || otherwise.type === "linear") {
      const first = this.asLinear(then, node.then);
      const second = this.asLinear(otherwise, else_node);
      if (first === null || second === null) return INVALID;
      const add = (coefficient: number) => (test() ? first.add(coefficient) : second.add(coefficient));
      return { type: "linear", is_quadratic: first.is_quadratic || second.is_quadratic, add };
    }
    if (then.type === "numeric" && otherwise.type === "numeric") {
      return { type: "numeric", run: () => (test() ? then.run() : otherwise.run()) };
    }
    const first = this.asSymbolic(then, node.then);
    const second = this.asSymbolic(otherwise, else_node);
    if (first === null || second === null) {
      return this.mismatch(first === null ? then : otherwise, "a number, member, set or linear form", node) ?? INVALID;
    }
    return { type: "symbolic", run: () => (test() ? first.run() : second.run()) };
  }
}
