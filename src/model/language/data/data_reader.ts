/**
 * Reads the data section (gmpl manual, chapter 5): plain data, slices, tables with columns (also transposed), and several
 * params at once. The result is tuples and values by symbol; whether members exist is checked when they are used.
 */
import { nearestHint } from "../../../nearest";
import type { Budget } from "../../budget";
import type { Dialect } from "../../formats";
import { quote } from "../../json";
import { GrowingIntegers, GrowingNumbers } from "../run/growing";
import { TableSet } from "../run/sets";
import { readNumber, type Symbols } from "../run/symbols";
import { TupleTable } from "../run/tuples";
import type { Span } from "../syntax/ast";
import { Cursor, SyntaxFault, type Token } from "../syntax/cursor";

/** The facts about a declared symbol that the data section needs. */
export interface DataTarget {
  readonly type: "param" | "set";
  readonly subscripts: number;
  /** Number of parts of a set's members. */
  readonly arity: number;
  readonly is_symbolic: boolean;
  /** True when the model assigns its values, so that data is refused. */
  readonly is_computed: boolean;
  readonly has_default: boolean;
}

export interface ParamData {
  readonly type: "param";
  readonly name: string;
  readonly subscripts: number;
  readonly keys: GrowingIntegers;
  readonly values: GrowingNumbers;
  /** The default for elements without data; stored like a value. */
  default: number | null;
  readonly span: Span;
}

export interface SetData {
  readonly type: "set";
  readonly name: string;
  readonly key: Int32Array;
  readonly members: TableSet;
  readonly span: Span;
}

export type Data = ParamData | SetData;
type ReportFault = (code: string, message: string, span: Span, hint?: string) => void;

/** null stands for `*`. */
type Slice = readonly (number | null)[];

export class DataReader {
  readonly #cursor: Cursor;
  readonly #dialect: Dialect;
  readonly #symbols: Symbols;
  readonly #targets: ReadonlyMap<string, DataTarget>;
  readonly #reportFault: ReportFault;
  readonly #found: Data[] = [];

  constructor(
    text: string,
    from: number,
    dialect: Dialect,
    symbols: Symbols,
    targets: ReadonlyMap<string, DataTarget>,
    reportFault: ReportFault,
    budget: Budget,
  ) {
    this.#cursor = new Cursor(text, from, true, () => budget.step());
    this.#dialect = dialect;
    this.#symbols = symbols;
    this.#targets = targets;
    this.#reportFault = reportFault;
  }

  read(): readonly Data[] {
    const cursor = this.#cursor;
    while (cursor.token.kind !== "end" && !cursor.isName("end")) {
      try {
        if (cursor.takeName("set")) this.#readSet();
        else if (cursor.takeName("param")) this.#readParam();
        else if (!cursor.takeMark(";")) cursor.fail("expected set, param or end in the data section");
      } catch (fault) {
        if (!(fault instanceof SyntaxFault)) throw fault;
        this.#reportFault("syntax", fault.message, fault.span, fault.hint);
        cursor.skipStatement();
      }
    }
    return this.#found;
  }

  #target(token: Token, type: "param" | "set"): DataTarget {
    const target = this.#targets.get(token.word);
    if (target?.type === type) {
      if (!target.is_computed) return target;
      const message = `${token.word} is computed in the model and takes no data; leave out the one or the other`;
      throw new SyntaxFault(message, token);
    }
    const known = [...this.#targets].filter(([, { type: kind }]) => kind === type).map(([name]) => name);
    throw new SyntaxFault(`no ${type} is declared as ${quote(token.word)}`, token, nearestHint(token.word, known));
  }

