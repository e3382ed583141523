/** The inputs of an algebraic model: its sets and params that are not computed from others. */
import { type Budget, BudgetExhausted } from "../../budget";
import { DiagnosticList } from "../../diagnostic_list";
import type { IndexShape, NumberLimit, ParamShape } from "../../indexed_shapes";
import type { InputDeclaration } from "../../inputs";
import type { Program } from "../compile/program";
import { type LanguageModel, loadProgram } from "../language";
import { EvaluationFault } from "../run/faults";
import type { ParamArray } from "../run/param_array";
import type { SetArray } from "../run/set_array";
import { copyMember, type SetValue } from "../run/sets";
import type { Domain, ParamStatement, SetStatement } from "../syntax/ast";

/** Members of one index that are stored for checking a fire; a larger set is checked by the compile. */
const MEMBERS_KEPT_MAX = 20_000;
const SHOWN_SIZE_MAX = 100;

export function declareLanguageInputs(model: LanguageModel, budget: Budget): readonly InputDeclaration[] {
  const program = loadProgram(model, new DiagnosticList(), budget);
  const inputs: InputDeclaration[] = [];
  const closing = new Set(program.closing_symbols);
  for (const [name, declared] of program.scope.declared) {
    if ((declared.type !== "param" && declared.type !== "set") || closing.has(declared)) continue;
    const statement = program.statementOf(name);
    if (statement === undefined || isComputed(statement, program)) continue;
    if (declared.type === "param" && statement.kind === "param")
      inputs.push(describeParam(program, declared, statement));
    if (declared.type === "set" && statement.kind === "set") inputs.push(describeSet(program, declared, statement));
  }
  return inputs;
}

/** One warning for each input that a fire must give, where it is declared. */
export function warnOfRequired(
  { source }: LanguageModel,
  required: readonly InputDeclaration[],
  list: DiagnosticList,
): void {
  for (const { name, kind } of required) {
    const statement = source.statements.find((known) => "name" in known && known.name === name);
    const span = statement !== undefined && "name_span" in statement ? statement.name_span : { start: 0, end: 0 };
    const location = { path: "source", text: source.text, start: span.start, end: span.end };
    const message = `the ${kind} ${name} has no values here, so every fire, or a default of the trigger, must give them`;
    list.warning("input_required", message, location);
  }
}

/** True for an assignment that mentions other symbols or calls functions. */
function isComputed(statement: { readonly kind: string }, { scope }: Program): boolean {
  const { assigned } = statement as ParamStatement | SetStatement;
  if (assigned === null) return false;
  for (const { kind, name } of nodesIn(assigned)) {
    if (kind === "call" || (kind === "name" && scope.declared.has(name ?? ""))) return true;
  }
  return false;
}

/** All expressions inside an expression, in no particular order. */
function* nodesIn(node: unknown): Generator<{ readonly kind: string; readonly name?: string }> {
  const open: unknown[] = [node];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== "object" || next === null) continue;
    if ("kind" in next) yield next as { kind: string; name?: string };
    for (const inner of Object.values(next)) open.push(inner);
  }
}

function describeParam(program: Program, param: ParamArray, statement: ParamStatement): InputDeclaration {
  const indices = statement.domain === null ? [] : describeIndices(program, param, statement.domain);
  const { rules } = param;
  const shape: ParamShape = {
    type: "param",
    is_symbolic: rules.is_symbolic,
    is_whole: rules.kind === "integer" || rules.kind === "binary",
    limits: limitsOf(statement),
    indices,
    is_partial: rules.default !== null || statement.domain?.predicate != null,
  };
  const size = indices.reduce((product, { members }) => product * (members?.length ?? 0), 1);
  const is_scalar = indices.length === 0;
  const required = !param.has_data && rules.assigned === null && rules.default === null && param.data_default === null;
  return {
    name: statement.name,
    kind: "param",
    ...describeAlias(statement.alias),
    type: is_scalar ? (rules.is_symbolic ? "string" : "number") : "array",
    index_sets: indices.map(({ set, members }) => ({ name: set, size: members?.length ?? null })),
    shape,
    value: required || size > SHOWN_SIZE_MAX ? null : attempt(program, () => readParam(param, indices)),
    size,
    required,
  };
}

