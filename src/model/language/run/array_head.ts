/** The common part of params and sets with subscripts: a name, a domain, elements. */
import { nearestHint } from "../../../nearest";
import type { Span } from "../syntax/ast";
import type { DomainCode } from "./domains";
import { EvaluationFault } from "./faults";
import type { Machine } from "./machine";
import type { SetValue } from "./sets";

export interface ArrayHead {
  readonly machine: Machine;
  readonly name: string;
  readonly span: Span;
  readonly domain: DomainCode | null;
  readonly arity: number;
  /** Depth of the machine that computing one value uses. */
  readonly cost: number;
}

/** `x[A,1]` for messages and names. */
export function spellElement(head: ArrayHead, source: Int32Array, from: number): string {
  return head.arity === 0 ? head.name : `${head.name}[${head.machine.spellTuple(source, from, head.arity)}]`;
}

/** Binds the tuple to the domain's slots, or reports which part of it is wrong. */
export function bindElement(head: ArrayHead, source: Int32Array, from: number, span: Span): void {
  if (head.domain === null) return;
  const failed = head.domain.bind(source, from);
  if (failed === -1) return;
  const element = spellElement(head, source, from);
  if (failed === -2)
    throw new EvaluationFault("not_in_domain", `${element} is outside the domain of ${head.name}`, span);
  const { machine } = head;
  let at = from;
  for (let block = 0; block < failed; block += 1) at += countFree(head.domain, block);
  const count = countFree(head.domain, failed);
  const block = head.domain.blocks[failed]!;
  const found = machine.spellTuple(source, at, count);
  const hint = count === 1 ? nearestHint(found, memberNames(machine, block.set.run())) : undefined;
  throw new EvaluationFault("not_in_domain", `${element}: ${found} is not in ${block.text}`, span, hint);
}

function countFree(domain: DomainCode, block: number): number {
  return domain.blocks[block]!.parts.filter(({ slot }) => slot !== null).length;
}

/** Limit of members that the search for the nearest name compares. */
const NAMES_MAX = 10_000;

export function* memberNames(machine: Machine, set: SetValue): Generator<string> {
  if (set.arity !== 1) return;
  for (let position = 0; position < Math.min(NAMES_MAX, set.size); position += 1)
    yield machine.symbols.textOf(set.idAt(position));
}

/** Calls `visit` for each tuple of the domain, which is at `from` of the stack. */
export function visitDomain({ machine, domain, arity }: ArrayHead, visit: (from: number) => void): void {
  if (domain === null) {
    visit(machine.top);
    return;
  }
  domain.loop(() => {
    const base = machine.top;
    for (let part = 0; part < arity; part += 1) machine.stack[base + part] = machine.slots[domain.slots[part]!]!;
    machine.top = base + arity;
    visit(base);
    machine.top = base;
  });
}
