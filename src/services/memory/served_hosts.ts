/**
 * The names that this service answers to. A page on another site can point a name of its own at this machine (DNS
 * rebinding); its requests then carry that name as their Host, which is how they are told apart.
 */
import { networkInterfaces } from "node:os";

const LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]"];
const WILDCARD_HOSTS = ["0.0.0.0", "::"];
/** Ports that a browser leaves out of a Host. */
const UNSPOKEN_PORTS = [80, 443];

export class ServedHosts {
  readonly #host: string;
  readonly #public_hosts: readonly string[];
  #port = 0;
  #known = new Set<string>();

  /** `host` is the address that the service listens on; `public_hosts` are further names, each with or without a port. */
  constructor(host: string, public_hosts: readonly string[]) {
    this.#host = host;
    this.#public_hosts = public_hosts.map((name) => name.toLowerCase());
  }

  /** Sets the port, which is known once the service listens. */
  listensOn(port: number): void {
    this.#port = port;
    const own = WILDCARD_HOSTS.includes(this.#host) ? [] : [bracketed(this.#host.toLowerCase())];
    this.#known = new Set([
      ...[...LOOPBACK_NAMES, ...own].flatMap((name) => this.#spellings(name)),
      // A proxy in front forwards the name as its client wrote it: without a port where the proxy listens on a usual one.
      ...this.#public_hosts.flatMap((name) => (hasPort(name) ? [name] : [name, `${name}:${port}`])),
    ]);
  }

  /** True for the Host of a request that is meant for this service; null is a request without one. */
  isServed(host: string | null): boolean {
    if (host === null) return false;
    const name = host.toLowerCase();
    return this.#known.has(name) || (WILDCARD_HOSTS.includes(this.#host) && this.#isOwnAddress(name));
  }

  /**
   * True also for the Host of a simple client that still means this service: none or an empty one (HTTP/1.0), a served name
   * without its port, or with the port of a scheme.
   */
  isServedLoosely(host: string | null): boolean {
    if (host === null || host === "") return true;
    return this.isServed(`${withoutSchemePort(host)}:${this.#port}`);
  }

  /** Host values that a caller at that address may send instead of the refused one. */
  exampleFor(client: string, refused: string | null): string {
    const full = `${withoutSchemePort(refused ?? "")}:${this.#port}`;
    if (refused !== null && this.isServed(full)) return full;
    const public_host = this.#public_hosts[0];
    if (WILDCARD_HOSTS.includes(this.#host)) {
      if (isLoopbackAddress(client)) return `${LOOPBACK_NAMES[1]}:${this.#port}`;
      return public_host ?? `the address that you connect to, with the port: ADDRESS:${this.#port}`;
    }
    // A client that reaches a loopback address is on this machine or behind a proxy on it.
    const own = LOOPBACK_NAMES.includes(this.#host) || isLoopbackAddress(this.#host);
    if (!own && public_host !== undefined) return public_host;
    return `${bracketed(this.#host.toLowerCase())}:${this.#port}`;
  }

  /**
   * True for an address of this machine. They are read each time, because addresses come and go while the service
   * runs. A literal address cannot be rebound.
   */
  #isOwnAddress(name: string): boolean {
    const entries = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
    return entries.some((entry) => this.#spellings(bracketed(entry.address.toLowerCase())).includes(name));
  }

  #spellings(name: string): string[] {
    return UNSPOKEN_PORTS.includes(this.#port) ? [name, `${name}:${this.#port}`] : [`${name}:${this.#port}`];
  }
}

function withoutSchemePort(host: string): string {
  return host.toLowerCase().replace(/:(?:80|443)$/, "");
}

function isLoopbackAddress(address: string): boolean {
  return address === "::1" || /^(?:::ffff:)?127\./.test(address);
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}

function hasPort(name: string): boolean {
  return /:\d+$/.test(name);
}
