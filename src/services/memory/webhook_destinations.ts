/** Decides by this installation's policy where webhooks may go: asked when a trigger is written and again at each attempt. */
import { networkInterfaces } from "node:os";
import type { Clock } from "../../clock";
import { Refusal } from "../../refusals";
import {
  checkDestination,
  parseTargetPolicy,
  type Resolution,
  resolveDestination,
  type TargetPolicy,
} from "../../webhooks/destination";
import { Names } from "../../webhooks/host_addresses";

const LOOPBACK_ADDRESSES = ["127.0.0.1", "::1"];
const WILDCARD_HOSTS = ["0.0.0.0", "::"];
/** A name server that does not answer must not keep a delivery's slot for long. */
const LOOKUP_MS_MAX = 10_000;

export class WebhookDestinations {
  readonly #setting: string;
  readonly #clock: Clock;
  readonly #names = new Names();
  #policy: TargetPolicy;

  /** `setting` is `webhook_targets`. Throws a RangeError that names the entry that is not a target. */
  constructor(setting: string, clock: Clock) {
    this.#setting = setting;
    this.#clock = clock;
    this.#policy = parseTargetPolicy(setting);
  }

  /** Sets the address that this service listens on, so that no webhook fires its triggers in a circle. */
  listensOn(host: string, port: number): void {
    const is_wildcard = WILDCARD_HOSTS.includes(host);
    const bound = host === "localhost" ? LOOPBACK_ADDRESSES : [host];
    const addresses = is_wildcard ? machineAddresses : () => bound;
    this.#policy = parseTargetPolicy(this.#setting, { port, addresses, is_wildcard });
  }

  /** Refuses 422 an address that no webhook may be sent to, and names the address and the setting. */
  require(url: string): void {
    const refused = checkDestination(url, this.#policy);
    if (refused === null) return;
    throw new Refusal("webhook_destination_refused", refused, {
      detail: [{ loc: ["body", "webhook_url"], msg: refused, type: "destination_refused" }],
    });
  }

  /** The checked addresses to connect to, or why there are none. A look-up gets `within_ms` at most. */
  resolve(url: string, within_ms: number): Promise<Resolution> {
    return resolveDestination(url, this.#policy, (host) => this.#lookUp(host, Math.min(within_ms, LOOKUP_MS_MAX)));
  }

  async #lookUp(host: string, within_ms: number): Promise<readonly string[]> {
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#clock.after(within_ms, () => reject(new Error(`no answer about ${host}`)), true);
    try {
      return await Promise.race([this.#names.addressesOf(host), late]);
    } finally {
      cancel();
    }
  }
}

function machineAddresses(): string[] {
  const found = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return [...LOOPBACK_ADDRESSES, ...found.map((entry) => entry.address)];
}
