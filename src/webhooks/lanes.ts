/**
 * Which triggers have deliveries due, in memory beside the database: one instant per trigger, that of its earliest delivery.
 * Triggers take turns, so that a receiver with ten thousand waiting deliveries delays no other.
 */
export class DeliveryLanes {
  /** In the order of turns: a Map keeps its order of insertion. */
  readonly #due = new Map<string, number>();

  /** Notes that a delivery of this trigger is due then; keeps an earlier instant. */
  note(trigger_id: string, at: number): void {
    this.#due.set(trigger_id, Math.min(at, this.#due.get(trigger_id) ?? at));
  }

  /**
   * Triggers with deliveries that are due, and how many of each; `room` says how many of a trigger may be sent now, 0 for
   * none. They are removed from the lanes: call `note` again for what is left of each.
   */
  take(now: number, room: (trigger_id: string) => number): { trigger_id: string; limit: number }[] {
    const taken: { trigger_id: string; limit: number }[] = [];
    for (const [trigger_id, at] of this.#due) {
      if (at > now) continue;
      const limit = room(trigger_id);
      if (limit > 0) taken.push({ trigger_id, limit });
    }
    for (const { trigger_id } of taken) this.#due.delete(trigger_id);
    return taken;
  }

  /** The next instant after `now` at which something falls due; null when nothing does. */
  nextAfter(now: number): number | null {
    let next: number | null = null;
    for (const at of this.#due.values()) if (at > now && (next === null || at < next)) next = at;
    return next;
  }
}
