/**
 * Sealing of webhook secrets. They must be readable to sign with, so they are encrypted, not hashed: AES-256-GCM under a key
 * in a file of its own beside the database (or in the environment), so that a copied database alone reveals
 * nothing.
 *
 * A sealed value is one byte of format, 12 of nonce, the ciphertext and 16 of tag. The context, the id of what
 * the secret belongs to, is authenticated with it, so a value moved to another row does not open.
 *
 * A backup has a copy of the key file beside it, named after the backup with `.key`: without it a restored database delivers
 * no signed webhooks. To keep the two apart, give the key in the environment; then there is no key file.
 */
import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ids } from "../../ids";
import { platform } from "../../platform/current";
import { writePrivate } from "../../platform/private_file";
import { DataDirectoryError } from "./data_directory";

export type SealKey = KeyObject;

export const KEY_FILE = "seal.key";
const KEY_BYTES = 32;
const FORMAT_AES_256_GCM = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEX_KEY_PATTERN = /^[0-9a-f]{64}$/i;

/** True when the directory has its own key file. */
export function hasSealKey(directory: string): boolean {
  return existsSync(join(directory, KEY_FILE));
}

/**
 * The key of this data directory: `given` (32 bytes, hex or base64) when there is one, else the key file, which is created
 * at the first start. Throws a DataDirectoryError that says what is wrong with either.
 */
export function loadSealKey(directory: string, given: string | null, random: (count: number) => Uint8Array): SealKey {
  if (given !== null) {
    const key = parseKey(given);
    if (key === null) throw new DataDirectoryError(1, "JAOT_SECRET_KEY must be 32 bytes as 64 hex digits or as base64");
    return key;
  }
  const path = join(directory, KEY_FILE);
  if (!existsSync(path)) writePrivate(path, `${Buffer.from(random(KEY_BYTES)).toString("hex")}\n`);
  // A restored backup may have wider permissions.
  platform.files.makePrivate(path);
  const key = parseKey(readFileSync(path, "utf8").trim());
  if (key === null) {
    throw new DataDirectoryError(
      1,
      `${path} does not hold a key (64 hex digits); put its backup back, or remove it and set each webhook secret again`,
    );
  }
  return key;
}

/** Path of the key that belongs to a backup. */
export function keyFileOf(backup: string): string {
  return `${backup}.key`;
}

/** True when the key of this directory, or the one given, opens that sealed value. */
export function opensWith(directory: string, given: string | null, sealed: Uint8Array, context: string): boolean {
  const text = given ?? (hasSealKey(directory) ? readFileSync(join(directory, KEY_FILE), "utf8").trim() : "");
  const key = parseKey(text);
  if (key === null) return false;
  try {
    unseal(key, sealed, context);
    return true;
  } catch {
    return false;
  }
}

/** Seals a text for one owner; `context` is the owner's id. */
export function seal(key: SealKey, plaintext: string, context: string, ids: Pick<Ids, "bytes">): Buffer {
  const nonce = ids.bytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  cipher.setAAD(Buffer.from(context, "utf8"));
  const sealed = [cipher.update(plaintext, "utf8"), cipher.final()];
  return Buffer.concat([Uint8Array.of(FORMAT_AES_256_GCM), nonce, ...sealed, cipher.getAuthTag()]);
}

/** Opens a sealed text. Throws when the value was changed, or belongs to another context or key. */
export function unseal(key: SealKey, sealed: Uint8Array, context: string): string {
  const nonce_end = 1 + NONCE_BYTES;
  const tag_start = sealed.length - TAG_BYTES;
  try {
    if (sealed[0] !== FORMAT_AES_256_GCM || tag_start < nonce_end) throw new RangeError("not a sealed value");
    const nonce = sealed.subarray(1, nonce_end);
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.from(context, "utf8"));
    decipher.setAuthTag(sealed.subarray(tag_start));
    return Buffer.concat([decipher.update(sealed.subarray(nonce_end, tag_start)), decipher.final()]).toString("utf8");
  } catch (cause) {
    throw new Error(
      `the secret of ${context} does not open with this key; put back the ${KEY_FILE} (or JAOT_SECRET_KEY) that it was sealed with, or set the secret again`,
      { cause },
    );
  }
}

function parseKey(text: string): SealKey | null {
  const key = HEX_KEY_PATTERN.test(text) ? Buffer.from(text, "hex") : Buffer.from(text, "base64");
  const is_whole = HEX_KEY_PATTERN.test(text) || key.toString("base64") === text;
  return is_whole && key.length === KEY_BYTES ? createSecretKey(key) : null;
}
