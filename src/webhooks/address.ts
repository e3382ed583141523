/** Internet addresses as bytes, and the purpose of each range (IANA's special-purpose registries of IPv4 and IPv6). */
import { isIP } from "node:net";

/** `metadata`: a cloud's credential service. `unusable`: multicast, broadcast, unspecified or not for any host. `reserved`: not assigned yet. */
export type AddressKind = "global" | "private" | "loopback" | "link-local" | "metadata" | "reserved" | "unusable";

type Range = readonly [prefix: string, length: number, kind: AddressKind];

/** The first match wins; an address that matches none is global. */
const IPV4_RANGES: readonly Range[] = [
  ["169.254.169.254", 32, "metadata"],
  ["100.100.100.200", 32, "metadata"],
  ["0.0.0.0", 8, "unusable"],
  ["10.0.0.0", 8, "private"],
  ["100.64.0.0", 10, "private"],
  ["127.0.0.0", 8, "loopback"],
  ["169.254.0.0", 16, "link-local"],
  ["172.16.0.0", 12, "private"],
  ["192.0.0.0", 24, "reserved"],
  ["192.0.2.0", 24, "reserved"],
  ["192.88.99.0", 24, "reserved"],
  ["192.168.0.0", 16, "private"],
  ["198.18.0.0", 15, "reserved"],
  ["198.51.100.0", 24, "reserved"],
  ["203.0.113.0", 24, "reserved"],
  ["224.0.0.0", 4, "unusable"],
  ["255.255.255.255", 32, "unusable"],
  ["240.0.0.0", 4, "reserved"],
];

/** The first match wins; an address that matches none is reserved, because only 2000::/3 has been assigned. */
const IPV6_RANGES: readonly Range[] = [
  ["fd00:ec2::254", 128, "metadata"],
  ["fd20:ce::254", 128, "metadata"],
  ["::", 128, "unusable"],
  ["::1", 128, "loopback"],
  // The address inside these is judged by itself; the wrapping makes no difference.
  ["::", 96, "global"],
  ["::ffff:0:0", 96, "global"],
  ["64:ff9b::", 96, "global"],
  // Each network chooses where the inner address is placed, so it cannot be judged.
  ["64:ff9b:1::", 48, "unusable"],
  ["2001::", 32, "global"],
  ["2001::", 23, "reserved"],
  ["2001:db8::", 32, "reserved"],
  ["3fff::", 20, "reserved"],
  ["2000::", 3, "global"],
  ["fc00::", 7, "private"],
  ["fe80::", 10, "link-local"],
  ["fec0::", 10, "private"],
  ["ff00::", 8, "unusable"],
];

const IPV4_TABLE = IPV4_RANGES.map(([prefix, length, kind]) => ({ bytes: addressBytes(prefix)!, length, kind }));
const IPV6_TABLE = IPV6_RANGES.map(([prefix, length, kind]) => ({ bytes: addressBytes(prefix)!, length, kind }));

/** The 4 or 16 bytes of an address in any spelling of RFC 4291, without a zone; null for anything else. */
export function addressBytes(address: string): Uint8Array | null {
  if (isIP(address) === 4) return Uint8Array.from(address.split("."), Number);
  if (isIP(address) !== 6 || address.includes("%")) return null;
  // URL spells an embedded IPv4 part in hexadecimal and leaves at most one "::".
  const [head = "", tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const groups = [...left, ...Array<string>(8 - left.length - right.length).fill("0"), ...right];
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

/** The text of an address's bytes. */
export function canonicalAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, i) => (bytes[2 * i]! * 256 + bytes[2 * i + 1]!).toString(16));
  return new URL(`http://[${groups.join(":")}]/`).hostname.slice(1, -1);
}

/** The purpose of the range of an address. For an address that carries another one, this looks at the outer one only. */
export function kindOf(bytes: Uint8Array): AddressKind {
  const table = bytes.length === 4 ? IPV4_TABLE : IPV6_TABLE;
  const range = table.find((one) => startsWith(bytes, one.bytes, one.length));
  return range?.kind ?? (bytes.length === 4 ? "global" : "reserved");
}

/** IPv4 addresses inside an IPv6 one: mapped, compatible and NAT64 (last 4 bytes), 6to4 (bytes 2 to 5), Teredo (server, and client inverted). */
export function embeddedAddresses(bytes: Uint8Array): Uint8Array[] {
  if (bytes.length === 4) return [];
  const isIn = (prefix: string, length: number) => startsWith(bytes, addressBytes(prefix)!, length);
  if (isIn("::", 127)) return [];
  if (isIn("::", 96) || isIn("::ffff:0:0", 96) || isIn("64:ff9b::", 96)) return [bytes.slice(12)];
  if (isIn("2002::", 16)) return [bytes.slice(2, 6)];
  if (isIn("2001::", 32)) return [bytes.slice(4, 8), bytes.slice(12).map((byte) => byte ^ 255)];
  return [];
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array, length: number): boolean {
  const whole = length >> 3;
  for (let i = 0; i < whole; i += 1) if (bytes[i] !== prefix[i]) return false;
  const rest = length & 7;
  return rest === 0 || bytes[whole]! >> (8 - rest) === prefix[whole]! >> (8 - rest);
}
