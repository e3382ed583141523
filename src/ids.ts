/**
 * The only source of randomness and of identifiers. An id is a prefix, 48 bits of time and 80 random bits
 * in Crockford's base 32 (the ULID layout, lower case), so ids sort by creation and cannot be guessed.
 */
import { getRandomValues, randomBytes } from "node:crypto";
import type { Clock } from "./clock";

const ID_PREFIXES = {
  organization: "org_",
  user: "usr_",
  key: "key_",
  workspace: "wsp_",
  document: "doc_",
  version: "ver_",
  trigger: "trg_",
  schedule: "tsch_",
  delivery: "whd_",
  request: "req_",
  incident: "inc_",
  boot: "boot_",
  instance: "ins_",
} as const;
export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
const TIME_DIGITS = 10;
const RANDOM_DIGITS = 16;
const POOL_BYTES = 4096;

export interface Ids {
  /** A new id of that kind. */
  next(kind: IdKind): string;
  /** 80 random bits as 16 digits in base 32. */
  randomDigits(): string;
  /** Cryptographically random bytes. */
  bytes(count: number): Uint8Array;
  /** Uniform in [0, 1), for jitter only. */
  fraction(): number;
}

/** Ids from the system's random source. Random bytes are drawn 4 KiB at a time, because a draw for each id took longer than everything else about it. */
export function systemIds(clock: Clock): Ids {
  const pool = new Uint8Array(POOL_BYTES);
  let used = POOL_BYTES;
  const randomDigits = (): string => {
    if (used + RANDOM_DIGITS > POOL_BYTES) {
      getRandomValues(pool);
      used = 0;
    }
    let digits = "";
    for (let i = 0; i < RANDOM_DIGITS; i += 1) digits += ALPHABET[pool[used + i]! & 31];
    used += RANDOM_DIGITS;
    return digits;
  };
  return {
    randomDigits,
    next: (kind) => ID_PREFIXES[kind] + timeDigits(clock.now()) + randomDigits(),
    bytes: (count) => new Uint8Array(randomBytes(count)),
    fraction: () => Math.random(),
  };
}

function timeDigits(epoch_ms: number): string {
  let rest = Math.max(0, epoch_ms);
  let digits = "";
  for (let i = 0; i < TIME_DIGITS; i += 1) {
    digits = ALPHABET[rest % 32]! + digits;
    rest = Math.floor(rest / 32);
  }
  return digits;
}
