/** `doctor`: checks a machine before someone trusts it with the service, or after the service has failed. */
import type { ParsedArguments } from "../arguments";
import { readSettings } from "../settings";
import { complain, type Terminal } from "../terminal";
import { checkAirgap } from "./airgap";
import type { Finding } from "./finding";
import { checkMachine } from "./machine";
import { checkService } from "./service";
import { checkStorage } from "./storage";

const CHECK_WIDTH = 16;

/** Exits with 1 when a check failed; warnings do not count. */
export async function doctor(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const { config, faults } = readSettings(terminal, parsed);
  if (config === null) return complain(terminal, faults, 2);
  const is_airgap = parsed.options.airgap !== undefined;
  const findings = is_airgap
    ? checkAirgap(config)
    : [...checkMachine(terminal, config), ...checkStorage(terminal, config), ...(await checkService(terminal, config))];
  const failed = findings.filter(({ state }) => state === "fail").length;
  if (parsed.options.json !== undefined) terminal.out(`${JSON.stringify({ is_well: failed === 0, findings })}\n`);
  else print(terminal, findings, failed);
  return failed === 0 ? 0 : 1;
}

function print(terminal: Terminal, findings: readonly Finding[], failed: number): void {
  for (const { check, state, detail } of findings) {
    terminal.out(`${state.padEnd(4)}  ${check.padEnd(CHECK_WIDTH)}  ${detail}\n`);
  }
  const warned = findings.filter(({ state }) => state === "warn").length;
  terminal.out(`${findings.length - failed - warned} ok, ${warned} worth a look, ${failed} failed\n`);
}
