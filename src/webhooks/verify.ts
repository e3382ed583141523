/** The receiver's side of the signatures, as README.md advises it; used by `jaot-triggers inbox`. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { standardKey } from "./signature";

/** How far a delivery's time may be from the receiver's before it counts as a replay: what Standard Webhooks advises. */
const AGE_SECONDS_MAX = 300;

export interface ReceivedWebhook {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
}

/** What is wrong with each of the two signatures; null: it is right. */
export interface SignatureFindings {
  readonly compat: string | null;
  readonly standard: string | null;
}

/** Checks both signatures against every known secret: the current one and, during a change, the other one. */
export function checkSignatures(
  received: ReceivedWebhook,
  secrets: readonly string[],
  now_ms: number,
): SignatureFindings {
  const compat = compatFault(received, secrets);
  const standard = standardFault(received, secrets, now_ms);
  const is_changing = compat !== null && standard === null;
  return {
    compat: is_changing ? `${compat}; for a day after a change it is made with the new secret alone` : compat,
    standard,
  };
}

function compatFault({ headers, body }: ReceivedWebhook, secrets: readonly string[]): string | null {
  const given = headers["x-jaot-signature"];
  if (given === undefined) return "is missing";
  const is_fitting = secrets.some((secret) => isSame(given, createHmac("sha256", secret).update(body).digest("hex")));
  return is_fitting ? null : "does not fit: another secret, or a body that was changed on its way";
}

function standardFault({ headers, body }: ReceivedWebhook, secrets: readonly string[], now_ms: number): string | null {
  const { "webhook-id": id, "webhook-timestamp": time, "webhook-signature": signatures } = headers;
  if (id === undefined || time === undefined || signatures === undefined) {
    return "is missing, or webhook-id or webhook-timestamp is";
  }
  const versions = signatures.split(" ").filter((one) => one.startsWith("v1,"));
  const is_fitting = secrets.some((secret) => {
    const hmac = createHmac("sha256", standardKey(secret)).update(`${id}.${time}.`).update(body);
    const expected = `v1,${hmac.digest("base64")}`;
    return versions.some((given) => isSame(given, expected));
  });
  if (!is_fitting) return "does not fit: another secret, or id, time or body were changed on their way";
  const age_seconds = Math.round(now_ms / 1000 - Number(time));
  if (Math.abs(age_seconds) <= AGE_SECONDS_MAX) return null;
  return `fits, but its time is ${Math.abs(age_seconds)} s ${age_seconds > 0 ? "ago" : "ahead"}: a replay, or a clock that is wrong`;
}

/** In constant time, so that a sender cannot find a signature step by step. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
