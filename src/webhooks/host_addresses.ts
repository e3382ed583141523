/**
 * The addresses of host names, from /etc/hosts and DNS.
 *
 * By c-ares, because the system's own look-up blocks a thread of the pool that syncs the database too: beside 64 look-ups
 * at a silent name server a sync took 20 s on two cores, and no fire was accepted meanwhile. c-ares reads
 * resolv.conf once, so its name servers are set anew when the file has changed, as it does when a network comes up late.
 */
import { setServers } from "node:dns";
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import { dns } from "bun";
import { platform } from "../platform/current";

const { resolver_file } = platform;
const OPTIONS = resolver_file === null ? {} : ({ backend: "c-ares" } as const);
const NAME_SERVER_PATTERN = /^[ \t]*nameserver[ \t]+(\S+)/gm;

export class Names {
  #file_seen = fileMark();

  /** All addresses of a name, in the order in which to try them. Rejects when it has none. */
  async addressesOf(host: string): Promise<string[]> {
    this.#followFile();
    const found = await dns.lookup(host, OPTIONS);
    return found.map(({ address }) => address);
  }

  #followFile(): void {
    const mark = fileMark();
    if (mark === this.#file_seen) return;
    this.#file_seen = mark;
    const servers = readNameServers();
    if (servers.length > 0) setServers(servers);
  }
}

/** What tells one state of the file from another; "" while there is none. */
function fileMark(): string {
  const stat = resolver_file === null ? undefined : statSync(resolver_file, { throwIfNoEntry: false });
  return stat === undefined ? "" : `${stat.ino} ${stat.mtimeMs} ${stat.size}`;
}

function readNameServers(): string[] {
  try {
    const lines = readFileSync(resolver_file!, "utf8").matchAll(NAME_SERVER_PATTERN);
    return [...lines].map(([, address = ""]) => address).filter((address) => isIP(address) !== 0);
  } catch {
    // Being replaced just now: the next look-up sees the new one.
    return [];
  }
}
