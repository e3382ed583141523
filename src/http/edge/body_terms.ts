/** How large a body each route reads from each sender: only a small one without credentials, since parsed JSON takes many times the memory of its text. */
import type { Clock } from "../../clock";
import type { Config } from "../../config";
import { Refusal } from "../../refusals";
import { BodyPace } from "./body_pace";
import { BodyRoom } from "./body_room";
import { type BodyTerms, tooLarge } from "./request_body";

const MIB_BYTES = 1_048_576;
/** A sign-in link is 64 digits. */
const SIGN_IN_BYTES_MAX = 1024;
/** The secret may be in the body of a fire, so such a body is read without credentials; over 64 KiB it is never parsed on this thread. */
const UNPROVEN_FIRE_BYTES_MAX = MIB_BYTES;
/** Messages of agents are parsed on this thread. */
const AGENT_BYTES_MAX = MIB_BYTES;
const UNPROVEN_ROOM_BYTES = 32 * MIB_BYTES;
/** How many bodies of the largest size fit at once. */
const PROVEN_ROOM_BODIES = 8;
/** The runtime's own minimum. */
const UNPROVEN_RATE_MIN = 16_384;
const SLOW_BODIES_MAX = 4;

export type BodyRoute = "fire" | "solve" | "sign_in" | "agent" | "other";

/** The sender of a body: a key, a trigger or an address, and whether its headers held valid credentials. */
export interface Sender {
  readonly id: string;
  readonly is_proven: boolean;
}

/** Kinds of bodies by the router's spelling of a route. The slash at its end is optional. */
const KINDS: readonly (readonly [RegExp, BodyRoute])[] = [
  [/^\/api\/v2\/triggers\/:trigger_id\/fire(?:-batch)?\/?$/, "fire"],
  [/^\/api\/v2\/solve(?:\/validate)?\/?$/, "solve"],
  [/^\/api\/v2\/session\/?$/, "sign_in"],
  [/^\/mcp\/?$/, "agent"],
];

/** The kind of body that a route takes. */
export function bodyRouteOf(route: string): BodyRoute {
  return KINDS.find(([pattern]) => pattern.test(route))?.[1] ?? "other";
}

export class BodyRules {
  readonly #body_bytes_max: number;
  readonly #proven: { readonly room: BodyRoom; readonly pace: BodyPace };
  readonly #unproven: { readonly room: BodyRoom; readonly pace: BodyPace };

  constructor(config: Pick<Config, "max_body_mb" | "body_bytes_per_second_min">, clock: Clock) {
    const rate_min = config.body_bytes_per_second_min;
    const show_secret = "send the secret or key in the header, as Authorization: Bearer";
    this.#body_bytes_max = config.max_body_mb * MIB_BYTES;
    this.#proven = {
      room: new BodyRoom(PROVEN_ROOM_BODIES * this.#body_bytes_max, "send it again in a second"),
      pace: new BodyPace(clock, {
        rate_min,
        slow_bodies_max: SLOW_BODIES_MAX,
        advice: "send less, or lower --body-bytes-per-second-min",
      }),
    };
    this.#unproven = {
      room: new BodyRoom(UNPROVEN_ROOM_BYTES, show_secret),
      pace: new BodyPace(clock, { rate_min: UNPROVEN_RATE_MIN, slow_bodies_max: SLOW_BODIES_MAX, advice: show_secret }),
    };
  }

  /** The largest body that anyone may send. */
  get body_bytes_max(): number {
    return this.#body_bytes_max;
  }

  termsFor(route: BodyRoute, sender: Sender): BodyTerms {
    const keeps_large = route === "fire" || route === "solve";
    const shared = { ...(sender.is_proven ? this.#proven : this.#unproven), sender: sender.id, keeps_large };
    if (route === "sign_in") return { ...shared, bytes_max: SIGN_IN_BYTES_MAX, tooLarge: signInTooLarge };
    if (!sender.is_proven) return { ...shared, bytes_max: UNPROVEN_FIRE_BYTES_MAX, tooLarge: tooLargeUnproven };
    if (route === "agent") return { ...shared, bytes_max: AGENT_BYTES_MAX, tooLarge: () => tooLarge(AGENT_BYTES_MAX) };
    return { ...shared, bytes_max: this.#body_bytes_max, tooLarge: () => tooLarge(this.#body_bytes_max) };
  }
}

function signInTooLarge(): Refusal {
  return new Refusal(
    "body_too_large",
    `A body with a sign-in link has at most ${SIGN_IN_BYTES_MAX} bytes; send the link alone`,
  );
}

function tooLargeUnproven(): Refusal {
  return new Refusal(
    "body_too_large",
    "A body over 1 MiB is read only from senders that show their secret in the headers; send it as Authorization: Bearer",
  );
}
