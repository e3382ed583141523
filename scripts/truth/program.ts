/** A program in plain arrays, as the families make it, and how it is written: as a flat model or as an MPS file. */

export type ColumnKind = "continuous" | "integer" | "binary" | "semicontinuous";

export interface Column {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly lower: number;
  readonly upper: number;
  readonly cost: number;
}

export interface Row {
  readonly lower: number;
  readonly upper: number;
  /** Coefficients by column; zeros are left out of the text. */
  readonly terms: ReadonlyMap<number, number>;
}

export interface LinearProgram {
  readonly sense: "minimize" | "maximize";
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

export interface Program extends LinearProgram {
  /** Q of the objective's part 0.5 x'Qx, symmetric, one array a row; null when there is none. */
  readonly hessian: readonly (readonly number[])[] | null;
}

/** A model as POST /solve takes it. */
export type Model = Readonly<Record<string, unknown>>;

/** The flat form. It has no semi-continuous variables. */
export function flatModel({ sense, columns, rows, hessian }: Program): Model {
  return {
    variables: columns.map(({ name, kind, lower, upper }) => ({
      name,
      ...(kind === "continuous" ? {} : { type: kind }),
      lower_bound: Number.isFinite(lower) ? lower : null,
      ...(Number.isFinite(upper) ? { upper_bound: upper } : {}),
    })),
    objective: { sense, expression: objectiveText(columns, hessian) },
    constraints: rows.map((row, position) => ({ name: `row${position}`, expression: rowText(row, columns) })),
  };
}

/** The file form, in free MPS. */
export function mpsModel(program: LinearProgram): Model {
  return { format: "mps", content: mpsText(program) };
}

function objectiveText(columns: readonly Column[], hessian: Program["hessian"]): string {
  const terms = columns.filter(({ cost }) => cost !== 0).map(({ name, cost }) => `${cost}*${name}`);
  for (let row = 0; hessian !== null && row < columns.length; row += 1) {
    for (let column = 0; column <= row; column += 1) {
      const value = hessian[row]![column]!;
      if (value === 0) continue;
      const [one, other] = [columns[row]!.name, columns[column]!.name];
      terms.push(row === column ? `${value / 2}*${one}^2` : `${value}*${one}*${other}`);
    }
  }
  return terms.length === 0 ? `0*${columns[0]!.name}` : terms.join(" + ");
}

function rowText({ lower, upper, terms }: Row, columns: readonly Column[]): string {
  const sum = [...terms].map(([column, value]) => `${value}*${columns[column]!.name}`).join(" + ");
  if (lower === upper) return `${sum} = ${lower}`;
  const left = Number.isFinite(lower) ? `${lower} <= ` : "";
  const right = Number.isFinite(upper) ? ` <= ${upper}` : "";
  return `${left}${sum}${right}`;
}

/** Free MPS; with the sections RANGES, and OBJSENSE for a maximized objective. */
export function mpsText({ sense, columns, rows }: LinearProgram): string {
  const lines = ["NAME truth", ...(sense === "maximize" ? ["OBJSENSE", "    MAX"] : []), "ROWS", " N cost"];
  rows.forEach((row, position) => {
    lines.push(` ${letterOf(row)} row${position}`);
  });
  lines.push("COLUMNS");
  columns.forEach((column, position) => {
    pushColumn(column, position, rows, lines);
  });
  lines.push("RHS");
  rows.forEach((row, position) => {
    lines.push(` rhs row${position} ${letterOf(row) === "L" ? row.upper : row.lower}`);
  });
  lines.push("RANGES");
  rows.forEach((row, position) => {
    const is_range = Number.isFinite(row.lower) && Number.isFinite(row.upper) && row.lower !== row.upper;
    if (is_range) lines.push(` range row${position} ${row.upper - row.lower}`);
  });
  lines.push("BOUNDS", ...columns.flatMap(boundLines), "ENDATA", "");
  return lines.join("\n");
}

function letterOf({ lower, upper }: Row): "E" | "G" | "L" {
  if (lower === upper) return "E";
  return Number.isFinite(lower) ? "G" : "L";
}

function pushColumn({ name, kind, cost }: Column, position: number, rows: readonly Row[], lines: string[]): void {
  const is_integer = kind === "integer" || kind === "binary";
  if (is_integer) lines.push(` M${position} 'MARKER' 'INTORG'`);
  lines.push(` ${name} cost ${cost}`);
  rows.forEach(({ terms }, row) => {
    const value = terms.get(position);
    if (value !== undefined) lines.push(` ${name} row${row} ${value}`);
  });
  if (is_integer) lines.push(` N${position} 'MARKER' 'INTEND'`);
}

function boundLines({ name, kind, lower, upper }: Column): string[] {
  if (kind === "semicontinuous") return [` LO b ${name} ${lower}`, ` SC b ${name} ${upper}`];
  if (lower === upper) return [` FX b ${name} ${lower}`];
  const low = Number.isFinite(lower) ? ` LO b ${name} ${lower}` : ` MI b ${name}`;
  return [low, Number.isFinite(upper) ? ` UP b ${name} ${upper}` : ` PL b ${name}`];
}
