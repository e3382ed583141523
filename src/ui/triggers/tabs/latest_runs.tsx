/** A trigger's newest runs, live. */
import { Group, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import type { ListingPage, RunSummary, TriggerObject } from "../../api/objects";
import { useGet } from "../../api/queries";
import { count } from "../../layout/figures";
import { Answered } from "../../layout/states";
import { DataTable } from "../../tables/data_table";
import { RUN_COLUMNS } from "./run_columns";

const POLL_MS = 2000;
const SHOWN = 5;

export function LatestRuns({ trigger }: { readonly trigger: TriggerObject }) {
  const runs = useGet<ListingPage<RunSummary>>(`/triggers/${trigger.id}/runs?page_size=${SHOWN}`, { poll_ms: POLL_MS });
  return (
    <section aria-labelledby="latest">
      <Group justify="space-between" mb="xs">
        <Title order={2} size="h4" id="latest">
          Latest runs
        </Title>
        {trigger.total_runs > SHOWN && (
          <Link className="plain-link" href={`/triggers/${trigger.id}/runs`}>
            All {count(trigger.total_runs)}
          </Link>
        )}
      </Group>
      <Answered query={runs}>
        {({ items }) =>
          items.length === 0 ? (
            <Text c="dimmed">It has not been fired yet.</Text>
          ) : (
            <DataTable name="Latest runs" items={items} columns={RUN_COLUMNS} keyOf={({ id }) => id} />
          )
        }
      </Answered>
    </section>
  );
}
