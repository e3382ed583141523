/** The schedules of a trigger, with their next ticks and the outcome of past ones. */
import { Button, Card, Group, Stack } from "@mantine/core";
import { useState } from "react";
import type { ListingPage, ScheduleObject, TriggerObject } from "../../api/objects";
import { useGet } from "../../api/queries";
import { readDraft } from "../../drafts/draft_store";
import { Answered, Empty } from "../../layout/states";
import { ScheduleCard } from "../../schedules/schedule_card";
import { ScheduleForm } from "../../schedules/schedule_form";
import { useMay } from "../../session/session";

const POLL_MS = 5000;

export function ScheduleTab({ trigger }: { readonly trigger: TriggerObject }) {
  const path = `/triggers/${trigger.id}/schedules`;
  const schedules = useGet<ListingPage<ScheduleObject>>(`${path}?page_size=100`, { poll_ms: POLL_MS });
  const [is_making, setMaking] = useState(() => readDraft("new_schedule", trigger.id) !== null);
  const may_edit = useMay("editor");
  const begin = (
    <Button disabled={!may_edit || !trigger.is_enabled} onClick={() => setMaking(true)}>
      New schedule
    </Button>
  );
  return (
    <Answered query={schedules}>
      {({ items }) => (
        <Stack gap="md">
          {is_making && (
            <Card withBorder>
              <ScheduleForm
                trigger={trigger}
                schedule={null}
                path={items.some(({ is_main }) => is_main) ? path : `/triggers/${trigger.id}/schedule`}
                onDone={() => setMaking(false)}
              />
            </Card>
          )}
          {!is_making && items.length === 0 && (
            <Empty title="It fires on request alone" actions={begin}>
              A schedule fires it by the clock of a time zone, also over the changes to and from summer time.
              {!trigger.is_enabled && " Switch the trigger on first."}
            </Empty>
          )}
          {!is_making && items.length > 0 && <Group>{begin}</Group>}
          {items.map((schedule) => (
            <ScheduleCard key={schedule.id} trigger={trigger} schedule={schedule} />
          ))}
        </Stack>
      )}
    </Answered>
  );
}
