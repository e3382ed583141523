/**
 * Reads the YAML of a description in time and memory that grow only with its text. An alias may stand for a part that holds
 * aliases itself, so that a kilobyte expands to gigabytes, or for the part that it stands in, which never ends. So the
 * expanded size is counted before the document is built.
 */
import { type Document, isAlias, isCollection, isMap, isPair, isScalar, type LineCounter, parseDocument } from "yaml";

const TEXT_LENGTH_MAX = 16_777_216;
/** The parser searches all the text before each alias for its anchor, so the number of aliases is limited. */
const ALIASES_MAX = 1000;
const VALUES_MAX = 1_000_000;

export interface YamlFault {
  readonly fault: string;
  /** Offset into the text; null: the whole. */
  readonly at: number | null;
}

const TOO_DEEP: YamlFault = { fault: "nests too deep to be read", at: null };

/** The parsed document, or its first fault. */
export function parseYaml(text: string, lines: LineCounter): Document.Parsed | YamlFault {
  if (text.length > TEXT_LENGTH_MAX) {
    return {
      fault: `${text.length} characters; at most ${TEXT_LENGTH_MAX} are read: put the model into a file of its own`,
      at: null,
    };
  }
  try {
    // The parser compares each key of a map with all others; here they are looked up.
    const source = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
    const [error] = source.errors;
    if (error !== undefined) {
      return /call stack/.test(error.message) ? TOO_DEEP : { fault: error.message, at: error.pos[0] };
    }
    return new Weigher().faultOf(source.contents) ?? source;
  } catch (error) {
    // The parser and this walk are recursive, so deep nesting can overflow the stack.
    if (error instanceof RangeError) return TOO_DEEP;
    throw error;
  }
}

/** Counts the values of a document with every alias expanded. */
class Weigher {
  /** Weight of each anchored part that has ended; null while the walk is inside it. */
  readonly #anchors = new Map<string, number | null>();
  #aliases = 0;
  #fault: YamlFault | null = null;

  faultOf(contents: unknown): YamlFault | null {
    this.#weigh(contents);
    return this.#fault;
  }

  #weigh(node: unknown): number {
    if (this.#fault !== null) return 0;
    if (isAlias(node)) return this.#weighAlias(node.source, placeOf(node));
    const anchor = (node as { anchor?: string } | null)?.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, null);
    let weight = 1;
    if (isPair(node)) weight = this.#weigh(node.key) + this.#weigh(node.value);
    else if (isCollection(node)) {
      if (isMap(node)) this.#requireOnce(node.items);
      for (const item of node.items) weight += this.#weigh(item);
    }
    if (weight > VALUES_MAX) this.#tell(`means more than ${VALUES_MAX} values, with its aliases written out`, node);
    if (anchor !== undefined) this.#anchors.set(anchor, weight);
    return weight;
  }

  #weighAlias(name: string, at: number | null): number {
    const weight = this.#anchors.get(name);
    this.#aliases += 1;
    const fault =
      weight === undefined
        ? `the alias *${name} has no anchor &${name} before it`
        : weight === null
          ? `the alias *${name} stands inside what it stands for, which has no end`
          : this.#aliases > ALIASES_MAX
            ? `has more than ${ALIASES_MAX} aliases; write what they stand for`
            : null;
    if (fault !== null) this.#fault ??= { fault, at };
    return weight ?? 0;
  }

  #requireOnce(pairs: readonly { readonly key: unknown }[]): void {
    const seen = new Set<string>();
    for (const { key } of pairs) {
      const name = String(isScalar(key) ? key.value : key);
      if (seen.has(name))
        this.#tell(`Map keys must be unique; ${JSON.stringify(name.slice(0, 64))} is there twice`, key);
      seen.add(name);
    }
  }

  #tell(fault: string, node: unknown): void {
    this.#fault ??= { fault, at: placeOf(node) };
  }
}

function placeOf(node: unknown): number | null {
  return (node as { range?: readonly number[] | null } | null)?.range?.[0] ?? null;
}
