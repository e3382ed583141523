/** The certificate and key with which the service itself serves TLS. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Config } from "../../config";
import { messageOf } from "../../log";

export interface Certificate {
  /** PEM, followed by its chain. */
  readonly cert: string;
  readonly key: string;
  /** Epoch ms. */
  readonly expires_at: number;
}

/** Reads both files; null when they are not set. Throws a RangeError that says which file is wrong, and how. */
export function readCertificate({ tls_cert, tls_key }: Pick<Config, "tls_cert" | "tls_key">): Certificate | null {
  if (tls_cert === null && tls_key === null) return null;
  if (tls_cert === null) throw new RangeError("--tls-key is given without --tls-cert; TLS needs both");
  if (tls_key === null) throw new RangeError("--tls-cert is given without --tls-key; TLS needs both");
  const cert = read("--tls-cert", tls_cert);
  const key = read("--tls-key", tls_key);
  const parsed = parse("--tls-cert", tls_cert, "a certificate", () => new X509Certificate(cert));
  const private_key = parse("--tls-key", tls_key, "a private key without a passphrase", () => createPrivateKey(key));
  if (!parsed.checkPrivateKey(private_key)) {
    throw new RangeError(`--tls-key ${tls_key} does not belong to the certificate of ${tls_cert}`);
  }
  return { cert, key, expires_at: Date.parse(parsed.validTo) };
}

function read(flag: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new RangeError(`${flag}: cannot read ${path}: ${messageOf(error)}`);
  }
}

function parse<Parsed>(flag: string, path: string, expected: string, make: () => Parsed): Parsed {
  try {
    return make();
  } catch {
    throw new RangeError(`${flag}: ${path} does not hold ${expected} in PEM`);
  }
}
