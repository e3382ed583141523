/**
 * Objects of the API as tables with a row for each field. Bodies, answers, columns, the files of `apply`, the options of
 * commands and the forms of the page are made from the rows, so that a new field is one row and what it does.
 */
import { toTimestamp } from "../clock";

/** What a value may be. Lengths in UTF-16 units. */
export type FieldShape =
  | {
      readonly type: "text";
      readonly length_min?: number;
      readonly length_max?: number;
      /** At least one character that is no white space. */
      readonly is_visible?: true;
      /** One as it should be, for messages and the documentation. */
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
  /** Its place in a body that makes the object. */
  readonly create: "required" | "optional" | "refused";
  /** Its place in a body that changes the object; ignored, so that an object may be sent back as it was read. */
  readonly change: "set" | "ignored" | "refused";
  /** In bodies null asks for the default; in answers it says that there is nothing. */
  readonly nullable: "never" | "in bodies" | "in answers" | "everywhere";
  /** `once`: in the answer that makes it alone. */
  readonly shown: "always" | "once" | "never";
  /** `column`: in the column of its name, in the form of its shape; else the service has its own way. */
  readonly kept: "column" | "elsewhere";
  /** The value of an object whose maker said nothing; absent: null. */
  readonly default?: unknown;
  /**
   * In the files of `apply`: a setting under the field's own name; a key that has its own way there; null: the field is not
   * the user's to set, and files do not have it.
   */
  readonly file: "setting" | { readonly key: string } | null;
  /** Option of the command that makes and changes the object, under the field's name; null: there is none. */
  readonly option: OptionText | null;
  /** Control of the page's form; null: the page has its own way, or none. */
  readonly form: FormText | null;
  /** What the documentation says of it. */
  readonly about: string;
}

export interface OptionText {
  /** What help shows for the value. */
  readonly value: string;
  readonly about: string;
  /** How `show` prints the value; absent: `show` has its own way. */
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

/** What a body may hold for a field. */
export type Given<Row extends Field> = ValueOf<Row["shape"]> | NullIn<Row, "bodies">;
/** What an answer holds for a field. */
type Answered<Row extends Field> = ValueOf<Row["shape"]> | NullIn<Row, "answers">;

type ColumnOf<Shape> = Shape extends { type: "words" | "texts" | "json" }
  ? string | null
  : Shape extends { type: "instant" }
    ? number
    : ValueOf<Shape>;
/** What the column of a field holds. */
type Stored<Row extends Field> = ColumnOf<Row["shape"]> | (Row["nullable"] extends "never" ? never : null);

/** The body that makes an object, read. */
export type CreateInput<Table extends FieldTable> = {
  readonly [Name in FieldsWith<Table, { create: "required" }>]: Given<Table[Name]>;
} & { readonly [Name in FieldsWith<Table, { create: "optional" }>]?: Given<Table[Name]> | undefined };

/** The body that changes an object, read. */
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

/** Columns of a new object: what was given, else the default. */
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

/** An object as the API answers with it, in the order of its table; `derived` holds what no column does, and goes before columns. */
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

/** Null where bodies may hold it stands for the default, which may change with the program; a column without null keeps the default itself. */
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
