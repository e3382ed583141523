/** Formats numbers: figures of a model in full where they fit, sizes and durations in a unit that suits them. */
import { printedNumber } from "../inputs/number_text";
import { numberHabit } from "./numbers";

const SIGNIFICANT_DIGITS = 10;
const MIB = 1_048_576;

/** 1,234.5 in the viewer's notation; scientific beyond twelve digits before or five zeros after the point; a dash for no number. */
export function figure(value: number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e12 || size < 1e-5)) return value.toExponential(4).replace(".", numberHabit().decimal);
  return printedNumber(Number(value.toPrecision(SIGNIFICANT_DIGITS)), numberHabit());
}

export function count(value: number): string {
  return printedNumber(Math.round(value), numberHabit());
}

/** "1 run", "2 runs". */
export function counted(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? "" : "s"}`;
}

/** "12 ms", "3.2 s", "5 min 2 s". */
export function duration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return "–";
  if (ms < 1000) return `${ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
  return `${Math.floor(ms / 3_600_000)} h ${Math.round((ms % 3_600_000) / 60_000)} min`;
}

export function bytes(value: number): string {
  if (value < 1024) return `${value} B`;
  if (value < MIB) return `${(value / 1024).toFixed(0)} KiB`;
  if (value < 1024 * MIB) return `${(value / MIB).toFixed(1)} MiB`;
  return `${(value / (1024 * MIB)).toFixed(1)} GiB`;
}
