import { afterEach, expect, test } from "bun:test";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DataDirectoryError } from "../../../src/storage/directory/data_directory";
import { loadSealKey, seal, unseal } from "../../../src/storage/directory/seal";

const directories: string[] = [];

afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

/** Counting bytes: never the same twice, so a nonce that is used again would show. */
function setUp() {
  const directory = mkdtempSync(join(tmpdir(), "seal-"));
  directories.push(directory);
  let drawn = 0;
  const bytes = (count: number) => {
    drawn += count;
    return Uint8Array.from({ length: count }, (_, i) => (drawn + i) % 251);
  };
  return { directory, key_file: join(directory, "seal.key"), bytes, ids: { bytes } };
}

test("a sealed secret opens for its owner and shows nothing of itself", () => {
  const { directory, bytes, ids } = setUp();
  const key = loadSealKey(directory, null, bytes);
  for (const secret of ["whsec_canary", "", "ü".repeat(5000)]) {
    const sealed = seal(key, secret, "trg_1", ids);
    expect(unseal(key, sealed, "trg_1")).toBe(secret);
    if (secret !== "") expect(sealed.includes(secret)).toBe(false);
  }
  expect(seal(key, "x", "trg_1", ids)).not.toEqual(seal(key, "x", "trg_1", ids));
});

test("a value that was moved, changed, cut or sealed with another key does not open", () => {
  const { directory, bytes, ids } = setUp();
  const key = loadSealKey(directory, null, bytes);
  const other = loadSealKey(directory, "11".repeat(32), bytes);
  const sealed = seal(key, "whsec_canary", "trg_1", ids);
  expect(() => unseal(key, sealed, "trg_2")).toThrow("trg_2");
  expect(() => unseal(other, sealed, "trg_1")).toThrow("seal.key");
  for (let i = 0; i < sealed.length; i += 1) {
    const changed = Buffer.from(sealed);
    changed[i]! ^= 1;
    expect(() => unseal(key, changed, "trg_1")).toThrow("does not open");
    expect(() => unseal(key, sealed.subarray(0, i), "trg_1")).toThrow("does not open");
  }
});

test("the key is made once, for its owner alone, and kept", () => {
  const { directory, key_file, bytes, ids } = setUp();
  const sealed = seal(loadSealKey(directory, null, bytes), "whsec_canary", "trg_1", ids);
  expect(readdirSync(directory)).toEqual(["seal.key"]);
  expect(statSync(key_file).mode & 0o777).toBe(0o600);
  expect(readFileSync(key_file, "utf8")).toMatch(/^[0-9a-f]{64}\n$/);
  chmodSync(key_file, 0o644);
  expect(unseal(loadSealKey(directory, null, bytes), sealed, "trg_1")).toBe("whsec_canary");
  expect(statSync(key_file).mode & 0o777).toBe(0o600);
});

test("a given key, hexadecimal or base64, is used and no file is made", () => {
  const { directory, key_file, bytes, ids } = setUp();
  const raw = Buffer.alloc(32, 9);
  const sealed = seal(loadSealKey(directory, raw.toString("hex"), bytes), "whsec_canary", "trg_1", ids);
  expect(unseal(loadSealKey(directory, raw.toString("base64"), bytes), sealed, "trg_1")).toBe("whsec_canary");
  expect(existsSync(key_file)).toBe(false);
});

test.each(["", "canary", "00".repeat(31), Buffer.alloc(33).toString("base64")])(
  "%p is no key and is not shown",
  (given) => {
    const { directory, bytes } = setUp();
    const load = () => loadSealKey(directory, given, bytes);
    expect(load).toThrow(DataDirectoryError);
    expect(load).not.toThrow("canary");
  },
);

test("a damaged key file stops the start and is left as it is", () => {
  const { directory, key_file, bytes } = setUp();
  writeFileSync(key_file, "00".repeat(31));
  expect(() => loadSealKey(directory, null, bytes)).toThrow("put its backup back");
  expect(readFileSync(key_file, "utf8")).toBe("00".repeat(31));
});
