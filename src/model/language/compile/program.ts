/** Turns a parsed source into declared symbols and actions, in order; `generate` runs them. */
import type { ArrayHead } from "../run/array_head";
import type { DomainCode } from "../run/domains";
import { ColumnStore, RowFamily, VarArray } from "../run/families";
import { compileOutput, Report } from "../run/output";
import { ParamArray, type ParamCheck } from "../run/param_array";
import { SetArray } from "../run/set_array";
import { readNumber } from "../run/symbols";
import type {
  Condition,
  ConstraintStatement,
  Declaration,
  ObjectiveStatement,
  OutputStatement,
  ParamStatement,
  SetStatement,
  Span,
  Statement,
  VarStatement,
} from "../syntax/ast";
import type { LinearCode, NumericCode, SetCode, SymbolicCode } from "./codes";
import { ExpressionCompiler } from "./expression_compiler";
import { compareNumbers, compareSymbols } from "./operators";
import type { Scope } from "./scope";

/** Closures of a definition call each other; one character of source makes at most a quarter of a closure. */
const COST_PER_CHARACTER = 0.25;
const COST_LEAST = 8;

export interface RowAction {
  readonly kind: "rows";
  readonly span: Span;
  readonly family: RowFamily;
  readonly sides: readonly LinearCode[];
  readonly relations: ConstraintStatement["relations"];
}

export interface ObjectiveAction {
  readonly kind: "objective";
  readonly span: Span;
  readonly family: RowFamily;
  readonly sense: "minimize" | "maximize";
  readonly form: LinearCode;
}

export interface OutputAction {
  readonly kind: "output";
  readonly span: Span;
  readonly run: () => void;
}

type Action = RowAction | ObjectiveAction | OutputAction;

/** JModel allows statements in any order, except that sets keep theirs. */
function inOrderOfUse(statements: readonly Statement[]): readonly Statement[] {
  const ranks: readonly Statement["kind"][] = ["set", "param", "var"];
  const rankOf = ({ kind }: Statement) => (ranks.includes(kind) ? ranks.indexOf(kind) : ranks.length);
  return statements.toSorted((left, right) => rankOf(left) - rankOf(right));
}

export class Program {
  readonly scope: Scope;
  readonly compiler: ExpressionCompiler;
  readonly store = new ColumnStore();
  readonly report = new Report();
  readonly variables: VarArray[] = [];
  readonly actions: Action[] = [];
  /** Actions that run when there is a solution. */
  readonly closing: OutputAction[] = [];
  /** Params and sets declared after `solve`, whose values may depend on the solution. */
  readonly closing_symbols: (ParamArray | SetArray)[] = [];
  readonly #statements = new Map<string, Declaration>();

  constructor(scope: Scope, statements: readonly Statement[]) {
    this.scope = scope;
    this.compiler = new ExpressionCompiler(scope);
    for (const statement of scope.dialect === "jmodel" ? inOrderOfUse(statements) : statements) {
      this.#compile(statement);
      scope.leave(0);
    }
  }

  /** The statement that declared a name. */
  statementOf(name: string): Declaration | undefined {
    return this.#statements.get(name);
  }

