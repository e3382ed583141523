/** All stored runs of a trigger, with pages and filters. */
import { Group, Pagination, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { ListingPage, RunSummary, TriggerObject } from "../../api/objects";
import { useGet } from "../../api/queries";
import { FACTS } from "../../facts";
import { counted } from "../../layout/figures";
import { Answered } from "../../layout/states";
import { DataTable } from "../../tables/data_table";
import { RUN_COLUMNS } from "./run_columns";

const POLL_MS = 3000;
const PAGE_SIZE = 20;

export function RunsTab({ trigger }: { readonly trigger: TriggerObject }) {
  const [page, setPage] = useState(1);
  const [status, setStatus] = useState<string | null>(null);
  const [source, setSource] = useState<string | null>(null);
  const query = new URLSearchParams({ page: String(page), page_size: String(PAGE_SIZE) });
  if (status !== null) query.set("status", status);
  if (source !== null) query.set("source", source);
  const runs = useGet<ListingPage<RunSummary>>(`/triggers/${trigger.id}/runs?${query}`, {
    poll_ms: POLL_MS,
    keeps: true,
  });
  const choose = (set: (value: string | null) => void) => (value: string | null) => {
    set(value);
    setPage(1);
  };
  return (
    <Stack gap="sm">
      <Group gap="xs">
        <Select
          aria-label="Status"
          placeholder="Any status"
          data={FACTS.run_states}
          value={status}
          onChange={choose(setStatus)}
          clearable
        />
        <Select
          aria-label="Fired by"
          placeholder="Fired by anything"
          data={FACTS.run_sources}
          value={source}
          onChange={choose(setSource)}
          clearable
        />
      </Group>
      <Answered query={runs} rows={8}>
        {({ items, total, total_pages }) => (
          <>
            <DataTable
              name="Runs"
              items={items}
              columns={RUN_COLUMNS}
              keyOf={({ id }) => id}
              empty={status === null && source === null ? "It has not been fired yet" : "No runs match"}
            />
            <Pages total={total} pages={total_pages} page={page} onPage={setPage} />
          </>
        )}
      </Answered>
    </Stack>
  );
}

/** The number of runs, and buttons to the other pages. */
function Pages(props: {
  readonly total: number;
  readonly pages: number;
  readonly page: number;
  readonly onPage: (page: number) => void;
}) {
  const { total, pages, page, onPage } = props;
  return (
    <Group justify="space-between">
      <Text size="sm" c="dimmed">
        {counted(total, "run")}
      </Text>
      {pages > 1 && (
        <Pagination
          total={pages}
          value={page}
          onChange={onPage}
          size="sm"
          getControlProps={(control) => ({ "aria-label": `${control} page` })}
        />
      )}
    </Group>
  );
}
