/** Compiles `check`, `display`, `printf` and `for`; what they print goes to the report. */
import type { Code } from "../compile/codes";
import type { ExpressionCompiler } from "../compile/expression_compiler";
import { columnFigure, rowFigure } from "../compile/references";
import type { Domain, Expression, OutputStatement } from "../syntax/ast";
import { spellElement, visitDomain } from "./array_head";
import type { DomainCode } from "./domains";
import type { RowFamily, VarArray } from "./families";
import { EvaluationFault } from "./faults";
import type { Machine } from "./machine";
import type { ParamArray } from "./param_array";
import { formatText, type Printed } from "./printf";
import type { SetArray } from "./set_array";
import type { SetValue } from "./sets";
import { spellNumber } from "./symbols";

const REPORT_LENGTH_MAX = 1024 * 1024;

/** Thrown to stop printing when the report is full. */
export class ReportFull extends Error {}

/** Text that a model prints; text beyond a mebibyte is left out, and the report says so. */
export class Report {
  #pieces: string[] = [];
  #length = 0;
  #is_full = false;
  /** After the solve only the report is made, so a full report ends the work. */
  #is_closing = false;

  write(text: string): void {
    if (this.#is_full) {
      if (this.#is_closing) throw new ReportFull();
      return;
    }
    const room = REPORT_LENGTH_MAX - this.#length;
    this.#is_full = text.length > room;
    this.#pieces.push(
      this.#is_full ? `${text.slice(0, room)}\n... the report is longer than ${REPORT_LENGTH_MAX} characters\n` : text,
    );
    this.#length += text.length;
  }

  /** Keeps only `opening`; from now on text is printed after a solve. */
  restart(opening: string | null): void {
    this.#is_closing = true;
    this.#pieces = opening === null ? [] : [opening];
    this.#length = opening?.length ?? 0;
    this.#is_full = this.#length >= REPORT_LENGTH_MAX;
  }

  /** Adds a last line, even to a full report. */
  end(reason: string): void {
    this.#pieces.push(`\n... the report ends here: ${reason}\n`);
  }

  /** Everything so far; null when nothing was printed. */
  text(): string | null {
    return this.#pieces.length === 0 ? null : this.#pieces.join("");
  }
}

/** Null after a report of what is wrong. */
export function compileOutput(
  compiler: ExpressionCompiler,
  node: OutputStatement,
  report: Report,
): (() => void) | null {
  const { scope } = compiler;
  const depth = scope.depth;
  const domain = node.domain === null ? undefined : compiler.domain(node.domain as Domain);
  const body = domain === null ? null : compileBody(compiler, node, domain ?? null, report);
  scope.leave(depth);
  if (body === null) return null;
  return domain ? () => domain.loop(body) : body;
}

function compileBody(
  compiler: ExpressionCompiler,
  node: OutputStatement,
  domain: DomainCode | null,
  report: Report,
): (() => void) | null {
  switch (node.kind) {
    case "check":
      return compileCheck(compiler, node, domain);
    case "printf":
      return compilePrintf(compiler, node, report);
    case "display":
      return compileDisplay(compiler, node, report);
    case "for": {
      const parts = node.body.map((part) => compileOutput(compiler, part, report));
      if (parts.some((part) => part === null)) return null;
      return () => {
        for (const part of parts) part!();
      };
    }
  }
}

function compileCheck(
  compiler: ExpressionCompiler,
  node: Extract<OutputStatement, { kind: "check" }>,
  domain: DomainCode | null,
): (() => void) | null {
  const predicate = compiler.logical(node.predicate);
  if (predicate === null) return null;
  const { machine } = compiler.scope;
  const condition = compiler.scope.spell(node.predicate);
  return () => {
    if (predicate.run()) return;
    const tuple =
      domain === null
        ? ""
        : ` for (${domain.slots.map((slot) => machine.spellMember(machine.slots[slot]!)).join(",")})`;
    throw new EvaluationFault(
      "check_failed",
      `the check ${condition} fails${tuple}; correct the data that it checks`,
      node,
    );
  };
}

function compilePrintf(
  compiler: ExpressionCompiler,
  node: Extract<OutputStatement, { kind: "printf" }>,
  report: Report,
): (() => void) | null {
  const { machine } = compiler.scope;
  const { symbols } = machine;
  const format = compiler.symbolic(node.format);
  const values = node.operands.map((operand) => compilePrinted(compiler, operand));
  if (format === null || values.some((value) => value === null)) return null;
  const fail = (message: string): never => {
    throw new EvaluationFault("wrong_format", message, node);
  };
  return () => {
    machine.budget.step();
    report.write(
      formatText(
        symbols.textOf(format.run()),
        values.map((value) => value!()),
        fail,
      ),
    );
  };
}

function compilePrinted(compiler: ExpressionCompiler, node: Expression): (() => Printed) | null {
  const code = compiler.compile(node);
  const { symbols } = compiler.scope.machine;
  switch (code.type) {
    case "numeric":
      return code.run;
    case "symbolic":
      return () => symbols.valueOf(code.run());
    case "logical":
      return () => (code.run() ? 1 : 0);
    default:
      return compiler.mismatch(code, "a number, member or condition", node);
  }
}

function compileDisplay(
  compiler: ExpressionCompiler,
  node: Extract<OutputStatement, { kind: "display" }>,
  report: Report,
): (() => void) | null {
  const items = node.items.map((item) => compileItem(compiler, item, report));
  if (items.some((item) => item === null)) return null;
  return () => {
    for (const item of items) item!();
  };
}