/** `'wanted in a week [pieces]'`: a description, and a unit in brackets at its end. */
function describeAlias(alias: string | null): Pick<InputDeclaration, "description" | "unit"> {
  const parts = /^(.*?)\s*(?:\[([^\]]*)\])?$/s.exec(alias ?? "");
  return { description: parts?.[1] || null, unit: parts?.[2] || null };
}

function limitsOf(statement: ParamStatement): readonly NumberLimit[] {
  const limits: NumberLimit[] =
    statement.type === "binary"
      ? [
          { relation: ">=", value: 0 },
          { relation: "<=", value: 1 },
        ]
      : [];
  for (const { relation, operand } of statement.conditions) {
    if (operand.kind === "number" && Number.isFinite(operand.value)) limits.push({ relation, value: operand.value });
  }
  return limits;
}

function describeIndices(program: Program, param: ParamArray, domain: Domain): readonly IndexShape[] {
  const dummies = new Set<string>();
  for (const { pattern } of domain.entries) {
    for (const part of pattern ?? []) if (part.kind === "name") dummies.add(part.name);
  }
  return param.head.domain!.blocks.map((block, position) => {
    const arity = block.parts.filter(({ slot }) => slot !== null).length;
    const names = [...nodesIn(domain.entries[position]!.set)].map(({ name }) => name ?? "");
    const is_free =
      domain.predicate === null && arity === block.parts.length && !names.some((name) => dummies.has(name));
    const members = is_free ? attempt(program, () => spellMembers(program, block.set.run())) : null;
    return { set: block.text, arity, members };
  });
}

function spellMembers({ scope }: Program, set: SetValue): readonly string[] | null {
  if (set.size > MEMBERS_KEPT_MAX) return null;
  const { symbols } = scope.machine;
  const member = new Int32Array(set.arity);
  return Array.from({ length: set.size }, (_, position) => {
    copyMember(set, position, member, 0);
    return Array.from(member, (id) => symbols.textOf(id)).join(",");
  });
}

/** A scalar, or an object by member; null when an element has no value. */
function readParam(param: ParamArray, indices: readonly IndexShape[]): unknown {
  const { head, rules } = param;
  const { machine, domain } = head;
  const show = (value: number) => (rules.is_symbolic ? machine.symbols.valueOf(value) : value);
  if (domain === null) return show(param.get0(head.span));
  if (indices.some(({ members }) => members === null)) return null;
  const shown: Record<string, unknown> = Object.create(null);
  domain.loop(() => {
    const base = machine.top;
    for (const [part, slot] of domain.slots.entries()) machine.stack[base + part] = machine.slots[slot]!;
    machine.top = base + head.arity;
    const key = Array.from(machine.stack.subarray(base, machine.top), (id) => machine.symbols.textOf(id)).join(",");
    shown[key] = show(param.get(base, head.span));
    machine.top = base;
  });
  return shown;
}

function describeSet(program: Program, set: SetArray, statement: SetStatement): InputDeclaration {
  const is_plain = statement.domain === null;
  const required = !set.has_data && set.rules.assigned === null && set.rules.default === null;
  const members = is_plain && !required ? attempt(program, () => spellMembers(program, set.get0(set.head.span))) : null;
  const size = members?.length ?? 0;
  return {
    name: statement.name,
    kind: "set",
    ...describeAlias(statement.alias),
    type: is_plain ? "array" : "object",
    index_sets: [],
    shape: { type: "set", subscripts: set.head.arity, arity: set.rules.arity },
    value: size > SHOWN_SIZE_MAX ? null : members,
    size,
    required,
  };
}

/** Null where the model's own values do not determine it; the compile reports why. */
function attempt<T>({ scope }: Program, work: () => T): T | null {
  try {
    return work();
  } catch (fault) {
    if (!(fault instanceof EvaluationFault || fault instanceof BudgetExhausted)) throw fault;
    scope.machine.recover();
    return null;
  }
}
