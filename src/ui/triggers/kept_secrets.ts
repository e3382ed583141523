/**
 * Secrets of triggers that were shown in this tab and not yet put away by the reader: in memory alone, so that a reload
 * loses them as the service's one answer says it will.
 */
const kept = new Map<string, string>();

export function keepSecret(trigger_id: string, secret: string): void {
  kept.set(trigger_id, secret);
}
