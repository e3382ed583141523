/**
 * Boot ids: runs and deliveries carry the one of the process that holds them. It is an id of the process and, where the system tells,
 * of the machine's boot. A run that carries an earlier boot of the machine was cut short by a loss of power or a
 * reboot, which says nothing about the run; one that carries another process of the same boot went down with that process.
 */
const MARK = "@";
const MACHINE_START_DIGITS = 12;

export function bootIdOf(id: string, machine_start: string | null): string {
  return machine_start === null
    ? id
    : `${id}${MARK}${machine_start.replaceAll("-", "").slice(0, MACHINE_START_DIGITS)}`;
}

/** True when the machine was rebooted between the two. */
export function wasMachineRestarted(before: string, now: string): boolean {
  const [, start_before] = before.split(MARK);
  const [, start_now] = now.split(MARK);
  return start_before !== undefined && start_now !== undefined && start_before !== start_now;
}
