/**
 * Objects of the API as tables with a row for each field. Bodies, answers, columns, the files of `apply`, the options of
 * commands and the forms of the page are made from the rows, so that a new field needs one row and the code for its effect.
 */
import { toTimestamp } from "../clock";

/** The shape of a value. Lengths are in UTF-16 units. */
export type FieldShape =
  | {
      readonly type: "text";
      readonly length_min?: number;
      readonly length_max?: number;
      /** At least one character must not be white space. */
      readonly is_visible?: true;
      /** A valid value, for messages and the documentation. */
      readonly example?: string;
    }
  | { readonly type: "integer"; readonly min?: number; readonly max?: number }
  | { readonly type: "flag" }
  | { readonly type: "word"; readonly words: readonly string[] }
  /** A set of words. */
  | { readonly type: "words"; readonly words: readonly string[] }
  /** A set of texts. */
  | { readonly type: "texts"; readonly length_max: number; readonly count_max: number; readonly example: string }
  /** RFC 3339 on the wire, epoch milliseconds in its column. */
  | { readonly type: "instant" }
  /** Any JSON; JSON text in its column. */
  | { readonly type: "json" };

export interface Field {
  readonly shape: FieldShape;
  /** Says whether a body that creates the object must, may or must not have it. */
  readonly create: "required" | "optional" | "refused";
  /** Says whether a body that changes the object may set it; `ignored` lets an object be sent back as it was read. */
  readonly change: "set" | "ignored" | "refused";
  /** In bodies null asks for the default; in answers it means that there is no value. */
  readonly nullable: "never" | "in bodies" | "in answers" | "everywhere";
  /** `once`: only in the answer to the request that creates the object. */
  readonly shown: "always" | "once" | "never";
  /** `column`: in the column of its name, in the form of its shape; `elsewhere`: the service stores it in its own way. */
  readonly kept: "column" | "elsewhere";
  /** The value when the request that creates the object gives none; absent: null. */
  readonly default?: unknown;
  /**
   * In the files of `apply`: a setting under the field's own name, or a key with code of its own; null: users cannot set the
   * field, and files do not have it.
   */
  readonly file: "setting" | { readonly key: string } | null;
  /** Option of the command that makes and changes the object, under the field's name; null: there is none. */
  readonly option: OptionText | null;
  /** Control of the page's form; null: the page shows it in its own way, or not at all. */
  readonly form: FormText | null;
  /** Its description in the documentation. */
  readonly about: string;
}

export interface OptionText {
  /** The name of the value in the help text. */
  readonly value: string;
  readonly about: string;
  /** The line with which `show` prints the value; absent: `show` prints it in its own way. */
  readonly fact?: { readonly label: string; readonly unit?: string; readonly none?: string };
}

export interface FormText {
  readonly label: string;
  readonly hint?: string;
}

export type FieldTable = Readonly<Record<string, Field>>;

/** The part of a row that is the same for all fields that only the service sets. */
export const BY_SERVICE = {
  create: "refused",
  change: "ignored",
  nullable: "never",
  shown: "always",
  kept: "column",
  file: null,
  option: null,
  form: null,
} as const;

/** The part of a row that is the same for most fields that a user sets. */
export const BY_USER = {
  create: "optional",
  change: "set",
  nullable: "everywhere",
  shown: "always",
  kept: "column",
  option: null,
  form: null,
} as const;

/** Names of the rows that have these parts. */
export type FieldsWith<Table, Part> = {
  [Name in keyof Table]: Table[Name] extends Part ? Name : never;
}[keyof Table] &
  string;

type ValueOf<Shape> = Shape extends { type: "text" | "instant" }
  ? string
  : Shape extends { type: "integer" }
    ? number
    : Shape extends { type: "flag" }
      ? boolean
      : Shape extends { type: "word"; words: readonly (infer Word)[] }
        ? Word
        : Shape extends { type: "words"; words: readonly (infer Word)[] }
          ? readonly Word[]
          : Shape extends { type: "texts" }
            ? readonly string[]
            : unknown;

type NullIn<Row extends Field, Body extends string> = Row["nullable"] extends "everywhere" | `in ${Body}`
  ? null
  : never;

/** The values that a body may hold for a field. */
export type Given<Row extends Field> = ValueOf<Row["shape"]> | NullIn<Row, "bodies">;
/** The values that an answer holds for a field. */
type Answered<Row extends Field> = ValueOf<Row["shape"]> | NullIn<Row, "answers">;

