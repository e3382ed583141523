/** One schedule: its pattern in words, a switch, its next and past ticks, and a form to change it. */
import { Alert, Badge, Button, Card, Group, Stack, Tabs, Text, Title } from "@mantine/core";
import { useState } from "react";
import { call } from "../api/client";
import type { ScheduleObject, TriggerObject } from "../api/objects";
import { useAct } from "../api/queries";
import { readDraft } from "../drafts/draft_store";
import { Confirm } from "../layout/confirm";
import { When } from "../layout/when";
import { useMay } from "../session/session";
import { Ledger } from "./ledger";
import { NextTicks } from "./next_ticks";
import { ScheduleForm } from "./schedule_form";

export function ScheduleCard({
  trigger,
  schedule,
}: {
  readonly trigger: TriggerObject;
  readonly schedule: ScheduleObject;
}) {
  const [is_editing, setEditing] = useState(() => readDraft("schedule", schedule.id) !== null);
  const path = `/triggers/${trigger.id}/schedules/${schedule.id}`;
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Head schedule={schedule} path={path} onEdit={() => setEditing(true)} />
        <Troubles schedule={schedule} path={path} />
        {is_editing ? (
          <ScheduleForm trigger={trigger} schedule={schedule} path={path} onDone={() => setEditing(false)} />
        ) : (
          <Tabs defaultValue="next" keepMounted={false}>
            <Tabs.List mb="sm">
              <Tabs.Tab value="next">What comes</Tabs.Tab>
              <Tabs.Tab value="ledger">What was</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="next">
              <NextTicks path={path} />
            </Tabs.Panel>
            <Tabs.Panel value="ledger">
              <Ledger path={path} trigger_id={trigger.id} timezone={schedule.timezone} />
            </Tabs.Panel>
          </Tabs>
        )}
      </Stack>
    </Card>
  );
}

function Head(props: { readonly schedule: ScheduleObject; readonly path: string; readonly onEdit: () => void }) {
  const { schedule, path, onEdit } = props;
  const may_edit = useMay("editor");
  const touches = ["/triggers", "/overview"];
  const turn = useAct((is_enabled: boolean) => call<ScheduleObject>("PATCH", path, { is_enabled }), { touches });
  const remove = useAct(() => call<null>("DELETE", path), { touches, done: "The schedule is deleted" });
  return (
    <Group justify="space-between" align="flex-start" gap="sm">
      <div>
        <Title order={2} size="h5">
          {schedule.description ?? schedule.cron_expression}
        </Title>
        <Text size="sm" c="dimmed">
          <code>{schedule.cron_expression}</code> · {schedule.timezone} ·{" "}
          {schedule.next_run_at === null ? (
            "no next tick"
          ) : (
            <>
              next <When at={schedule.next_run_at} />
            </>
          )}
          {schedule.last_run_at !== null && (
            <>
              {" "}
              · last <When at={schedule.last_run_at} />
            </>
          )}
        </Text>
      </div>
      <Group gap="xs">
        {!schedule.is_enabled && (
          <Badge variant="light" color="gray" tt="none">
            paused
          </Badge>
        )}
        {may_edit && (
          <>
            <Button
              size="xs"
              variant="default"
              loading={turn.isPending}
              onClick={() => turn.mutate(!schedule.is_enabled)}
            >
              {schedule.is_enabled ? "Pause" : "Resume"}
            </Button>
            <Button size="xs" variant="default" onClick={onEdit}>
              Change
            </Button>
            <Confirm label="Delete" title="Delete this schedule?" act={() => remove.mutate(undefined)}>
              It does not tick any more. Runs that it made stay.
            </Confirm>
          </>
        )}
      </Group>
    </Group>
  );
}

function Troubles({ schedule, path }: { readonly schedule: ScheduleObject; readonly path: string }) {
  const reset = useAct(() => call<ScheduleObject>("POST", `${path}/reset-cursor`), { touches: ["/triggers"] });
  return (
    <>
      {schedule.disabled_reason !== null && (
        <Alert color="orange" title="The service turned it off">
          {schedule.disabled_reason} Mend its data, then resume it.
        </Alert>
      )}
      {schedule.disabled_reason === null && schedule.consecutive_failures > 0 && (
        <Alert color="orange" title={`${schedule.consecutive_failures} failed in a row`}>
          It goes on ticking. Look at the runs under What was.
        </Alert>
      )}
      {schedule.cursor_in_future && (
        <Alert color="orange" title="It waits for a time that was wrong">
          It last fired while the clock was ahead, and does not fire again before that time.{" "}
          <Button size="compact-xs" variant="default" loading={reset.isPending} onClick={() => reset.mutate(undefined)}>
            Go on from now
          </Button>
        </Alert>
      )}
    </>
  );
}