  /** A symbol as a member. */
  #member(): number {
    const { token } = this.#cursor;
    if (token.kind !== "name" && token.kind !== "number" && token.kind !== "text")
      this.#cursor.fail("expected a symbol");
    this.#cursor.advance();
    if (token.kind === "number") return this.#symbols.intern(token.number);
    const number = this.#dialect === "jmodel" ? readNumber(token.word) : Number.NaN;
    return this.#symbols.intern(Number.isNaN(number) ? token.word : number);
  }

  #isSymbol(): boolean {
    const { kind } = this.#cursor.token;
    return kind === "name" || kind === "number" || kind === "text";
  }

  #isTransposed(): boolean {
    const cursor = this.#cursor;
    if (!cursor.isMark("(") || cursor.peek().word !== "tr") return false;
    cursor.advance();
    cursor.advance();
    cursor.expectMark(")", "behind (tr");
    return true;
  }

  /** `[a,*]` or `(a,*)`; the cursor is after the opening mark. */
  #slice(close: string, length: number, start: number): Slice {
    const cursor = this.#cursor;
    const parts: (number | null)[] = [];
    do parts.push(cursor.takeMark("*") ? null : this.#member());
    while (cursor.takeMark(","));
    cursor.expectMark(close, "to close the slice");
    if (parts.length === length) return parts;
    throw new SyntaxFault(`found ${parts.length} parts, expected ${length}`, cursor.spanFrom(start));
  }

  #readSet(): void {
    const cursor = this.#cursor;
    const name = cursor.expectName("the name of a set");
    const target = this.#target(name, "set");
    const key: number[] = [];
    if (cursor.takeMark("[")) {
      do key.push(this.#member());
      while (cursor.takeMark(","));
      cursor.expectMark("]", "to close the subscripts");
    }
    if (key.length !== target.subscripts)
      throw new SyntaxFault(`${name.word} has ${target.subscripts} subscripts, found ${key.length}`, name);
    const members = new TupleTable(target.arity);
    let slice: Slice = new Array<null>(target.arity).fill(null);
    let is_transposed = false;
    while (!cursor.takeMark(";")) {
      const { start } = cursor.token;
      if (cursor.takeMark(",") || cursor.takeMark(":=")) continue;
      if (this.#isTransposed()) {
        is_transposed = true;
        cursor.takeMark(":");
        this.#setTable(slice, is_transposed, members);
      } else if (cursor.takeMark(":")) this.#setTable(slice, is_transposed, members);
      else if (cursor.takeMark("(")) {
        slice = this.#slice(")", target.arity, start);
        is_transposed = false;
        if (!slice.includes(null)) this.#addMember(Int32Array.from(slice as readonly number[]), members, start);
      } else this.#setMember(slice, members);
    }
    const span = { start: name.start, end: name.end };
    this.#found.push({ type: "set", name: name.word, key: Int32Array.from(key), members: new TableSet(members), span });
  }

  #setMember(slice: Slice, members: TupleTable): void {
    const { start } = this.#cursor.token;
    if (!slice.includes(null)) this.#cursor.fail("expected a tuple in parentheses again, or a slice with *");
    const member = Int32Array.from(slice, (part) => {
      if (part !== null) return part;
      this.#cursor.takeMark(",");
      return this.#member();
    });
    this.#addMember(member, members, start);
  }

  #addMember(member: Int32Array, members: TupleTable, start: number): void {
    const { count } = members;
    members.add(member, 0);
    if (members.count > count) return;
    const span = this.#cursor.spanFrom(start);
    throw new SyntaxFault(`${quote(this.#cursor.text.slice(span.start, span.end))} is already in the set`, span);
  }

  #setTable(slice: Slice, is_transposed: boolean, members: TupleTable): void {
    const cursor = this.#cursor;
    const columns = this.#columns();
    const [row_part, column_part] = this.#tableParts(slice, is_transposed);
    const member = Int32Array.from(slice, (part) => part ?? 0);
    while (this.#isSymbol()) {
      member[row_part] = this.#member();
      for (const column of columns) {
        const { word } = cursor.token;
        if (word !== "+" && word !== "-") cursor.fail("expected + or - for each column");
        cursor.advance();
        member[column_part] = column;
        if (word === "+") this.#addMember(member, members, cursor.last_end - 1);
      }
    }
  }

  #columns(): readonly number[] {
    const columns: number[] = [];
    while (this.#isSymbol()) columns.push(this.#member());
    this.#cursor.expectMark(":=", "behind the columns of the table");
    return columns;
  }

  /** The parts of the tuple given by rows and columns: the two free ones of the slice. */
  #tableParts(slice: Slice, is_transposed: boolean): readonly [number, number] {
    const free = [...slice.keys()].filter((part) => slice[part] === null);
    if (free.length !== 2)
      this.#cursor.fail(`expected a slice with two free parts before a table, found ${free.length}`);
    return is_transposed ? [free[1]!, free[0]!] : [free[0]!, free[1]!];
  }

  #readParam(): void {
    const cursor = this.#cursor;
    const is_several = cursor.isMark(":") || cursor.isName("default");
    if (is_several) {
      this.#readSeveral();
      return;
    }
    const name = cursor.expectName("the name of a param");
    const target = this.#target(name, "param");
    const data = this.#begin(name, target);
    if (cursor.takeName("default")) {
      this.#refuseDefault(name, target);
      data.default = this.#value(target);
    }
    let slice: Slice = new Array<null>(target.subscripts).fill(null);
    let is_transposed = false;
    while (!cursor.takeMark(";")) {
      const { start } = cursor.token;
      if (cursor.takeMark(",") || cursor.takeMark(":=")) continue;
      if (this.#isTransposed()) {
        is_transposed = true;
        cursor.takeMark(":");
        this.#paramTable(slice, is_transposed, data, target);
      } else if (cursor.takeMark(":")) this.#paramTable(slice, is_transposed, data, target);
      else if (cursor.takeMark("[")) {
        slice = this.#slice("]", target.subscripts, start);
        is_transposed = false;
      } else this.#paramElement(slice, data, target);
    }
  }

  #refuseDefault(name: Token, { has_default }: DataTarget): void {
    if (!has_default) return;
    throw new SyntaxFault(`${name.word} has a default in the model already; leave out the one or the other`, name);
  }

  #begin(name: Token, target: DataTarget): ParamData {
    if (this.#found.some((data) => data.type === "param" && data.name === name.word))
      throw new SyntaxFault(`${name.word} already has values; put them all into one statement`, name);
    const span = { start: name.start, end: name.end };
    const data: ParamData = {
      type: "param",
      name: name.word,
      subscripts: target.subscripts,
      keys: new GrowingIntegers(),
      values: new GrowingNumbers(),
      default: null,
      span,
    };
    this.#found.push(data);
    return data;
  }

  #value(target: DataTarget): number {
    const { token } = this.#cursor;
    if (target.is_symbolic) return this.#member();
    if (token.kind !== "number") this.#cursor.fail("expected a number");
    this.#cursor.advance();
    return token.number;
  }

  #paramElement(slice: Slice, data: ParamData, target: DataTarget): void {
    for (const part of slice) {
      if (part !== null) data.keys.push(part);
      else {
        this.#cursor.takeMark(",");
        data.keys.push(this.#member());
      }
    }
    this.#cursor.takeMark(",");
    data.values.push(this.#value(target));
  }

  #paramTable(slice: Slice, is_transposed: boolean, data: ParamData, target: DataTarget): void {
    const columns = this.#columns();
    const [row_part, column_part] = this.#tableParts(slice, is_transposed);
    while (this.#isSymbol()) {
      const row = this.#member();
      for (const column of columns) {
        if (this.#cursor.takeName(".")) continue;
        for (let part = 0; part < slice.length; part += 1) {
          data.keys.push(part === row_part ? row : part === column_part ? column : slice[part]!);
        }
        data.values.push(this.#value(target));
      }
      this.#cursor.takeMark(",");
    }
  }

  /** `param default 0 : S : p q := a 1 2, b 3 4;` where the set and the default are optional. */
  #readSeveral(): void {
    const cursor = this.#cursor;
    const default_at = cursor.takeName("default") ? cursor.token : null;
    if (default_at !== null) this.#member();
    cursor.expectMark(":", "before the names of params");
    let names: Token[] = [];
    let set: { readonly name: Token; readonly target: DataTarget; readonly members: TupleTable } | null = null;
    for (;;) {
      if (cursor.takeMark(",")) continue;
      if (cursor.takeMark(":=")) break;
      if (cursor.takeMark(":") && set === null && names.length === 1) {
        const target = this.#target(names[0]!, "set");
        set = { name: names[0]!, target, members: new TupleTable(target.arity) };
        names = [];
      } else names.push(cursor.expectName("the name of a param, or :="));
    }
    const columns = names.map((name) => ({ target: this.#target(name, "param"), name }));
    const filled = columns.map(({ name, target }) => ({ target, data: this.#begin(name, target) }));
    const arity = filled[0]?.target.subscripts ?? set?.target.arity ?? 1;
    if (filled.some(({ target }) => target.subscripts !== arity))
      cursor.fail("expected params with as many subscripts each");
    if (default_at !== null) {
      for (const [position, { target, data }] of filled.entries()) {
        this.#refuseDefault(names[position]!, target);
        const id = this.#symbols.intern(default_at.kind === "number" ? default_at.number : default_at.word);
        data.default = target.is_symbolic ? id : this.#symbols.numberOf(id);
      }
    }
    while (!cursor.takeMark(";")) {
      if (!cursor.takeMark(",")) this.#severalRow(arity, filled, set?.members ?? null);
    }
    if (set === null) return;
    const { name, members } = set;
    this.#found.push({
      type: "set",
      name: name.word,
      key: new Int32Array(0),
      members: new TableSet(members),
      span: name,
    });
  }

  #severalRow(
    arity: number,
    filled: readonly { readonly target: DataTarget; readonly data: ParamData }[],
    members: TupleTable | null,
  ): void {
    const key: number[] = [];
    const { start } = this.#cursor.token;
    for (let part = 0; part < arity; part += 1) {
      this.#cursor.takeMark(",");
      key.push(this.#member());
    }
    if (members !== null) this.#addMember(Int32Array.from(key), members, start);
    for (const { target, data } of filled) {
      this.#cursor.takeMark(",");
      if (this.#cursor.takeName(".")) continue;
      for (const part of key) data.keys.push(part);
      data.values.push(this.#value(target));
    }
  }
}
