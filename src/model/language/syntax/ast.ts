/** The parser's result for algebraic source: names are not resolved and nothing has a type yet. */

/** Half-open offsets into the source. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type BinaryOperator =
  | "*"
  | "/"
  | "div"
  | "mod"
  | "less"
  | "**"
  | "&"
  | "cross"
  | "inter"
  | "union"
  | "diff"
  | "symdiff"
  | "and"
  | "or"
  | Relation;

export type Relation = "<" | "<=" | "=" | "<>" | ">=" | ">" | "in" | "!in" | "within" | "!within";
export type IteratedOperator = "sum" | "prod" | "min" | "max" | "forall" | "exists" | "setof";

export type Expression = Span &
  (
    | { readonly kind: "number"; readonly value: number }
    | { readonly kind: "text"; readonly value: string }
    /** A name, with subscripts if it has brackets, with a suffix such as `val`. */
    | {
        readonly kind: "name";
        readonly name: string;
        readonly subscripts: readonly Expression[] | null;
        readonly suffix: string | null;
      }
    | { readonly kind: "call"; readonly name: string; readonly operands: readonly Expression[] }
    | { readonly kind: "unary"; readonly operator: "+" | "-" | "not"; readonly operand: Expression }
    | {
        readonly kind: "binary";
        readonly operator: BinaryOperator;
        readonly left: Expression;
        readonly right: Expression;
      }
    /** `+` and `-` in a row: a list of any length, so that a long sum is not a deep tree. */
    | { readonly kind: "sum"; readonly terms: readonly SignedTerm[] }
    | {
        readonly kind: "range";
        readonly first: Expression;
        readonly last: Expression;
        readonly step: Expression | null;
      }
    | { readonly kind: "tuple"; readonly parts: readonly Expression[] }
    | { readonly kind: "braces"; readonly domain: Domain }
    | {
        readonly kind: "iterated";
        readonly operator: IteratedOperator;
        readonly domain: Domain;
        readonly operand: Expression;
      }
    | {
        readonly kind: "if";
        readonly condition: Expression;
        readonly then: Expression;
        readonly otherwise: Expression | null;
      }
  );

export interface SignedTerm {
  readonly sign: 1 | -1;
  readonly expression: Expression;
}

/** `{i in A, (j, 2) in B : predicate}`; also what a literal set looks like, whose entries have no pattern. */
export interface Domain extends Span {
  readonly entries: readonly DomainEntry[];
  readonly predicate: Expression | null;
}

export interface DomainEntry extends Span {
  /** Parts before `in`; null when there is no `in`. */
  readonly pattern: readonly Expression[] | null;
  readonly set: Expression;
}

/** `>= 0`, `within S`, `in S`: conditions on values. */
export interface Condition extends Span {
  readonly relation: Relation;
  readonly operand: Expression;
}

interface Declared extends Span {
  readonly name: string;
  readonly name_span: Span;
  /** The text after the name: a description for people. */
  readonly alias: string | null;
  readonly domain: Domain | null;
}

export interface SetStatement extends Declared {
  readonly kind: "set";
  readonly arity: number | null;
  readonly within: readonly Expression[];
  readonly assigned: Expression | null;
  readonly default: Expression | null;
}

export interface ParamStatement extends Declared {
  readonly kind: "param";
  readonly type: "number" | "integer" | "binary" | "symbolic";
  readonly conditions: readonly Condition[];
  readonly assigned: Expression | null;
  readonly default: Expression | null;
  /** Data written into the statement, in JModel. */
  readonly inline: readonly (readonly (number | string)[])[] | null;
}

export interface VarStatement extends Declared {
  readonly kind: "var";
  readonly type: "continuous" | "integer" | "binary";
  readonly lower: Expression | null;
  readonly upper: Expression | null;
  readonly fixed: Expression | null;
}

export interface ConstraintStatement extends Declared {
  readonly kind: "constraint";
  readonly sides: readonly Expression[];
  readonly relations: readonly ("<=" | ">=" | "=")[];
}

export interface ObjectiveStatement extends Declared {
  readonly kind: "objective";
  readonly sense: "minimize" | "maximize";
  readonly expression: Expression;
}

export type OutputStatement = Span &
  (
    | { readonly kind: "check"; readonly domain: Domain | null; readonly predicate: Expression }
    | { readonly kind: "display"; readonly domain: Domain | null; readonly items: readonly Expression[] }
    | {
        readonly kind: "printf";
        readonly domain: Domain | null;
        readonly format: Expression;
        readonly operands: readonly Expression[];
      }
    | { readonly kind: "for"; readonly domain: Domain; readonly body: readonly OutputStatement[] }
  );

export type Declaration = SetStatement | ParamStatement | VarStatement | ConstraintStatement | ObjectiveStatement;
export type Statement = Declaration | OutputStatement | (Span & { readonly kind: "solve" });

export interface ParsedSource {
  readonly text: string;
  readonly statements: readonly Statement[];
  /** Start of the text after `data;`; the meaning of its symbols depends on declarations. Null without one. */
  readonly data_start: number | null;
}
