/** The page's only source of time and of waiting: the browser's. */

export const now = (): number => Date.now();

export const monotonic = (): number => performance.now();

/** Calls back once after delay_ms; the returned function cancels it. */
export function after(delay_ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delay_ms);
  return () => clearTimeout(timer);
}