/** A name alone shows all values of its symbol, any other expression its value. */
function compileItem(compiler: ExpressionCompiler, node: Expression, report: Report): (() => void) | null {
  const { scope } = compiler;
  const declared =
    node.kind === "name" && scope.dummySlot(node.name) === null ? scope.declared.get(node.name) : undefined;
  if (node.kind === "name" && declared !== undefined && node.subscripts === null) {
    const { suffix } = node;
    const is_early = declared.type !== "param" && declared.type !== "set" && !scope.is_solved;
    if (is_early) {
      scope.error("wrong_type", `${node.name} is known only after solve; display it there`, node);
      return null;
    }
    switch (declared.type) {
      case "param":
        return () => displayParam(declared, report);
      case "set":
        return () => displaySet(declared, report);
      case "var":
        return () => displayVariable(declared, suffix ?? "val", report);
      default:
        return () => displayRows(declared, suffix ?? "val", report);
    }
  }
  const code = compiler.compile(node);
  if (code.type === "invalid") return null;
  if (code.type === "linear") return compiler.mismatch(code, "something that has a value before solve", node);
  const label = compileLabel(compiler, node);
  return () => displayValue(scope.machine, label, code, report);
}

function displayValue(machine: Machine, nameOf: (() => string) | null, code: Code, report: Report): void {
  const name = nameOf === null ? null : nameOf();
  const label = name === null ? "" : `${name} = `;
  switch (code.type) {
    case "numeric":
      report.write(`${label}${spellNumber(code.run())}\n`);
      break;
    case "symbolic":
      report.write(`${label}${machine.spellMember(code.run())}\n`);
      break;
    case "logical":
      report.write(`${code.run() ? "true" : "false"}\n`);
      break;
    case "set":
      displayMembers(machine, name, code.run(), report);
      break;
  }
}

/** Spells `p[i,1]` with the values of the subscripts; null for other expressions. */
function compileLabel(compiler: ExpressionCompiler, node: Expression): (() => string) | null {
  if (node.kind !== "name") return null;
  const { scope } = compiler;
  const { machine } = scope;
  const declared = scope.dummySlot(node.name) === null ? scope.declared.get(node.name) : undefined;
  const is_solved = declared !== undefined && declared.type !== "param" && declared.type !== "set";
  const suffix = is_solved ? `.${node.suffix ?? "val"}` : "";
  if (node.subscripts === null) return () => `${node.name}${suffix}`;
  const subscripts = node.subscripts.map((subscript) => compiler.member(subscript));
  return () => {
    const parts = subscripts.map((subscript) => (subscript === null ? "" : machine.spellMember(subscript.run())));
    return `${node.name}[${parts.join(",")}]${suffix}`;
  };
}

function displayMembers(machine: Machine, name: string | null, set: SetValue, report: Report): void {
  if (set.size === 0) report.write(`${name ?? "set"} is empty\n`);
  else if (name !== null) report.write(`${name}:\n`);
  if (set.kind === "range") {
    for (let position = 0; position < set.size; position += 1) {
      machine.budget.step();
      report.write(`   ${set.idAt(position)}\n`);
    }
    return;
  }
  const { ids, arity, count } = set.table;
  for (let tuple = 0; tuple < count; tuple += 1) {
    machine.budget.step();
    const text = machine.spellTuple(ids, tuple * arity, arity);
    report.write(arity === 1 ? `   ${text}\n` : `   (${text})\n`);
  }
}

/** Computed params are computed for the whole domain first; others show the values that were given or used. */
function displayParam(param: ParamArray, report: Report): void {
  const { head, table } = param;
  if (param.rules.assigned !== null) visitDomain(head, (from) => param.get(from, head.span));
  let is_empty = true;
  for (let element = 0; element < param.count; element += 1) {
    if (!param.hasValue(element)) continue;
    is_empty = false;
    const value = param.values[element]!;
    const text = param.rules.is_symbolic ? head.machine.spellMember(value) : spellNumber(value);
    report.write(`${spellElement(head, table.ids, element * head.arity)} = ${text}\n`);
  }
  if (is_empty) report.write(`${head.name} has empty content\n`);
}

function displaySet(set: SetArray, report: Report): void {
  const { head } = set;
  const { machine } = head;
  if (set.rules.assigned !== null) visitDomain(head, (from) => set.get(from, head.span));
  let is_empty = true;
  set.visitContent((source, from, value) => {
    is_empty = false;
    displayMembers(machine, spellElement(head, source, from), value, report);
  });
  if (is_empty) report.write(`${head.name} has empty content\n`);
}

function displayVariable(variable: VarArray, suffix: string, report: Report): void {
  const { head, table, columns } = variable;
  const figure = columnFigure(suffix);
  for (let element = 0; element < columns.length; element += 1) {
    const value = spellNumber(figure(variable, columns.items[element]!));
    report.write(`${spellElement(head, table.ids, element * head.arity)}.${suffix} = ${value}\n`);
  }
  if (columns.length === 0) report.write(`${head.name} has empty content\n`);
}

function displayRows(family: RowFamily, suffix: string, report: Report): void {
  const { head, rows, tuples } = family;
  const { solved } = head.machine;
  const figure = rowFigure(suffix);
  for (let element = 0; element < rows.length; element += 1) {
    const row = rows.items[element]!;
    const value = solved === null ? 0 : figure(solved, row);
    report.write(`${spellElement(head, tuples.items, element * head.arity)}.${suffix} = ${spellNumber(value)}\n`);
  }
  if (rows.length === 0) report.write(`${head.name} has empty content\n`);
}
