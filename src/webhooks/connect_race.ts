/**
 * Finds which of several addresses accepts a connection first (RFC 8305, "Happy Eyeballs"). Each gets a head start on the next one, so
 * that the resolver's order decides among those that answer, and an address that drops connects silently costs a quarter of a
 * second and not the whole deadline. Nothing is sent: the connections are closed, and the POST opens one of its own.
 */
import { createConnection, isIP, type Socket } from "node:net";
import type { Clock } from "../clock";

/** Section 8 of the RFC recommends it. */
const HEAD_START_MS = 250;

/** Alternates between the address families, starting with that of the first address; each keeps its order (section 4). */
export function alternating(addresses: readonly string[]): string[] {
  const first = addresses.filter((address) => isIP(address) === isIP(addresses[0]!));
  const second = addresses.filter((address) => !first.includes(address));
  const pairs = Array.from({ length: Math.max(first.length, second.length) }, (_, i) => [first[i], second[i]]);
  return pairs.flat().filter((address) => address !== undefined);
}

/**
 * The first address that accepts a connection or, when all refuse, the last one to refuse, so that the caller gets its reason when it
 * connects to it. Null when none has done either within `deadline_ms`.
 */
export function firstToConnect(
  addresses: readonly string[],
  port: number,
  deadline_ms: number,
  clock: Clock,
): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const sockets = new Set<Socket>();
  let next = 0;
  let failed = 0;
  let cancelNext = (): void => {};
  const settle = (address: string | null): void => {
    cancelDeadline();
    cancelNext();
    for (const socket of sockets) socket.destroy();
    resolve(address);
  };
  const begin = (): void => {
    cancelNext();
    const address = addresses[next];
    if (address === undefined) return;
    next += 1;
    const socket = createConnection({ host: address, port });
    sockets.add(socket);
    let is_over = false;
    const fail = (): void => {
      if (is_over) return;
      is_over = true;
      failed += 1;
      if (failed === addresses.length) settle(address);
      else begin();
    };
    // This listener stays: a destroyed connection may raise a late error.
    socket.on("error", fail);
    socket.on("connect", () => settle(address));
    if (next < addresses.length) cancelNext = clock.after(HEAD_START_MS, begin);
  };
  const cancelDeadline = clock.after(deadline_ms, () => settle(null));
  begin();
  return promise;
}
