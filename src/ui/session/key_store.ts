/** The API key of this tab: in sessionStorage, so that it goes with the tab and never stands in an address or a cookie. */

const NAME = "jaot.key";
const listeners = new Set<() => void>();
let api_key = sessionStorage.getItem(NAME);

export function currentKey(): string | null {
  return api_key;
}

/** Keeps the key for this tab; null forgets it. */
export function setKey(key: string | null): void {
  api_key = key;
  if (key === null) sessionStorage.removeItem(NAME);
  else sessionStorage.setItem(NAME, key);
  for (const listener of listeners) listener();
}

/** Calls back on every change; the returned function stops that. */
export function watchKey(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
