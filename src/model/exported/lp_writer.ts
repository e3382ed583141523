/**
 * Writes a problem as CPLEX LP. The objective names every column, with 0 where it has no cost, so that reading gives them in
 * the same order; a range is `lower <= sum <= upper`, which HiGHS does not read (MPS has no such gap).
 */
import { isIntegerKind, KIND, type Problem, type SparseRows } from "../../problem/problem";
import { chunked } from "./mps_writer";
import { legalNames, lpName, renameRemarks } from "./names";
import type { Written } from "./written";

const TERMS_PER_LINE = 8;
const RANGE_REMARK = "\\ Constraints with two sides are misread by HiGHS; for it, write MPS instead.\n";

/** The problem as an LP file. Rows are sums of columns, so a problem without columns can have no rows. */
export function lpFile(problem: Problem): Written {
  if (problem.columns.count > 0 || problem.rows.count === 0) return { text: writeLp(problem) };
  return { error: "the model has constraints and no variables, which an LP file cannot hold; export it as MPS" };
}

function writeLp(problem: Problem): string {
  const { columns, rows } = problem;
  const names = legalNames(columns.names, lpName);
  const row_names = legalNames(rows.names, lpName);
  const pieces = [
    ...renameRemarks("\\", columns.names, names),
    ...renameRemarks("\\", rows.names, row_names),
    ...(rows.lower.some((_, row) => isRange(problem, row)) ? [RANGE_REMARK] : []),
    problem.sense === "maximize" ? "Maximize\n" : "Minimize\n",
    " obj:",
    ...chunked(objectiveTerms(problem, names)),
    "\nSubject To\n",
  ];
  for (let row = 0; row < rows.count; row += 1) {
    pieces.push(
      ` ${row_names[row]}:`,
      rangeHead(problem, row),
      ...rowTerms(problem.matrix, row, names),
      rowTail(problem, row),
    );
  }
  writeBounds(problem, names, pieces);
  writeLists(problem, names, pieces);
  pieces.push("End\n");
  return pieces.join("");
}

function objectiveTerms(problem: Problem, names: readonly string[]): string[] {
  const { columns, hessian, offset } = problem;
  const terms: string[] = [];
  for (let column = 0; column < columns.count; column += 1)
    terms.push(spellTerm(columns.cost[column]!, names[column]!, terms.length));
  if (offset !== 0 || columns.count === 0) terms.push(` ${signed(offset)}`);
  if (hessian === null) return terms;
  terms.push("\n + [");
  for (let column = 0; column < columns.count; column += 1) {
    for (let at = hessian.starts[column]!; at < hessian.starts[column + 1]!; at += 1) {
      const row = hessian.indices[at]!;
      const value = hessian.values[at]!;
      const product = row === column ? `${names[column]} ^ 2` : `${names[column]} * ${names[row]}`;
      // The bracket is halved, and an entry off the diagonal in it counts for both triangles.
      terms.push(spellTerm(row === column ? value : 2 * value, product, terms.length));
    }
  }
  terms.push(" ] / 2");
  return terms;
}

function rowTerms(matrix: SparseRows, row: number, names: readonly string[]): string[] {
  const terms: string[] = [];
  for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at += 1)
    terms.push(spellTerm(matrix.values[at]!, names[matrix.indices[at]!]!, terms.length));
  return terms.length > 0 ? terms : [` 0 ${names[0]}`];
}

function isRange({ rows }: Problem, row: number): boolean {
  const [lower, upper] = [rows.lower[row]!, rows.upper[row]!];
  return lower !== upper && Number.isFinite(lower) && Number.isFinite(upper);
}

function rangeHead(problem: Problem, row: number): string {
  return isRange(problem, row) ? ` ${problem.rows.lower[row]! + 0} <=` : "";
}

function rowTail({ rows }: Problem, row: number): string {
  const [lower, upper] = [rows.lower[row]! + 0, rows.upper[row]! + 0];
  if (lower === upper) return ` = ${lower}\n`;
  if (upper !== Infinity) return ` <= ${upper}\n`;
  return ` >= ${lower === -Infinity ? "-1e+30" : lower}\n`;
}

function writeBounds({ columns }: Problem, names: readonly string[], pieces: string[]): void {
  pieces.push("Bounds\n");
  for (let column = 0; column < columns.count; column += 1) {
    const [lower, upper] = [columns.lower[column]! + 0, columns.upper[column]! + 0];
    const name = names[column]!;
    if (columns.kinds[column] === KIND.binary && lower === 0 && upper === 1) continue;
    if (lower === upper) pieces.push(` ${name} = ${lower}\n`);
    else if (lower === -Infinity && upper === Infinity) pieces.push(` ${name} free\n`);
    else if (upper !== Infinity) pieces.push(` ${lower === -Infinity ? "-inf" : lower} <= ${name} <= ${upper}\n`);
    else if (lower !== 0) pieces.push(` ${name} >= ${lower}\n`);
  }
}

function writeLists({ columns }: Problem, names: readonly string[], pieces: string[]): void {
  const isBinary = (column: number): boolean =>
    columns.kinds[column] === KIND.binary && columns.lower[column] === 0 && columns.upper[column] === 1;
  const isSemi = (column: number): boolean =>
    columns.kinds[column] === KIND.semicontinuous || columns.kinds[column] === KIND.semi_integer;
  const isGeneral = (column: number): boolean => isIntegerKind(columns.kinds[column]!) && !isBinary(column);
  for (const [section, belongs] of [
    ["General", isGeneral],
    ["Binary", isBinary],
    ["Semi-continuous", isSemi],
  ] as const) {
    const listed = names.filter((_, column) => belongs(column)).map((name) => ` ${name}\n`);
    if (listed.length > 0) pieces.push(`${section}\n`, ...chunked(listed));
  }
}

function spellTerm(coefficient: number, what: string, position: number): string {
  const line_break = position % TERMS_PER_LINE === TERMS_PER_LINE - 1 ? "\n" : "";
  return `${line_break} ${signed(coefficient)} ${what}`;
}

function signed(value: number): string {
  return value < 0 ? `- ${-value}` : `+ ${value + 0}`;
}