type ColumnOf<Shape> = Shape extends { type: "words" | "texts" | "json" }
  ? string | null
  : Shape extends { type: "instant" }
    ? number
    : ValueOf<Shape>;
/** The values that the column of a field holds. */
type Stored<Row extends Field> = ColumnOf<Row["shape"]> | (Row["nullable"] extends "never" ? never : null);

/** The body that creates an object, after reading. */
export type CreateInput<Table extends FieldTable> = {
  readonly [Name in FieldsWith<Table, { create: "required" }>]: Given<Table[Name]>;
} & { readonly [Name in FieldsWith<Table, { create: "optional" }>]?: Given<Table[Name]> | undefined };

/** The body that changes an object, after reading. */
export type ChangeInput<Table extends FieldTable> = {
  readonly [Name in FieldsWith<Table, { change: "set" }>]?: Given<Table[Name]> | undefined;
};

/** The object as the API answers with it. */
export type AnswerOf<Table extends FieldTable> = {
  readonly [Name in FieldsWith<Table, { shown: "always" }>]: Answered<Table[Name]>;
};

type NewColumns<Table extends FieldTable> = {
  [Name in FieldsWith<Table, { kept: "column"; create: "required" | "optional" }>]: Stored<Table[Name]>;
};

type ChangedColumns<Table extends FieldTable> = {
  [Name in FieldsWith<Table, { kept: "column"; change: "set" }>]?: Stored<Table[Name]>;
};

type ShownColumns<Table extends FieldTable> = {
  readonly [Name in FieldsWith<Table, { kept: "column"; shown: "always" }>]: Stored<Table[Name]>;
};

type Elsewhere<Table extends FieldTable> = {
  readonly [Name in FieldsWith<Table, { kept: "elsewhere"; shown: "always" }>]: Answered<Table[Name]>;
};

/** Columns of a new object: the given values, otherwise the defaults. */
export function newColumns<Table extends FieldTable>(table: Table, input: CreateInput<Table>): NewColumns<Table> {
  const given = input as Readonly<Record<string, unknown>>;
  const rows = Object.entries(table).filter(([, row]) => row.kept === "column" && row.create !== "refused");
  return Object.fromEntries(rows.map(([name, row]) => [name, toColumn(row, given[name])])) as NewColumns<Table>;
}

/** Columns that a change sets; fields that it leaves out stay. */
export function changedColumns<Table extends FieldTable>(
  table: Table,
  change: ChangeInput<Table>,
): ChangedColumns<Table> {
  const given = change as Readonly<Record<string, unknown>>;
  const rows = Object.entries(table).filter(
    ([name, row]) => row.kept === "column" && row.change === "set" && given[name] !== undefined,
  );
  const columns = rows.map(([name, row]) => [name, toColumn(row, given[name])]);
  return Object.fromEntries(columns) as ChangedColumns<Table>;
}

/** An object as the API answers with it, in the order of its table; `derived` holds the values that are in no column, and wins over columns. */
export function answerOf<Table extends FieldTable>(
  table: Table,
  columns: ShownColumns<Table>,
  derived: Elsewhere<Table> & Partial<AnswerOf<Table>>,
): AnswerOf<Table> {
  const read = columns as Readonly<Record<string, unknown>>;
  const own = derived as Readonly<Record<string, unknown>>;
  const answer: Record<string, unknown> = {};
  for (const [name, row] of Object.entries(table)) {
    if (row.shown === "always") answer[name] = name in own ? own[name] : fromColumn(row, read[name]);
  }
  return answer as AnswerOf<Table>;
}

/** A column stores null for the default if bodies may hold null, since the default may change between versions; others store the default. */
function toColumn({ shape, nullable, default: otherwise }: Field, given: unknown): unknown {
  const takes_null = nullable === "everywhere" || nullable === "in bodies";
  const value = given ?? (takes_null ? null : otherwise) ?? null;
  if (value === null) return null;
  if (shape.type === "instant") return Date.parse(value as string);
  return shape.type === "json" || shape.type === "words" || shape.type === "texts" ? JSON.stringify(value) : value;
}

function fromColumn({ shape, default: otherwise = null }: Field, value: unknown): unknown {
  if (value === null || value === undefined) return otherwise;
  if (shape.type === "instant") return toTimestamp(value as number);
  return shape.type === "json" || shape.type === "words" || shape.type === "texts"
    ? JSON.parse(value as string)
    : value;
}
