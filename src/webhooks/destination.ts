/**
 * Where a webhook may go. A name is resolved once, all its addresses are judged, and the caller connects to
 * the addresses returned, so a DNS answer that changes between the check and the connection has no effect.
 *
 * URL turns every IPv4 form (decimal, octal, short, full-width digits) into four decimals before anything is judged. An
 * IPv6 address that carries an IPv4 one inside is judged by both.
 */
import { BlockList, isIP } from "node:net";
import { type AddressKind, addressBytes, canonicalAddress, embeddedAddresses, kindOf } from "./address";

/** What the operator allows, read from `webhook_targets`. */
export interface TargetPolicy {
  readonly allows: "private" | "public" | "list";
  /** The setting as the operator wrote it, for messages. */
  readonly setting: string;
  readonly networks: BlockList;
  /** Host names in lower case, without a final dot. */
  readonly names: ReadonlySet<string>;
  readonly own: OwnEndpoint | null;
}

/** Where this service itself listens: a webhook there could fire triggers in a circle. */
export interface OwnEndpoint {
  readonly port: number;
  /** The address it is bound to, or all current addresses of this machine when it is bound to all. */
  readonly addresses: () => readonly string[];
  /** True when it is bound to all addresses: then all of 127.0.0.0/8 leads here too. */
  readonly is_wildcard: boolean;
}

/** Finds all addresses of a host name; rejects when it has none. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export type Resolution = { readonly addresses: readonly string[] } | { readonly refused: string };

const URL_LENGTH_MAX = 2048;
const SCHEME_PORTS: Readonly<Record<string, number>> = { "http:": 80, "https:": 443 };
/** Ports of servers that read lines and would take a webhook for commands: FTP, SSH, Telnet, mail, IRC. */
const FOREIGN_PORTS: ReadonlySet<number> = new Set([21, 22, 23, 25, 110, 143, 465, 587, 993, 995, 6667]);
const HOST_NAME_PATTERN = /^(?!-)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*$/i;
/** An address with too few or too many parts, which no host name looks like. */
const DIGITS_PATTERN = /^[\d.]+$/;
const KINDS_ALLOWED: { readonly [Allows in "private" | "public"]: ReadonlySet<AddressKind> } = {
  private: new Set<AddressKind>(["global", "private", "loopback"]),
  public: new Set<AddressKind>(["global"]),
};

/**
 * Reads `private`, `public` or a comma-separated list of CIDRs, addresses and host names. Throws a RangeError that
 * names the entry that is none of these.
 */
export function parseTargetPolicy(setting: string, own: OwnEndpoint | null = null): TargetPolicy {
  const networks = new BlockList();
  const names = new Set<string>();
  const trimmed = setting.trim();
  if (trimmed === "private" || trimmed === "public") return { allows: trimmed, setting: trimmed, networks, names, own };
  for (const entry of trimmed.split(",").map((part) => part.trim())) {
    if (addNetwork(networks, entry)) continue;
    if (!HOST_NAME_PATTERN.test(withoutDot(entry)) || DIGITS_PATTERN.test(entry)) {
      throw new RangeError(
        `${JSON.stringify(entry)} is not a CIDR such as 10.0.0.0/8, nor a host name; webhook_targets is private, public or a list of these`,
      );
    }
    names.add(withoutDot(entry));
  }
  return { allows: "list", setting: trimmed, networks, names, own };
}

/** What is wrong with the text of a webhook URL, or null. A name is judged again when it is resolved. */
export function checkDestination(text: string, policy: TargetPolicy): string | null {
  const url = parseUrl(text);
  if (typeof url === "string") return url;
  const host = hostOf(url);
  return isIP(host) === 0 ? null : refusalOf(host, host, portOf(url), policy);
}

/** The addresses that may be connected to, in the resolver's order, once all addresses of the host have passed; otherwise the reason. */
export async function resolveDestination(text: string, policy: TargetPolicy, lookup: Lookup): Promise<Resolution> {
  const url = parseUrl(text);
  if (typeof url === "string") return { refused: url };
  const host = hostOf(url);
  const found = isIP(host) === 0 ? await addressesOf(host, lookup) : [host];
  for (const address of found) {
    const refused = refusalOf(address, host, portOf(url), policy);
    if (refused !== null) return { refused };
  }
  if (found.length === 0) return { refused: `${host} has no address; check the name and this machine's DNS` };
  return { addresses: found };
}

