/** All triggers, with their switches, last runs, latest objectives and next ticks. */
import { Button, Group, Stack, Text } from "@mantine/core";
import { useMemo } from "react";
import { Link } from "wouter";
import type { TriggerActivity, TriggerObject, VersionObject } from "../api/objects";
import { useGet } from "../api/queries";
import { count, figure } from "../layout/figures";
import { RunBadge } from "../layout/run_badge";
import { Screen } from "../layout/screen";
import { Answered, Empty } from "../layout/states";
import { When } from "../layout/when";
import { FirstSteps } from "../overview/first_steps";
import { Sparkline } from "../plots/sparkline";
import { useMay } from "../session/session";
import { type DataColumn, DataTable } from "../tables/data_table";
import { TriggerSwitch } from "./trigger_switch";

const POLL_MS = 5000;

interface Line {
  readonly trigger: TriggerObject;
  readonly activity: TriggerActivity | undefined;
}

export default function TriggersScreen() {
  const triggers = useGet<TriggerObject[]>("/triggers", { poll_ms: POLL_MS });
  const activity = useGet<{ items: TriggerActivity[] }>("/overview/triggers", { poll_ms: POLL_MS });
  const may_edit = useMay("editor");
  const lines = useMemo(() => {
    const found = new Map(activity.data?.items.map((item) => [item.trigger_id, item]));
    return (triggers.data ?? []).map((trigger) => ({ trigger, activity: found.get(trigger.id) }));
  }, [triggers.data, activity.data]);
  return (
    <Screen
      title="Triggers"
      about="A model's version behind a URL with a secret of its own"
      actions={
        may_edit && (
          <Button component={Link} href="/triggers/new">
            New trigger
          </Button>
        )
      }
    >
      <Answered query={triggers} rows={5}>
        {() =>
          lines.length === 0 ? (
            <NoTriggers />
          ) : (
            <DataTable
              name="Triggers"
              items={lines}
              columns={COLUMNS}
              keyOf={({ trigger }) => trigger.id}
              search="Search by name, model or id"
            />
          )
        }
      </Answered>
    </Screen>
  );
}

function NoTriggers() {
  return (
    <Stack>
      <Empty title="No triggers yet">
        A trigger pins one version of a model, and solves it with today's data whenever it is fired or its schedule
        ticks.
      </Empty>
      <FirstSteps />
    </Stack>
  );
}

const COLUMNS: readonly DataColumn<Line>[] = [
  {
    id: "name",
    label: "Name",
    value: ({ trigger }) => trigger.name,
    cell: ({ trigger }) => (
      <Link href={`/triggers/${trigger.id}`} className="plain-link">
        {trigger.name}
      </Link>
    ),
  },
  {
    id: "model",
    label: "Model",
    value: ({ trigger }) => trigger.model_name,
    cell: ({ trigger }) => <ModelCell trigger={trigger} />,
  },
  {
    id: "status",
    label: "Last run",
    value: ({ activity }) => activity?.last_run?.status ?? null,
    cell: ({ trigger, activity }) => <LastRunCell trigger={trigger} activity={activity} />,
  },
  {
    id: "objective",
    label: "Objective",
    align: "right",
    value: ({ activity }) => activity?.objectives.at(-1)?.value ?? null,
    cell: ({ activity }) => figure(activity?.objectives.at(-1)?.value),
  },
  {
    id: "course",
    label: "Last 30",
    cell: ({ trigger, activity }) => (
      <Sparkline
        values={activity?.objectives.map(({ value }) => value) ?? []}
        label={`Objectives of the last runs of ${trigger.name}`}
      />
    ),
  },
  {
    id: "next",
    label: "Next tick",
    value: ({ activity }) => activity?.next_run_at ?? null,
    cell: ({ activity }) =>
      activity?.next_run_at ? <When at={activity.next_run_at} /> : <span aria-hidden="true">–</span>,
  },
  {
    id: "runs",
    label: "Runs",
    align: "right",
    value: ({ trigger }) => trigger.total_runs,
    cell: ({ trigger }) => count(trigger.total_runs),
  },
  {
    id: "enabled",
    label: "On",
    value: ({ trigger }) => (trigger.is_enabled ? "on" : "off"),
    cell: ({ trigger }) => <TriggerSwitch trigger={trigger} />,
  },
];

function ModelCell({ trigger }: { readonly trigger: TriggerObject }) {
  const version = useGet<VersionObject>(`/builder/${trigger.document_id}/versions/${trigger.version_id}`, {
    stale_ms: Number.POSITIVE_INFINITY,
  });
  return (
    <Group gap={6} wrap="nowrap">
      <Text span size="sm">
        {trigger.model_name}
      </Text>
      {version.data !== undefined && (
        <Text span size="sm" c="dimmed">
          v{version.data.sequence}
        </Text>
      )}
    </Group>
  );
}

function LastRunCell({ trigger, activity }: Line) {
  const run = activity?.last_run;
  if (!run)
    return (
      <Text span size="sm" c="dimmed">
        {activity === undefined ? "" : "never fired"}
      </Text>
    );
  return (
    <Group gap={8} wrap="nowrap">
      <Link href={`/triggers/${trigger.id}/runs/${run.id}`} aria-label={`Last run of ${trigger.name}: ${run.status}`}>
        <RunBadge status={run.status} />
      </Link>
      <When at={run.created_at} />
    </Group>
  );
}
