/** The page's only source of time, timers and random numbers. */

export const now = (): number => Date.now();

export const monotonic = (): number => performance.now();

/** Calls back once after delay_ms; the returned function cancels it. */
export function after(delay_ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, delay_ms);
  return () => clearTimeout(timer);
}

/** 16 hex digits that no other tab has. Works over plain HTTP too, where browsers do not offer crypto.randomUUID. */
export function uniqueName(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
