/** How long one turn of this process's event loop works at most: processor time, so that a busy machine does not count. */

/** Processor time of the longest turn while `work` goes on, in milliseconds. */
export async function longestTurnDuring<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly longest_ms: number }> {
  let longest_ms = 0;
  let is_over = false;
  let turned_ms = processorMs();
  const turn = (): void => {
    const now_ms = processorMs();
    longest_ms = Math.max(longest_ms, now_ms - turned_ms);
    turned_ms = now_ms;
    if (!is_over) setImmediate(turn);
  };
  setImmediate(turn);
  const result = await work();
  is_over = true;
  return { result, longest_ms };
}

function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
