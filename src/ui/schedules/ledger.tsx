/** The outcome of each tick: a calendar of the last weeks and a list of ticks, with a button to run a missed one. */
import "./calendar.css";
import { Badge, Button, Stack, Text, Tooltip } from "@mantine/core";
import { useMemo } from "react";
import { Link } from "wouter";
import { call } from "../api/client";
import type { ListingPage, TickObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { now } from "../clock";
import { counted } from "../layout/figures";
import { Answered } from "../layout/states";
import { exactTime, When } from "../layout/when";
import { useMay } from "../session/session";
import { type DataColumn, DataTable } from "../tables/data_table";

const POLL_MS = 5000;
const DAY_MS = 86_400_000;
const DAYS_SHOWN = 35;
const BAD = ["missed", "skipped_overlap"];

export function Ledger(props: { readonly path: string; readonly trigger_id: string; readonly timezone: string }) {
  const { path, trigger_id, timezone } = props;
  const ticks = useGet<ListingPage<TickObject>>(`${path}/ticks?page_size=100`, { poll_ms: POLL_MS });
  const columns = useMemo(() => columnsFor(path, trigger_id, timezone), [path, trigger_id, timezone]);
  return (
    <Answered query={ticks}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm" c="dimmed">
            It has not ticked yet.
          </Text>
        ) : (
          <Stack gap="sm">
            <Calendar ticks={items} timezone={timezone} />
            <DataTable name="Ticks" items={items} columns={columns} keyOf={({ scheduled_for }) => scheduled_for} />
          </Stack>
        )
      }
    </Answered>
  );
}

function Calendar({ ticks, timezone }: { readonly ticks: readonly TickObject[]; readonly timezone: string }) {
  const days = new Map<string, { count: number; is_bad: boolean }>();
  for (const tick of ticks) {
    const day = exactTime(tick.scheduled_for, timezone).slice(0, 10);
    const before = days.get(day) ?? { count: 0, is_bad: false };
    days.set(day, { count: before.count + tick.count, is_bad: before.is_bad || BAD.includes(tick.outcome) });
  }
  const shown = Array.from({ length: DAYS_SHOWN }, (_, i) =>
    exactTime(new Date(now() - (DAYS_SHOWN - 1 - i) * DAY_MS).toISOString(), timezone).slice(0, 10),
  );
  return (
    <ul className="calendar" aria-label="Ticks of the last five weeks">
      {shown.map((day) => {
        const found = days.get(day);
        const said =
          found === undefined
            ? "no tick"
            : `${counted(found.count, "tick")}${found.is_bad ? ", some without a run" : ""}`;
        return (
          <Tooltip key={day} label={`${day}: ${said}`}>
            <li
              className={found === undefined ? "" : found.is_bad ? "is-bad" : "is-good"}
              aria-label={`${day}: ${said}`}
            >
              {day.slice(8)}
            </li>
          </Tooltip>
        );
      })}
    </ul>
  );
}

const COLOURS: Readonly<Record<string, string>> = {
  fired: "green",
  coalesced: "blue",
  missed: "red",
  skipped_overlap: "orange",
  waiting: "cyan",
};

function columnsFor(path: string, trigger_id: string, timezone: string): readonly DataColumn<TickObject>[] {
  return [
    {
      id: "outcome",
      label: "Outcome",
      value: ({ outcome }) => outcome,
      cell: ({ outcome, count }) => (
        <Badge variant="light" tt="none" color={COLOURS[outcome] ?? "gray"}>
          {outcome.replace("_", " ")}
          {count > 1 ? ` × ${count}` : ""}
        </Badge>
      ),
    },
    {
      id: "for",
      label: `Scheduled for (${timezone})`,
      value: ({ scheduled_for }) => scheduled_for,
      cell: ({ scheduled_for }) => <span className="nowrap figures">{exactTime(scheduled_for, timezone)}</span>,
    },
    {
      id: "settled",
      label: "Settled",
      value: ({ created_at }) => created_at,
      cell: ({ created_at }) => <When at={created_at} />,
    },
    { id: "reason", label: "Why", value: ({ reason }) => reason, cell: ({ reason }) => reason ?? "" },
    { id: "run", label: "Run", cell: (tick) => <TickRun tick={tick} path={path} trigger_id={trigger_id} /> },
  ];
}

function TickRun(props: { readonly tick: TickObject; readonly path: string; readonly trigger_id: string }) {
  const { tick, path, trigger_id } = props;
  const may_fire = useMay("solver");
  const run = useAct(() => call<{ run_id: string }>("POST", `${path}/ticks/${tick.scheduled_for}/run`), {
    touches: ["/triggers"],
    done: "A run was made for this tick",
  });
  if (tick.run_id !== null) {
    return (
      <Link className="plain-link" href={`/triggers/${trigger_id}/runs/${tick.run_id}`}>
        …{tick.run_id.slice(-8)}
      </Link>
    );
  }
  if (!may_fire || tick.outcome === "waiting") return null;
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`Run it now: the tick of ${tick.scheduled_for}`}
      loading={run.isPending}
      onClick={() => run.mutate(undefined)}
    >
      Run it now
    </Button>
  );
}
