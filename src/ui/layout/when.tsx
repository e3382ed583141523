/** Shows instants in the reader's zone, with UTC in the tooltip; one switch shows all of them in UTC. */
import { Text, Tooltip } from "@mantine/core";
import { useSyncExternalStore } from "react";
import { now } from "../clock";

const STORED = "jaot.times";
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const RELATIVE_MAX_MS = 7 * DAY_MS;

type Zone = "local" | "UTC";
const listeners = new Set<() => void>();
let zone: Zone = localStorage.getItem(STORED) === "UTC" ? "UTC" : "local";

export function useZone(): Zone {
  return useSyncExternalStore(watch, () => zone);
}

export function setZone(next: Zone): void {
  zone = next;
  localStorage.setItem(STORED, next);
  for (const listener of listeners) listener();
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** "3 min ago" with local time and UTC in the tooltip; the exact instant when it is over a week away or `is_exact` is set. */
export function When({ at, is_exact = false }: { readonly at: string | null; readonly is_exact?: boolean }) {
  const shown = useZone();
  if (at === null)
    return (
      <Text span c="dimmed" inherit>
        never
      </Text>
    );
  const distance = Date.parse(at) - now();
  const text = is_exact || Math.abs(distance) > RELATIVE_MAX_MS ? exactTime(at, shown) : relativeTime(distance);
  return (
    <Tooltip label={<BothClocks at={at} />} events={{ hover: true, focus: true, touch: true }}>
      <time dateTime={at} className="when">
        {text}
      </time>
    </Tooltip>
  );
}

function BothClocks({ at }: { readonly at: string }) {
  return (
    <>
      {exactTime(at, "local")} {localZone()}
      <br />
      {exactTime(at, "UTC")} UTC
    </>
  );
}

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** "2026-02-19 07:00:15": the same in every language, and easy to compare. */
export function exactTime(at: string, in_zone: Zone | (string & {})): string {
  const parts = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    ...(in_zone === "local" ? {} : { timeZone: in_zone }),
  }).formatToParts(new Date(at));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("year")}-${of("month")}-${of("day")} ${of("hour")}:${of("minute")}:${of("second")}`;
}

function relativeTime(distance_ms: number): string {
  const size = Math.abs(distance_ms);
  const say = (count: number, unit: string): string =>
    distance_ms < 0 ? `${count} ${unit} ago` : `in ${count} ${unit}`;
  if (size < 5000) return distance_ms < 0 ? "just now" : "now";
  if (size < MINUTE_MS) return say(Math.round(size / 1000), "s");
  if (size < HOUR_MS) return say(Math.round(size / MINUTE_MS), "min");
  if (size < DAY_MS) return say(Math.round(size / HOUR_MS), "h");
  const days = Math.round(size / DAY_MS);
  return say(days, days === 1 ? "day" : "days");
}
