/** Names that an expression can see: everything declared so far, and the enclosing dummy indices. */
import type { DiagnosticList } from "../../diagnostic_list";
import type { Dialect } from "../../formats";
import type { RowFamily, VarArray } from "../run/families";
import type { Machine } from "../run/machine";
import type { ParamArray } from "../run/param_array";
import type { SetArray } from "../run/set_array";
import type { Span } from "../syntax/ast";

export type Declared = ParamArray | SetArray | VarArray | RowFamily;

interface Dummy {
  readonly name: string | null;
  readonly slot: number;
}

export class Scope {
  readonly machine: Machine;
  readonly dialect: Dialect;
  readonly declared = new Map<string, Declared>();
  /** Names whose statements had errors: using them is not reported again. */
  readonly broken = new Set<string>();
  /** True after `solve`, where statements see values of variables. */
  is_solved = false;
  readonly #dummies: Dummy[] = [];
  readonly #list: DiagnosticList;
  readonly #text: string;

  constructor(machine: Machine, dialect: Dialect, text: string, list: DiagnosticList) {
    this.machine = machine;
    this.dialect = dialect;
    this.#text = text;
    this.#list = list;
  }

  error(code: string, message: string, span: Span, hint?: string): void {
    this.#list.error(code, message, { path: "source", text: this.#text, start: span.start, end: span.end }, { hint });
  }

  warn(code: string, message: string, span: Span): void {
    this.#list.warning(code, message, { path: "source", text: this.#text, start: span.start, end: span.end });
  }

  hint(search: () => string | undefined): string | undefined {
    return this.#list.hint(search);
  }

  spell(span: Span): string {
    const text = this.#text.slice(span.start, span.end).replaceAll(/\s+/g, " ");
    return text.length > 40 ? `${text.slice(0, 40)}...` : text;
  }

  /** Number of enclosing dummy indices, for `leave`. */
  get depth(): number {
    return this.#dummies.length;
  }

  /** A slot of its own for a dummy index; null for one without a name. */
  addDummy(name: string | null): number {
    const slot = this.#dummies.length;
    this.#dummies.push({ name, slot });
    return slot;
  }

  leave(depth: number): void {
    this.#dummies.length = depth;
  }

  dummySlot(name: string): number | null {
    for (let at = this.#dummies.length - 1; at >= 0; at -= 1) {
      if (this.#dummies[at]!.name === name) return this.#dummies[at]!.slot;
    }
    return null;
  }

  *names(): Generator<string> {
    for (const { name } of this.#dummies) if (name !== null) yield name;
    yield* this.declared.keys();
  }
}
