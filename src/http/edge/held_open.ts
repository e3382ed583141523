/**
 * Connections that may be silent for long: a body comes slowly, or an answer waits for a solver. The runtime would drop them after
 * IDLE_SECONDS_MAX. What is lifted for a request stays lifted for its connection, so it is put back before the answer: else every
 * client that goes away without a word after it would keep its connection open for ever.
 */

/** A connection that is silent so long is dropped; routes that wait lift it. */
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

/** For an answer that is a stream of its own: it goes on after its head. */
export function holdForGood(request: Request, server: Connections | null): void {
  held.delete(request);
  server?.timeout(request, 0);
}

/** Right before the answer. */
export function letGo(request: Request, server: Connections | null): void {
  if (held.delete(request)) server?.timeout(request, IDLE_SECONDS_MAX);
}
