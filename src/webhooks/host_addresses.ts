/**
 * The addresses of host names, from /etc/hosts and DNS.
 *
 * Uses c-ares, because the system's own look-up blocks a thread of the pool that also syncs the database: beside 64 look-ups
 * at a silent name server a sync took 20 s on two cores, and no fire was accepted meanwhile. c-ares reads
 * resolv.conf once, so its name servers are set again when the file has changed, which happens when a network comes up late.
 * From /etc/hosts it takes only the first line of a name, and none for a name with a final dot, so that file is read here.
 */
import { setServers } from "node:dns";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { dns } from "bun";
import { platform } from "../platform/current";

const { resolver_file } = platform;
const OPTIONS = resolver_file === null ? {} : ({ backend: "c-ares" } as const);
const NAME_SERVER_PATTERN = /^[ \t]*nameserver[ \t]+(\S+)/gm;
/** A longer file is a list of names to block, and is left to c-ares: reading it would hold the thread. */
const HOSTS_BYTES_MAX = 1_048_576;
const LOOPBACK_ADDRESSES = ["127.0.0.1", "::1"];
/** `localhost` and all below it never leave the machine (RFC 6761, 6.3). */
const LOCALHOST_PATTERN = /^(?:.+\.)?localhost$/;

export class Names {
  readonly #hosts_file: string | null;
  #file_seen = fileMark(resolver_file);
  #hosts_seen = "";
  #hosts: ReadonlyMap<string, readonly string[]> = new Map();

  constructor(hosts_file: string | null = platform.hosts_file) {
    this.#hosts_file = hosts_file;
  }

  /** All addresses of a name, in the order in which to try them. Rejects when it has none. */
  async addressesOf(host: string): Promise<readonly string[]> {
    const name = host.toLowerCase().replace(/\.$/, "");
    const written = this.#writtenFor(name);
    if (written !== undefined) return written;
    if (LOCALHOST_PATTERN.test(name)) return LOOPBACK_ADDRESSES;
    this.#followFile();
    const found = await dns.lookup(host, OPTIONS);
    return found.map(({ address }) => address);
  }

  /** The addresses from all lines of the hosts file that contain the name, in order. */
  #writtenFor(name: string): readonly string[] | undefined {
    const mark = fileMark(this.#hosts_file);
    if (mark !== this.#hosts_seen) {
      this.#hosts_seen = mark;
      this.#hosts = readHosts(this.#hosts_file);
    }
    return this.#hosts.get(name);
  }

  #followFile(): void {
    const mark = fileMark(resolver_file);
    if (mark === this.#file_seen) return;
    this.#file_seen = mark;
    const servers = readNameServers();
    if (servers.length > 0) setServers(servers);
  }
}

/** Changes whenever the file does; "" while there is no file. */
function fileMark(path: string | null): string {
  const stat = path === null ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

/** Lines of an address and its names (hosts(5)); `#` begins a comment. */
function readHosts(path: string | null): Map<string, string[]> {
  const hosts = new Map<string, string[]>();
  for (const line of readSmallFile(path).split("\n")) {
    const [address = "", ...names] = line.split("#", 1)[0]!.trim().split(/\s+/);
    if (isIP(address) === 0 || address.includes("%")) continue;
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, "");
      const known = hosts.get(key) ?? [];
      if (!known.includes(address)) hosts.set(key, [...known, address]);
    }
  }
  return hosts;
}

function readSmallFile(path: string | null): string {
  try {
    return path === null || statSync(path).size > HOSTS_BYTES_MAX ? "" : readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function readNameServers(): string[] {
  try {
    const lines = readFileSync(resolver_file!, "utf8").matchAll(NAME_SERVER_PATTERN);
    return [...lines].map(([, address = ""]) => address).filter((address) => isIP(address) !== 0);
  } catch {
    // The file is being replaced: the next look-up sees the new one.
    return [];
  }
}