  #compile(statement: Statement): void {
    switch (statement.kind) {
      case "solve":
        if (this.scope.is_solved) this.scope.error("declared_twice", "a model has only one solve", statement);
        this.scope.is_solved = true;
        break;
      case "set":
        if (this.#isFresh(statement)) this.#declareSet(statement);
        break;
      case "param":
        if (this.#isFresh(statement)) this.#declareParam(statement);
        break;
      case "var":
        if (this.#isFresh(statement) && this.#isBeforeSolve(statement)) this.#declareVar(statement);
        break;
      case "constraint":
        if (this.#isFresh(statement) && this.#isBeforeSolve(statement)) this.#declareConstraint(statement);
        break;
      case "objective":
        if (this.#isFresh(statement) && this.#isBeforeSolve(statement)) this.#declareObjective(statement);
        break;
      default:
        this.#compileOutput(statement);
    }
  }

  #compileOutput(statement: OutputStatement): void {
    const run = compileOutput(this.compiler, statement, this.report);
    if (run === null) return;
    const action: OutputAction = { kind: "output", span: statement, run };
    if (this.scope.is_solved) this.closing.push(action);
    else this.actions.push(action);
  }

  #isFresh(statement: Declaration): boolean {
    const { name, name_span } = statement;
    const earlier = this.#statements.get(name);
    this.#statements.set(name, earlier ?? statement);
    if (earlier === undefined) return true;
    this.scope.error("declared_twice", `${name} is declared already; give this one another name`, name_span);
    return false;
  }

  #isBeforeSolve(statement: Declaration): boolean {
    if (!this.scope.is_solved) return true;
    this.scope.broken.add(statement.name);
    this.scope.error("after_solve", `${statement.name} stands after solve; move it before`, statement.name_span);
    return false;
  }

  /** Null after a report, with the name marked as broken. */
  #head(statement: Declaration): ArrayHead | null {
    const { scope } = this;
    let domain: DomainCode | null = null;
    if (statement.domain !== null) {
      domain = this.compiler.domain(statement.domain);
      if (domain === null) {
        scope.broken.add(statement.name);
        return null;
      }
    }
    const cost = COST_LEAST + (statement.end - statement.start) * COST_PER_CHARACTER;
    const { name, name_span } = statement;
    return { machine: scope.machine, name, span: name_span, domain, arity: domain?.arity ?? 0, cost };
  }

