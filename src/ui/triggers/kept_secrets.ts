/**
 * Secrets of triggers that were shown in this tab and not yet put away by the reader. They are in memory only, so a reload
 * loses them; the service shows a secret only once.
 */
import { useSyncExternalStore } from "react";

/** The secrets that were shown once for a new or changed trigger. */
export interface KeptSecrets {
  readonly trigger_secret?: string | undefined;
  readonly webhook_secret?: string | undefined;
}

const kept = new Map<string, KeptSecrets>();
const listeners = new Set<() => void>();

/** Adds secrets of a trigger; null removes all of them. */
export function keepSecrets(trigger_id: string, secrets: KeptSecrets | null): void {
  if (secrets === null) kept.delete(trigger_id);
  else if (secrets.trigger_secret !== undefined || secrets.webhook_secret !== undefined) {
    const { trigger_secret = kept.get(trigger_id)?.trigger_secret } = secrets;
    const { webhook_secret = kept.get(trigger_id)?.webhook_secret } = secrets;
    kept.set(trigger_id, { trigger_secret, webhook_secret });
  }
  for (const listener of listeners) listener();
}

export function useKeptSecrets(trigger_id: string): KeptSecrets {
  return useSyncExternalStore(watch, () => kept.get(trigger_id) ?? NONE);
}

const NONE: KeptSecrets = {};

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