/** A failed look-up counts as no address: the attempt fails and is tried again. */
async function addressesOf(host: string, lookup: Lookup): Promise<readonly string[]> {
  try {
    return await lookup(host);
  } catch {
    return [];
  }
}

function parseUrl(text: string): URL | string {
  if (text.length > URL_LENGTH_MAX)
    return `the URL has ${text.length} characters; at most ${URL_LENGTH_MAX} are allowed`;
  if (!URL.canParse(text)) return "this is not a URL; expected one such as https://example.com/hook";
  const url = new URL(text);
  if (SCHEME_PORTS[url.protocol] === undefined) {
    return `${url.protocol.slice(0, 32)} URLs are not allowed; expected http or https`;
  }
  // Deliveries are logged with their URL, so a password in it would end up there.
  if (url.username !== "" || url.password !== "")
    return "a user name or password in the URL is not allowed; leave it out";
  if (url.port === "0") return "port 0 cannot be connected to; give the receiver's port";
  if (FOREIGN_PORTS.has(portOf(url)))
    return `port ${portOf(url)} belongs to a protocol that is not HTTP; give the receiver's port`;
  return url;
}

/** Why an address may not be connected to, or null. `host` is what the user wrote. */
function refusalOf(address: string, host: string, port: number, policy: TargetPolicy): string | null {
  const bytes = addressBytes(address);
  const named = host === address ? address : `${host} (${address})`;
  if (bytes === null) return `${named} is not an address`;
  const forms = [bytes, ...embeddedAddresses(bytes)];
  const kinds = forms.map(kindOf);
  const never = kinds.find((kind) => kind === "link-local" || kind === "metadata" || kind === "unusable");
  if (never !== undefined) return `${named} is a ${never} address, which webhooks never go to; give the receiver's own`;
  if (isOwn(forms, port, policy.own))
    return `${named} on port ${port} is this service itself; give the receiver's address`;
  if (policy.allows === "list") {
    if (policy.names.has(withoutDot(host)) || isListed(policy.networks, forms)) return null;
    return `${named} is not in --webhook-targets (${policy.setting}); add it, its network or its name there`;
  }
  const refused = kinds.find((kind) => !KINDS_ALLOWED[policy.allows as "private" | "public"].has(kind));
  if (refused === undefined) return null;
  return `${named} is a ${refused} address and --webhook-targets is ${policy.setting}; allow it there, by a list such as ${forms.length > 1 ? canonicalAddress(forms.at(-1)!) : address}`;
}

function isOwn(forms: readonly Uint8Array[], port: number, own: OwnEndpoint | null): boolean {
  if (own === null || own.port !== port) return false;
  if (own.is_wildcard && forms.some((form) => kindOf(form) === "loopback")) return true;
  const addresses = own
    .addresses()
    .map(addressBytes)
    .filter((bytes) => bytes !== null);
  return addresses.some((mine) => forms.some((form) => Buffer.compare(mine, form) === 0));
}

/** An address is listed when each form of it that carries traffic is: the inner one for a form that carries another. */
function isListed(networks: BlockList, forms: readonly Uint8Array[]): boolean {
  const judged = forms.length === 1 ? forms : forms.slice(1);
  return judged.every((bytes) => networks.check(canonicalAddress(bytes), bytes.length === 4 ? "ipv4" : "ipv6"));
}

function addNetwork(networks: BlockList, entry: string): boolean {
  const [address = "", length_text, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || address.includes("%") || rest.length > 0) return false;
  const bits = version === 4 ? 32 : 128;
  const length = length_text === undefined ? bits : Number(length_text);
  if (length_text === "" || !Number.isInteger(length) || length < 0 || length > bits) return false;
  networks.addSubnet(address, length, version === 4 ? "ipv4" : "ipv6");
  return true;
}

function hostOf(url: URL): string {
  return url.hostname.startsWith("[") ? url.hostname.slice(1, -1) : url.hostname;
}

function portOf(url: URL): number {
  return url.port === "" ? SCHEME_PORTS[url.protocol]! : Number(url.port);
}

function withoutDot(host: string): string {
  const lower = host.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}
