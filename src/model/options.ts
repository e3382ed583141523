/** The `options` of a model: the solver settings that a model may set. */
import { nearestHint } from "../nearest";
import type { DiagnosticList } from "./diagnostic_list";
import { describeValue, isRecord, quote } from "./json";

/** null where the model sets nothing and the caller's default applies. */
export interface ModelOptions {
  readonly time_limit_seconds: number | null;
  /** Relative gap at which a solution counts as optimal, 0 to 1. */
  readonly gap_tolerance: number | null;
  /** 0 to 2^31 - 1, the range of HiGHS. */
  readonly seed: number | null;
}

const SEED_MAX = 2 ** 31 - 1;
export const NO_OPTIONS: ModelOptions = { time_limit_seconds: null, gap_tolerance: null, seed: null };
export type OptionName = keyof ModelOptions;
export const OPTION_NAMES: readonly OptionName[] = ["time_limit_seconds", "gap_tolerance", "seed"];

const RULES: Readonly<Record<OptionName, { readonly accepts: (value: number) => boolean; readonly expected: string }>> =
  {
    time_limit_seconds: { accepts: (value) => value > 0, expected: "a number of seconds above 0" },
    gap_tolerance: { accepts: (value) => value >= 0 && value <= 1, expected: "a number from 0 to 1" },
    seed: {
      accepts: (value) => Number.isInteger(value) && value >= 0 && value <= SEED_MAX,
      expected: `a whole number from 0 to ${SEED_MAX}`,
    },
  };

/** What was expected of a setting, or null when it is valid; the value null means "not set". */
export function findOptionFault(name: OptionName, value: unknown): string | null {
  if (value === null) return null;
  const { accepts, expected } = RULES[name];
  return typeof value === "number" && Number.isFinite(value) && accepts(value) ? null : expected;
}

/** Reads model_json's `options`, of any form; errors go to `list` under the path `options`. */
export function readModelOptions(value: unknown, list: DiagnosticList): ModelOptions {
  if (value === undefined || value === null) return NO_OPTIONS;
  if (!isRecord(value)) {
    list.error("wrong_type", `options is ${describeValue(value)}, expected an object`, { path: "options" });
    return NO_OPTIONS;
  }
  const options: { -readonly [name in OptionName]: ModelOptions[name] } = { ...NO_OPTIONS };
  for (const [name, setting] of Object.entries(value)) {
    const path = `options.${name}`;
    const known = OPTION_NAMES.find((candidate) => candidate === name);
    if (known === undefined) {
      const hint = list.hint(() => nearestHint(name, OPTION_NAMES));
      list.error(
        "unknown_key",
        `options has no ${quote(name)}; it takes ${OPTION_NAMES.join(", ")}`,
        { path },
        { hint },
      );
      continue;
    }
    const expected = findOptionFault(known, setting);
    if (expected === null) options[known] = setting as number | null;
    else list.error("wrong_value", `${path} is ${describeValue(setting)}, expected ${expected}`, { path });
  }
  return options;
}
