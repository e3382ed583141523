/** `solver`: the process that solves, started by the service with a channel to it. */
import { createModelCompiler } from "../model/model_compiler";
import { modelLimits } from "../services/documents/inspection";
import { runSolverChild } from "../solver/process/child";
import type { ParsedArguments } from "./arguments";
import { readSettings } from "./settings";
import { complain, type Terminal } from "./terminal";

export async function solver(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings({ ...terminal, environment: {} }, parsed);
  if (config === null) return complain(terminal, faults, 2);
  await runSolverChild(createModelCompiler(modelLimits({ config, clock: terminal.clock })), terminal.clock);
  // The channel to the parent keeps the process alive; it ends itself with its parent.
  return new Promise(() => {});
}
