/**
 * Warnings, with names, about figures that are too far apart. The thresholds are measured: fixed-charge models went wrong from a ratio
 * of 1e7 on (1e6 times the integrality tolerance of 1e-6 is a whole unit); 420 random linear problems whose coefficients span 1e4 to 1e16
 * all came out right, one of 60 at 1e18 did not, and a double holds 15 digits.
 */
import type { Problem } from "../../problem/problem";
import type { BigCoefficient } from "./big_m";

const GATE_RATIO_MIN = 1e6;
/** A capacity a few hundred times above the need is no reason for a warning; a figure that only means "very large" is. */
const LOOSE_FACTOR_MIN = 1e3;
const ROW_RATIO_MIN = 1e15;
const WARNINGS_MAX = 5;
const DIGITS = 6;

/** At most five sentences, the last of which counts the others. */
export function rangeWarnings(problem: Problem, coefficients: readonly BigCoefficient[]): readonly string[] {
  const gates = coefficients.filter(({ ratio }) => ratio >= GATE_RATIO_MIN);
  const unknown = gates.filter(({ enough }) => enough === null);
  const loose = gates.filter(
    ({ coefficient, enough }) => Math.abs(coefficient) >= LOOSE_FACTOR_MIN * (enough ?? Infinity),
  );
  const sentences = [
    ...wideRows(problem),
    ...unknown.map((gate) => unknownGate(problem, gate)),
    ...loose.map((gate) => looseGate(problem, gate)),
  ];
  if (sentences.length <= WARNINGS_MAX) return sentences;
  const others = sentences.length - WARNINGS_MAX + 1;
  return [
    ...sentences.slice(0, WARNINGS_MAX - 1),
    `${others} further coefficients are too large or too small like these`,
  ];
}

/** Why no claim of a solver can be trusted: its tolerances let a closed gate pass more than is known to be harmless. */
export function doubtOf(problem: Problem, coefficients: readonly BigCoefficient[], ratio_min: number): string | null {
  const worst = coefficients.find(
    ({ ratio, enough, is_capacity }) => enough === null && !is_capacity && ratio >= ratio_min,
  );
  return worst === undefined ? null : unknownGate(problem, worst);
}

function wideRows({ matrix, rows, columns }: Problem): string[] {
  const found: string[] = [];
  for (let row = 0; row < rows.count; row++) {
    let [smallest, largest] = [-1, -1];
    for (let entry = matrix.starts[row]!; entry < matrix.starts[row + 1]!; entry++) {
      const magnitude = Math.abs(matrix.values[entry]!);
      if (magnitude === 0) continue;
      if (smallest < 0 || magnitude < Math.abs(matrix.values[smallest]!)) smallest = entry;
      if (largest < 0 || magnitude > Math.abs(matrix.values[largest]!)) largest = entry;
    }
    if (smallest < 0) continue;
    const [least, most] = [Math.abs(matrix.values[smallest]!), Math.abs(matrix.values[largest]!)];
    if (most < ROW_RATIO_MIN * least) continue;
    const term = (entry: number, figure: number) => `${readable(figure)}*${columns.names[matrix.indices[entry]!]}`;
    found.push(
      `constraint ${rows.names[row]}: ${term(smallest, least)} beside ${term(largest, most)} is more than 15 digits apart; choose units that bring them together`,
    );
  }
  return found;
}

function looseGate({ rows, columns }: Problem, { row, column, coefficient, enough, bound }: BigCoefficient): string {
  const side = bound === null ? "" : `, with ${readable(roundedUp(bound))} as the row's bound`;
  return `constraint ${rows.names[row]}: ${readable(Math.abs(coefficient))}*${columns.names[column]}; ${readable(roundedUp(enough!))} is enough${side}`;
}

function unknownGate({ rows, columns }: Problem, { row, column, coefficient, unbounded }: BigCoefficient): string {
  const bounded = unbounded === null ? "the row's variables" : columns.names[unbounded];
  return `constraint ${rows.names[row]}: ${readable(Math.abs(coefficient))}*${columns.names[column]} is too large for the solver's tolerances; give ${bounded} a bound, or lower it to what can be reached`;
}

/** Six digits, not below the figure by more than its rounding errors. */
function roundedUp(figure: number): number {
  const magnitude = Math.abs(figure);
  if (magnitude === 0) return 0;
  const scale = 10 ** (DIGITS - 1 - Math.floor(Math.log10(magnitude)));
  return Math.ceil(figure * scale - 1e-3) / scale;
}

function readable(figure: number): string {
  const plain = String(figure);
  const short = figure.toExponential().replace("e+", "e");
  return short.length < plain.length ? short : plain.replace("e+", "e");
}
