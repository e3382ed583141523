/** Compiles indexing expressions: decides which names are new dummy indices and which are values from outside. */
import { type DomainBlock, DomainCode, type DomainPart } from "../run/domains";
import type { Domain, DomainEntry, Expression } from "../syntax/ast";
import { compileEntrySet } from "./set_operators";
import type { TypedCompiler } from "./typed_compiler";

/** Leaves its dummy indices in the scope; the caller restores the previous depth. Null after a report. */
export function compileDomain(compiler: TypedCompiler, domain: Domain): DomainCode | null {
  const { scope } = compiler;
  const blocks: DomainBlock[] = [];
  let is_sound = true;
  for (const entry of domain.entries) {
    const block = compileEntry(compiler, entry);
    if (block === null) is_sound = false;
    else blocks.push(block);
  }
  const predicate = domain.predicate === null ? null : compiler.logical(domain.predicate);
  if (!is_sound || (predicate === null && domain.predicate !== null)) return null;
  if (blocks.length === 0) {
    scope.error("syntax", "the braces are empty, expected a set to index over", domain);
    return null;
  }
  return new DomainCode(scope.machine, blocks, predicate?.run ?? null);
}

function compileEntry(compiler: TypedCompiler, entry: DomainEntry): DomainBlock | null {
  const { scope } = compiler;
  // The set of an entry does not see the entry's own dummy indices.
  const set = entry.pattern === null ? compileEntrySet(compiler, entry.set) : compiler.set(entry.set);
  const is_single = entry.pattern?.length === 1;
  const parts: (DomainPart | null)[] = [];
  const fresh = new Set<string>();
  for (const node of entry.pattern ?? []) parts.push(compilePart(compiler, node, is_single, fresh));
  if (set === null) return null;
  if (entry.pattern === null) {
    for (let part = 0; part < Math.max(1, set.arity); part += 1) {
      parts.push({ slot: scope.addDummy(null), name: null, value: null });
    }
  }
  const sound = parts.filter((part) => part !== null);
  if (sound.length < parts.length) return null;
  if (sound.every(({ slot }) => slot === null)) {
    const message = "there is no index before in; test membership in a condition instead";
    scope.error("wrong_arity", message, entry);
    return null;
  }
  if (set.arity !== 0 && set.arity !== sound.length) {
    const message = `there are ${sound.length} indices before in, but the members of ${scope.spell(entry.set)} have ${set.arity} parts`;
    scope.error("wrong_arity", message, entry);
    return null;
  }
  return { parts: sound, set, text: scope.spell(entry.set) };
}

function compilePart(
  compiler: TypedCompiler,
  node: Expression,
  is_single: boolean,
  fresh: Set<string>,
): DomainPart | null {
  const { scope } = compiler;
  if (node.kind === "name" && node.subscripts === null && node.suffix === null) {
    const { name } = node;
    const is_outer = scope.dummySlot(name) !== null && !fresh.has(name);
    if (fresh.has(name) || (is_single && (is_outer || scope.declared.has(name)))) {
      scope.error("declared_twice", `${name} is already declared; give the index another name`, node);
      return null;
    }
    if (!is_outer && !scope.declared.has(name) && !scope.broken.has(name)) {
      fresh.add(name);
      return { slot: scope.addDummy(name), name, value: null };
    }
  }
  const value = compiler.member(node);
  return value === null ? null : { slot: null, name: null, value };
}
