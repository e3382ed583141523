/**
 * The API key of this tab. It is kept in sessionStorage, so that it goes when the tab is closed and is never in an address or
 * in a cookie, which a browser would send to every program on that host, whatever its port. A new tab asks the open tabs of
 * this origin for the key, and asks the person only when none answers. Signing out of one tab signs out every tab that holds the same key.
 */
import { after, uniqueName } from "../clock";

const NAME = "jaot.key";
/** Open tabs answer within a few milliseconds; this is the longest wait when there are none. */
const ANSWER_MS_MAX = 500;

type Message =
  | { readonly kind: "ask"; readonly asker: string }
  | { readonly kind: "key"; readonly asker: string; readonly api_key: string }
  | { readonly kind: "left"; readonly api_key: string };

const channel = new BroadcastChannel("jaot.session");
const listeners = new Set<() => void>();
let api_key = sessionStorage.getItem(NAME);
let why_signed_out: string | null = null;

channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
  if (api_key === null) return;
  if (data.kind === "ask") channel.postMessage({ kind: "key", asker: data.asker, api_key } satisfies Message);
  if (data.kind === "left" && data.api_key === api_key) forgetKey("You signed out in another tab of this browser.");
});

export function currentKey(): string | null {
  return api_key;
}

/** Keeps the key for this tab. */
export function setKey(key: string): void {
  api_key = key;
  why_signed_out = null;
  sessionStorage.setItem(NAME, key);
  for (const listener of listeners) listener();
}

/** Forgets the key of this tab; `why` is shown on the sign-in screen; null when the user signed out. */
export function forgetKey(why: string | null): void {
  api_key = null;
  why_signed_out = why;
  sessionStorage.removeItem(NAME);
  for (const listener of listeners) listener();
}

/** Forgets the key here and in every other tab that holds it. */
export function leave(): void {
  if (api_key !== null) channel.postMessage({ kind: "left", api_key } satisfies Message);
  forgetKey(null);
}

/** Why this tab has no key any more; null when nothing needs to be said. */
export function whySignedOut(): string | null {
  return why_signed_out;
}

/** The key of another open tab; null when none answers. */
export function askOtherTabs(): Promise<string | null> {
  const asker = uniqueName();
  return new Promise((resolve) => {
    const settle = (found: string | null): void => {
      channel.removeEventListener("message", hear);
      stop();
      resolve(found);
    };
    const hear = ({ data }: MessageEvent<Message>): void => {
      if (data.kind === "key" && data.asker === asker) settle(data.api_key);
    };
    const stop = after(ANSWER_MS_MAX, () => settle(null));
    channel.addEventListener("message", hear);
    channel.postMessage({ kind: "ask", asker } satisfies Message);
  });
}

/** Calls back on every change; the returned function stops that. */
export function watchKey(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
