/**
 * Writes a problem as free MPS: shortest numbers that read back the same, every bound of an integer column spelled out, since
 * readers have different defaults. A constraint without sides is written with a side of -1e30, because readers drop N rows.
 */
import { type Columns, isIntegerKind, KIND, type Problem } from "../../problem/problem";
import { quote } from "../json";
import { freeName, legalNames, mpsName, renameRemarks } from "./names";
import type { Written } from "./written";

const INFINITE = "1e+30";

/** The problem as an MPS file. MPS cannot express a row whose lower side is above its upper side. */
export function mpsFile(problem: Problem): Written {
  const { rows } = problem;
  const crossed = rows.lower.findIndex((lower, row) => lower > rows.upper[row]!);
  if (crossed === -1) return { text: writeMps(problem) };
  const sides = `the lower side ${rows.lower[crossed]} above its upper side ${rows.upper[crossed]}`;
  return {
    error: `the constraint ${quote(rows.names[crossed]!)} has ${sides}, which an MPS file cannot hold; export it as LP`,
  };
}

function writeMps(problem: Problem): string {
  const { columns, rows } = problem;
  const column_names = legalNames(columns.names, mpsName);
  const row_names = legalNames(rows.names, mpsName);
  const taken_rows = new Set(row_names);
  const objective = freeName("obj", taken_rows);
  const pieces = [
    ...renameRemarks("*", columns.names, column_names),
    ...renameRemarks("*", rows.names, row_names),
    `NAME ${mpsName(problem.name)}\n`,
    problem.sense === "maximize" ? "OBJSENSE\n    MAX\n" : "",
    `ROWS\n N ${objective}\n`,
  ];
  for (let row = 0; row < rows.count; row += 1) pieces.push(` ${sidesOf(problem, row).type} ${row_names[row]}\n`);
  writeColumns(problem, column_names, row_names, objective, pieces);
  writeSides(problem, row_names, objective, freeName("RHS", taken_rows), pieces);
  writeBounds(columns, column_names, freeName("BND", new Set(column_names)), pieces);
  writeQuadratic(problem, column_names, pieces);
  pieces.push("ENDATA\n");
  return pieces.join("");
}

interface Sides {
  readonly type: "E" | "L" | "G";
  readonly rhs: number;
  /** 0: none. */
  readonly range: number;
}

function sidesOf({ rows }: Problem, row: number): Sides {
  const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
  if (lower === upper) return { type: "E", rhs: lower, range: 0 };
  if (lower === -Infinity && upper === Infinity) return { type: "G", rhs: Number(`-${INFINITE}`), range: 0 };
  if (lower === -Infinity) return { type: "L", rhs: upper, range: 0 };
  if (upper === Infinity) return { type: "G", rhs: lower, range: 0 };
  // Readers compute the other side, and a sum that starts from the smaller side is more likely to be exact.
  const range = upper - lower;
  return upper - range === lower ? { type: "L", rhs: upper, range } : { type: "G", rhs: lower, range };
}

function writeColumns(
  problem: Problem,
  column_names: readonly string[],
  row_names: readonly string[],
  objective: string,
  pieces: string[],
): void {
  const { columns, matrix } = problem;
  const { starts, rows, values } = byColumns(problem);
  pieces.push("COLUMNS\n");
  let is_integer = false;
  let markers = 0;
  const mark = (): void => {
    pieces.push(` MARKER${markers} 'MARKER' '${is_integer ? "INTORG" : "INTEND"}'\n`);
    markers += 1;
  };
  for (let column = 0; column < columns.count; column += 1) {
    const kind = columns.kinds[column]!;
    if ((kind === KIND.integer || kind === KIND.binary) !== is_integer) {
      is_integer = !is_integer;
      mark();
    }
    const name = column_names[column]!;
    const cost = columns.cost[column]!;
    const is_empty = starts[column] === starts[column + 1];
    if (cost !== 0 || is_empty) pieces.push(` ${name} ${objective} ${cost + 0}\n`);
    for (let at = starts[column]!; at < starts[column + 1]!; at += 1)
      pieces.push(` ${name} ${row_names[rows[at]!]} ${matrix.values[values[at]!]}\n`);
  }
  if (!is_integer) return;
  is_integer = false;
  mark();
}