  #declareSet(statement: SetStatement): void {
    const { scope, compiler } = this;
    const head = this.#head(statement);
    if (head === null) return;
    const within = statement.within.map((node) => compiler.set(node));
    let arity = statement.arity ?? within.find((code) => code !== null && code.arity > 0)?.arity ?? 0;
    const provisional = { statement, within: [], assigned: null, default: null };
    const set = new SetArray(head, { ...provisional, arity: arity === 0 ? 1 : arity });
    // An indexed set may be defined by its own elements.
    if (head.arity > 0) scope.declared.set(statement.name, set);
    const assigned = statement.assigned === null ? null : compiler.set(statement.assigned);
    const otherwise = statement.default === null ? null : compiler.set(statement.default);
    if (arity === 0) arity = assigned?.arity || otherwise?.arity || 1;
    for (const code of [...within, assigned, otherwise]) {
      if (code === null || code.arity === 0 || code.arity === arity) continue;
      const message = `${statement.name} has members of ${arity} parts, a set here has members of ${code.arity}`;
      scope.error("wrong_arity", message, statement.name_span);
    }
    const sound = within.filter((code): code is SetCode => code !== null);
    set.rules = { statement, arity, within: sound, assigned, default: otherwise };
    scope.declared.set(statement.name, set);
    if (scope.is_solved) this.closing_symbols.push(set);
  }

  #declareParam(statement: ParamStatement): void {
    const { scope } = this;
    const head = this.#head(statement);
    if (head === null) return;
    const is_symbolic = statement.type === "symbolic";
    const param = new ParamArray(head, {
      is_symbolic,
      kind: statement.type,
      checks: [],
      assigned: null,
      default: null,
    });
    scope.declared.set(statement.name, param);
    const checks = statement.conditions.map((condition) => this.#compileCheck(condition, is_symbolic, head));
    param.rules = {
      is_symbolic,
      kind: statement.type,
      checks: checks.filter((check) => check !== null),
      assigned: this.#value(statement.assigned, is_symbolic),
      default: this.#value(statement.default, is_symbolic),
    };
    if (scope.is_solved) this.closing_symbols.push(param);
    if (statement.inline !== null) this.#putInline(param, statement, statement.inline);
  }

  #value(node: ParamStatement["assigned"], is_symbolic: boolean): NumericCode | SymbolicCode | null {
    if (node === null) return null;
    return is_symbolic ? this.compiler.symbolic(node) : this.compiler.numeric(node);
  }

  #compileCheck(condition: Condition, is_symbolic: boolean, head: ArrayHead): ParamCheck | null {
    const { machine } = this.scope;
    const { relation, operand } = condition;
    const text = this.scope.spell(condition);
    if (relation === "in") {
      const set = this.compiler.set(operand);
      if (set === null) return null;
      const holds = (value: number): boolean => {
        const base = machine.top;
        machine.stack[base] = is_symbolic ? value : machine.symbols.intern(value);
        machine.top = base + 1;
        const is_member = set.contains(base);
        machine.top = base;
        return is_member;
      };
      return { holds, describe: () => `a value ${text}` };
    }
    let current = 0;
    const read = () => current;
    if (is_symbolic) {
      const bound = this.compiler.symbolic(operand);
      if (bound === null) return null;
      const { run } = compareSymbols(this.compiler, relation, { type: "symbolic", run: read }, bound);
      return { holds: (value) => check(value, run), describe: () => text };
    }
    const bound = this.compiler.numeric(operand);
    if (bound === null) return null;
    const { run } = compareNumbers(relation, read, bound.run);
    const describe = () => (bound.constant === undefined ? `${text}, which is ${bound.run()} for ${head.name}` : text);
    return { holds: (value) => check(value, run), describe };

    function check(value: number, test: () => boolean): boolean {
      current = value;
      return test();
    }
  }

  #putInline(param: ParamArray, statement: ParamStatement, rows: readonly (readonly (number | string)[])[]): void {
    const { machine } = this.scope;
    const { arity } = param.head;
    param.has_data = true;
    const key = new Int32Array(arity);
    for (const row of rows) {
      if (row.length !== arity + 1) {
        const message = `${param.head.name} takes ${arity} keys and a value in each entry, found ${row.length} words`;
        this.scope.error("wrong_subscripts", message, statement.name_span);
        return;
      }
      const ids = row.map((word) => {
        const number = typeof word === "string" ? readNumber(word) : word;
        return machine.symbols.intern(Number.isNaN(number) ? word : number);
      });
      key.set(ids.slice(0, arity));
      const value = param.rules.is_symbolic ? ids[arity]! : machine.symbols.numberOf(ids[arity]!);
      if (!param.putData(key, 0, value))
        this.scope.error(
          "given_twice",
          `${param.head.name} has two values for ${row.slice(0, arity).join(", ")}`,
          statement.name_span,
        );
    }
  }

  #declareVar(statement: VarStatement): void {
    const { compiler, scope } = this;
    const head = this.#head(statement);
    if (head === null) return;
    const bound = (node: VarStatement["lower"]) => (node === null ? null : compiler.numeric(node));
    const rules = {
      kind: statement.type,
      lower: bound(statement.lower),
      upper: bound(statement.upper),
      fixed: bound(statement.fixed),
    };
    const variable = new VarArray(head, rules, this.variables.length, this.store);
    this.variables.push(variable);
    scope.declared.set(statement.name, variable);
  }

  #declareConstraint(statement: ConstraintStatement): void {
    const { compiler, scope } = this;
    const head = this.#head(statement);
    if (head === null) return;
    const sides = statement.sides.map((side) => compiler.linear(side));
    const family = new RowFamily(head, "constraint");
    scope.declared.set(statement.name, family);
    const sound = sides.filter((side) => side !== null);
    if (sound.length < sides.length) return;
    const quadratic = sound.findIndex((side) => side.is_quadratic);
    if (quadratic !== -1) {
      const message = "a constraint contains a product of variables; only the objective may be quadratic";
      scope.error("not_linear", message, statement.sides[quadratic]!);
      return;
    }
    this.actions.push({ kind: "rows", span: statement, family, sides: sound, relations: statement.relations });
  }

  #declareObjective(statement: ObjectiveStatement): void {
    const { compiler, scope } = this;
    const head = this.#head(statement);
    if (head === null) return;
    const form = compiler.linear(statement.expression);
    const family = new RowFamily(head, "objective");
    scope.declared.set(statement.name, family);
    if (form === null) return;
    this.actions.push({ kind: "objective", span: statement, family, sense: statement.sense, form });
  }
}
