/**
 * Both signatures of every delivery, made with one secret that the user sees.
 *
 * `x-jaot-signature` uses the secret's text, including its prefix, as the key and covers the body alone. `webhook-signature` is Standard
 * Webhooks (https://www.standardwebhooks.com): its key is the decoded bytes of a `whsec_` secret, and it signs id and
 * time too, so that a receiver can refuse a replay.
 */
import { createHmac } from "node:crypto";

const SECRET_PREFIX = "whsec_";
const SECRET_BYTES = 32;
const STANDARD_KEY_BYTES_MIN = 24;
const STANDARD_KEY_BYTES_MAX = 64;
/** Valid message ids: a dot would make the signed text ambiguous. */
const MESSAGE_ID_PATTERN = /^[A-Za-z0-9_-]{1,64}$/;

export interface SigningRequest {
  /** Stable across retries and redelivery; letters, digits, `_` and `-`, at most 64. */
  readonly id: string;
  /** Unix seconds of this attempt. */
  readonly timestamp_seconds: number;
  /** The bytes that are sent. */
  readonly body: Uint8Array | string;
  readonly secret: string;
  /** The secret before the last change, while receivers may still hold it: signs as a second `v1`. */
  readonly previous_secret?: string | null;
}

/** The signature headers of one attempt. Throws a RangeError for an id that would make the signed text ambiguous. */
export function signPayload(request: SigningRequest): Record<string, string> {
  const { id, timestamp_seconds, body, secret, previous_secret = null } = request;
  if (!MESSAGE_ID_PATTERN.test(id)) {
    throw new RangeError(`a webhook id is 1 to 64 letters, digits, _ and -, found ${JSON.stringify(id)}`);
  }
  const secrets = previous_secret === null ? [secret] : [secret, previous_secret];
  const standard = secrets.map((one) => {
    const hmac = createHmac("sha256", standardKey(one));
    return `v1,${hmac.update(`${id}.${timestamp_seconds}.`).update(body).digest("base64")}`;
  });
  return {
    "x-jaot-signature": createHmac("sha256", Buffer.from(secret, "utf8")).update(body).digest("hex"),
    "webhook-id": id,
    "webhook-timestamp": String(timestamp_seconds),
    "webhook-signature": standard.join(" "),
  };
}

/** A new secret, `whsec_` and 32 random bytes in base64: the form that Standard Webhooks libraries take. */
export function makeWebhookSecret(random: (count: number) => Uint8Array): string {
  return SECRET_PREFIX + Buffer.from(random(SECRET_BYTES)).toString("base64");
}

/** Removes blanks and line ends around a secret that was copied from a file or a page. */
export function trimmedSecret(given: string): string {
  return given.replace(/^[\s\u200b\ufeff]+|[\s\u200b\ufeff]+$/g, "");
}

/** What a receiver with a library of Standard Webhooks must do to verify this secret, and why; null: nothing, it takes it as it is. */
export function secretWarning(secret: string): string | null {
  if (isStandard(secret)) return null;
  return `${faultOf(secret)}, so libraries of Standard Webhooks do not take this secret as it is: webhook-signature is keyed with its whole text, and receivers must be told so (format "raw"); or give whsec_ and base64 of ${STANDARD_KEY_BYTES_MIN} to ${STANDARD_KEY_BYTES_MAX} bytes, or null for one that is made. x-jaot-signature works with any secret`;
}

function isStandard(secret: string): boolean {
  return !standardKey(secret).equals(Buffer.from(secret, "utf8"));
}

function faultOf(secret: string): string {
  const at = secret.indexOf(SECRET_PREFIX);
  if (at > 0) return `webhook_secret has something before ${SECRET_PREFIX}`;
  if (at < 0) return `webhook_secret does not begin with ${SECRET_PREFIX}`;
  const encoded = secret.slice(SECRET_PREFIX.length);
  // Buffer reads base64 with and without padding, and its URL-safe digits.
  const key = Buffer.from(encoded, "base64");
  if (key.toString("base64") === encoded) return `webhook_secret holds ${key.length} bytes after ${SECRET_PREFIX}`;
  if (key.toString("base64url") === encoded.replaceAll("=", "") || isUnpadded(encoded, key)) {
    return `what follows ${SECRET_PREFIX} in webhook_secret is base64 without its padding, or URL-safe`;
  }
  return `what follows ${SECRET_PREFIX} in webhook_secret is not base64`;
}

function isUnpadded(encoded: string, key: Buffer): boolean {
  return key.toString("base64").replaceAll("=", "") === encoded.replaceAll("=", "");
}

/** The bytes behind `whsec_` when they are canonical base64 of a valid length, else the secret's own text. */
export function standardKey(secret: string): Buffer {
  if (secret.startsWith(SECRET_PREFIX)) {
    const encoded = secret.slice(SECRET_PREFIX.length);
    const key = Buffer.from(encoded, "base64");
    const is_fitting = key.length >= STANDARD_KEY_BYTES_MIN && key.length <= STANDARD_KEY_BYTES_MAX;
    // Buffer skips characters that are not base64, so only text that comes back unchanged was base64.
    if (is_fitting && key.toString("base64") === encoded) return key;
  }
  return Buffer.from(secret, "utf8");
}
