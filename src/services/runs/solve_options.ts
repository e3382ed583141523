/** The solver's options of one solve. */
import { isRecord } from "../../model/json";
import { findOptionFault } from "../../model/options";
import { SOLVE_OPTIONS_DEFAULT, type SolveOptions } from "../../solver/options";
import type { Context } from "../context";

/** The solver's options from a model's `options`; what is missing or wrong takes its default (the compile reports it). */
export function solveOptionsOf(
  context: { config: Pick<Context["config"], "time_limit_seconds_max"> },
  options: unknown,
): SolveOptions {
  const given = isRecord(options) ? options : {};
  const pick = (name: "time_limit_seconds" | "gap_tolerance" | "seed"): number => {
    const value = given[name];
    return typeof value === "number" && findOptionFault(name, value) === null ? value : SOLVE_OPTIONS_DEFAULT[name];
  };
  return {
    ...SOLVE_OPTIONS_DEFAULT,
    time_limit_seconds: Math.min(pick("time_limit_seconds"), context.config.time_limit_seconds_max),
    gap_tolerance: pick("gap_tolerance"),
    seed: pick("seed"),
  };
}
