/**
 * Names of processes, as runs and deliveries carry them while a process holds them: an id of its own and, where the system tells,
 * which start of the machine it ran on. A run that is found under a name of an earlier start was cut short by power or by a
 * reboot, which says nothing about the run; one found under another name of the same start went down with its process.
 */
const MARK = "@";
const MACHINE_START_DIGITS = 12;

export function bootIdOf(id: string, machine_start: string | null): string {
  return machine_start === null
    ? id
    : `${id}${MARK}${machine_start.replaceAll("-", "").slice(0, MACHINE_START_DIGITS)}`;
}

/** True when the machine has started anew between the two. */
export function wasMachineRestarted(before: string, now: string): boolean {
  const [, start_before] = before.split(MARK);
  const [, start_now] = now.split(MARK);
  return start_before !== undefined && start_now !== undefined && start_before !== start_now;
}
