/**
 * The deliveries that the deliverer has claimed: the attempts under way to each host, and those claimed ahead, which wait
 * for an attempt to end.
 *
 * A receiver that hangs occupies a place for as long as an attempt may last, so places are not given out first come,
 * first served: hosts that are known to answer may use all of them, hosts not tried yet most, and hosts that are slow or
 * silent half. So even a hundred receivers that hang leave places for the others.
 */
import type { Clock } from "../clock";
import type { ClaimedDelivery } from "../storage/deliveries";

/** How a host behaves, judged by the last attempt to it or by one that is taking long. */
type Standing = "unknown" | "answering" | "slow" | "silent";

const SENDING_MAX = 64;
const SENDING_DOUBTFUL_MAX = 48;
const SENDING_FAILING_MAX = 32;
/** How many attempts may run to one host at a time: only one if it is new or gave no answer last time. */
const SENDING_PER_HOST_MAX: Readonly<Record<Standing, number>> = { unknown: 1, answering: 4, slow: 4, silent: 1 };
/** A host counts as slow while an attempt to it lasts longer than this. */
const SLOW_MS = 1000;
/** Claimed ahead for a host that answers, so that no attempt waits for a commit: 32 give 2,700 a second instead of 910. */
const AHEAD_MAX = 32;
const AHEAD_TOTAL_MAX = 256;
const HOSTS_KEPT_MAX = 10_000;

interface Host {
  standing: Standing;
  /** The attempts under way, with their monotonic start times. */
  readonly open: Set<{ readonly started: number }>;
  readonly ahead: ClaimedDelivery[];
  /** Deliveries that are being claimed from the database right now. */
  reserved: number;
}

interface LaneUse {
  total: number;
  doubtful: number;
  failing: number;
  /** Deliveries to hosts that are not known to answer, claimed or being claimed, whose attempt has not begun. */
  doubtful_ahead: number;
}

export class Sending {
  readonly #clock: Clock;
  readonly #hosts = new Map<string, Host>();
  /** Hosts that have claimed deliveries or attempts under way, in the order of their turns. */
  readonly #busy = new Set<Host>();
  #ahead_total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns how many deliveries to this host may be claimed now; they count as taken until `release`. */
  reserve(name: string): number {
    const host = this.#hostOf(name);
    const room = this.#roomOf(host);
    if (room <= 0) return 0;
    host.reserved += room;
    this.#busy.add(host);
    return room;
  }

  /** Ends all reservations, once the claimed deliveries have been passed to `take`. */
  release(): void {
    for (const host of [...this.#busy]) {
      host.reserved = 0;
      this.#forgetIdle(host);
    }
  }

  take(name: string, delivery: ClaimedDelivery): void {
    const host = this.#hostOf(name);
    host.ahead.push(delivery);
    this.#ahead_total += 1;
    this.#busy.add(host);
  }

  /** The next delivery whose attempt may begin, with hosts taking turns; null if none may. Its attempt is under way until `end` is called. */
  next(): { readonly delivery: ClaimedDelivery; readonly end: (is_answered: boolean) => void } | null {
    const use = this.#laneUse();
    for (const host of this.#busy) {
      if (host.ahead.length === 0 || !this.#mayBegin(host, use)) continue;
      const delivery = host.ahead.shift()!;
      this.#ahead_total -= 1;
      this.#busy.delete(host);
      this.#busy.add(host);
      return { delivery, end: this.#begin(host) };
    }
    return null;
  }

  /** Removes and returns the deliveries to failing hosts whose attempt has not begun. The next two methods do the same for theirs. */
  giveBackFailing(): ClaimedDelivery[] {
    return this.#giveBack((_, host) => isFailing(this.#standingOf(host)));
  }

  giveBackOf(trigger_id: string): ClaimedDelivery[] {
    return this.#giveBack((delivery) => delivery.trigger_id === trigger_id);
  }

  giveBackAll(): ClaimedDelivery[] {
    return this.#giveBack(() => true);
  }

  #giveBack(isGiven: (delivery: ClaimedDelivery, host: Host) => boolean): ClaimedDelivery[] {
    const given: ClaimedDelivery[] = [];
    for (const host of [...this.#busy]) {
      const kept: ClaimedDelivery[] = [];
      for (const delivery of host.ahead.splice(0)) (isGiven(delivery, host) ? given : kept).push(delivery);
      host.ahead.push(...kept);
      this.#forgetIdle(host);
    }
    this.#ahead_total -= given.length;
    return given;
  }

  #begin(host: Host): (is_answered: boolean) => void {
    const attempt = { started: this.#clock.monotonic() };
    host.open.add(attempt);
    return (is_answered) => {
      host.open.delete(attempt);
      const is_quick = this.#clock.monotonic() - attempt.started < SLOW_MS;
      host.standing = !is_answered ? "silent" : is_quick ? "answering" : "slow";
      this.#forgetIdle(host);
    };
  }

  #roomOf(host: Host): number {
    const standing = this.#standingOf(host);
    const at_once = SENDING_PER_HOST_MAX[standing] - host.open.size - host.ahead.length - host.reserved;
    if (standing === "answering") {
      if (host.ahead.length + host.reserved > AHEAD_MAX / 2) return 0;
      // When nothing more may be claimed ahead, a host still gets the deliveries that may begin at once.
      return at_once + (this.#ahead_total < AHEAD_TOTAL_MAX ? AHEAD_MAX : 0);
    }
    const use = this.#laneUse();
    return Math.min(at_once, this.#freeInLanes(standing, use) - use.doubtful_ahead);
  }

  #mayBegin(host: Host, use: LaneUse): boolean {
    const standing = this.#standingOf(host);
    return host.open.size < SENDING_PER_HOST_MAX[standing] && this.#freeInLanes(standing, use) > 0;
  }

  #freeInLanes(standing: Standing, use: LaneUse): number {
    const free = SENDING_MAX - use.total;
    if (standing === "answering") return free;
    const doubtful = Math.min(free, SENDING_DOUBTFUL_MAX - use.doubtful);
    return isFailing(standing) ? Math.min(doubtful, SENDING_FAILING_MAX - use.failing) : doubtful;
  }

  #laneUse(): LaneUse {
    const use: LaneUse = { total: 0, doubtful: 0, failing: 0, doubtful_ahead: 0 };
    for (const host of this.#busy) {
      const standing = this.#standingOf(host);
      use.total += host.open.size;
      if (standing === "answering") continue;
      use.doubtful += host.open.size;
      use.doubtful_ahead += host.ahead.length + host.reserved;
      if (isFailing(standing)) use.failing += host.open.size;
    }
    return use;
  }

  #standingOf(host: Host): Standing {
    if (host.open.size === 0) return host.standing;
    const slow_since = this.#clock.monotonic() - SLOW_MS;
    for (const { started } of host.open) {
      if (started < slow_since) return host.standing === "silent" || host.standing === "unknown" ? "silent" : "slow";
    }
    return host.standing;
  }

  #hostOf(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    if (this.#hosts.size >= HOSTS_KEPT_MAX) this.#dropIdleHosts();
    const host: Host = { standing: "unknown", open: new Set(), ahead: [], reserved: 0 };
    this.#hosts.set(name, host);
    return host;
  }

  #forgetIdle(host: Host): void {
    if (host.open.size + host.ahead.length + host.reserved === 0) this.#busy.delete(host);
  }

  #dropIdleHosts(): void {
    for (const [name, host] of this.#hosts) if (!this.#busy.has(host)) this.#hosts.delete(name);
  }
}

function isFailing(standing: Standing): boolean {
  return standing === "slow" || standing === "silent";
}
