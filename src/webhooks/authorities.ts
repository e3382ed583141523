/** Private certificate authorities for webhook receivers, beside the public ones. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, rootCertificates, type SecureContext } from "node:tls";
import { messageOf } from "../log";

const CERTIFICATE_PATTERN = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** A TLS context that trusts the public authorities and those of a PEM file. Made once, because it takes longer than a handshake. Throws a RangeError that says what is wrong with the file. */
export function readAuthorities(path: string): SecureContext {
  return createSecureContext({ ca: [...rootCertificates, ...certificatesOf(path, readText(path))] });
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new RangeError(`cannot read --webhook-ca ${path}: ${messageOf(error)}`);
  }
}

function certificatesOf(path: string, text: string): string[] {
  const found = text.match(CERTIFICATE_PATTERN) ?? [];
  if (found.length === 0) {
    throw new RangeError(
      `--webhook-ca ${path} holds no certificate; expected PEM, which begins -----BEGIN CERTIFICATE-----`,
    );
  }
  for (const [i, pem] of found.entries()) {
    if (!isCertificate(pem))
      throw new RangeError(`--webhook-ca ${path}: certificate ${i + 1} of ${found.length} cannot be read`);
  }
  return found;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== "";
  } catch {
    return false;
  }
}
