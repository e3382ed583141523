/**
 * Connections that may be silent for long, because a body comes slowly or an answer waits for a solver. The runtime would drop
 * them after IDLE_SECONDS_MAX, so that limit is lifted for them. It stays lifted for the whole connection unless it is set again
 * before the answer: otherwise a client that vanished after the answer would keep its connection open for ever.
 */

/** A connection that is silent for this long is dropped; routes that wait lift the limit. */
export const IDLE_SECONDS_MAX = 10;

interface Connections {
  timeout(request: Request, seconds: number): void;
}

const held = new WeakSet<Request>();

/** Keeps the connection of a request open however long it is silent, until it is answered. */
export function holdOpen(request: Request, server: Connections | null): void {
  held.add(request);
  server?.timeout(request, 0);
}

/** Lifts the limit for the rest of the connection, for an answer that is a stream. */
export function holdForGood(request: Request, server: Connections | null): void {
  held.delete(request);
  server?.timeout(request, 0);
}

/** Sets the limit again. Call right before the answer. */
export function letGo(request: Request, server: Connections | null): void {
  if (held.delete(request)) server?.timeout(request, IDLE_SECONDS_MAX);
}