/** Entries that are not 0 by columns: the row of each and its position in the matrix. */
function byColumns({ columns, rows, matrix }: Problem): { starts: Int32Array; rows: Int32Array; values: Int32Array } {
  const starts = new Int32Array(columns.count + 1);
  for (const [at, column] of matrix.indices.entries()) if (matrix.values[at] !== 0) starts[column + 1]! += 1;
  for (let column = 0; column < columns.count; column += 1) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const entry_rows = new Int32Array(starts[columns.count]!);
  const values = new Int32Array(entry_rows.length);
  for (let row = 0; row < rows.count; row += 1) {
    for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at += 1) {
      if (matrix.values[at] === 0) continue;
      const column = matrix.indices[at]!;
      entry_rows[next[column]!] = row;
      values[next[column]!] = at;
      next[column]! += 1;
    }
  }
  return { starts, rows: entry_rows, values };
}

function writeSides(
  problem: Problem,
  row_names: readonly string[],
  objective: string,
  set: string,
  pieces: string[],
): void {
  pieces.push("RHS\n");
  if (problem.offset !== 0) pieces.push(` ${set} ${objective} ${0 - problem.offset}\n`);
  const ranges: string[] = [];
  for (let row = 0; row < problem.rows.count; row += 1) {
    const { rhs, range } = sidesOf(problem, row);
    if (rhs !== 0) pieces.push(` ${set} ${row_names[row]} ${rhs}\n`);
    if (range !== 0) ranges.push(` RNG ${row_names[row]} ${range}\n`);
  }
  if (ranges.length > 0) pieces.push("RANGES\n", ...chunked(ranges));
}

function writeBounds(columns: Columns, names: readonly string[], set: string, pieces: string[]): void {
  const bounds: string[] = [];
  for (let column = 0; column < columns.count; column += 1) {
    for (const [type, value] of boundsOf(columns, column))
      bounds.push(` ${type} ${set} ${names[column]}${value === null ? "" : ` ${value}`}\n`);
  }
  if (bounds.length > 0) pieces.push("BOUNDS\n", ...chunked(bounds));
}

/** The lines that a column needs, lower bound first. */
function boundsOf(columns: Columns, column: number): [type: string, value: number | string | null][] {
  const kind = columns.kinds[column]!;
  const [lower, upper] = [columns.lower[column]! + 0, columns.upper[column]! + 0];
  const is_semi = kind === KIND.semicontinuous || kind === KIND.semi_integer;
  if (kind === KIND.binary && lower === 0 && upper === 1) return [["BV", null]];
  if (lower === upper && !is_semi) return [["FX", lower]];
  if (lower === -Infinity && upper === Infinity && !is_semi) return [["FR", null]];
  const lines: [string, number | string | null][] = [];
  if (lower === -Infinity) lines.push(["MI", null]);
  else if (lower !== 0 || upper < 0) lines.push(["LO", lower]);
  if (is_semi) lines.push([isIntegerKind(kind) ? "SI" : "SC", upper === Infinity ? INFINITE : upper]);
  else if (upper !== Infinity) lines.push(["UP", upper]);
  else if (isIntegerKind(kind)) lines.push(["PL", null]);
  return lines;
}

function writeQuadratic({ hessian }: Problem, names: readonly string[], pieces: string[]): void {
  if (hessian === null) return;
  pieces.push("QUADOBJ\n");
  for (let column = 0; column + 1 < hessian.starts.length; column += 1) {
    for (let at = hessian.starts[column]!; at < hessian.starts[column + 1]!; at += 1)
      pieces.push(` ${names[column]} ${names[hessian.indices[at]!]} ${hessian.values[at]}\n`);
  }
}

/** Joins many short pieces into a few long ones, because a call can take only a limited number of arguments. */
export function chunked(pieces: readonly string[]): string[] {
  const chunks: string[] = [];
  for (let from = 0; from < pieces.length; from += 1000) chunks.push(pieces.slice(from, from + 1000).join(""));
  return chunks;
}
