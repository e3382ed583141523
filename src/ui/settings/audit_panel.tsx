/** The audit log: changes and refused requests. */
import { Badge, Group, Pagination, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import type { AuditObject, ListingPage } from "../api/objects";
import { useGet } from "../api/queries";
import { counted } from "../layout/figures";
import { Answered } from "../layout/states";
import { When } from "../layout/when";
import { type DataColumn, DataTable } from "../tables/data_table";

const PAGE_SIZE = 50;

export function AuditPanel({ is_admin }: { readonly is_admin: boolean }) {
  const [page, setPage] = useState(1);
  const [outcome, setOutcome] = useState<string | null>(null);
  const query = new URLSearchParams({ page: String(page), page_size: String(PAGE_SIZE) });
  if (outcome !== null) query.set("outcome", outcome);
  const audit = useGet<ListingPage<AuditObject>>(is_admin ? `/audit?${query}` : null, { keeps: true });
  if (!is_admin) return <Text>Only admins can read the audit log.</Text>;
  return (
    <Stack gap="sm">
      <Select
        aria-label="Outcome"
        placeholder="Done and refused"
        maw={220}
        clearable
        data={["done", "refused"]}
        value={outcome}
        onChange={(next) => {
          setOutcome(next);
          setPage(1);
        }}
      />
      <Answered query={audit} rows={8}>
        {({ items, total, total_pages }) => (
          <>
            <DataTable
              name="Audit log"
              items={items}
              columns={COLUMNS}
              keyOf={({ at, action, object_id }) => `${at} ${action} ${object_id}`}
              search="Search on this page"
            />
            <Group justify="space-between">
              <Text size="sm" c="dimmed">
                {counted(total, "line")}
              </Text>
              {total_pages > 1 && (
                <Pagination
                  total={total_pages}
                  value={page}
                  onChange={setPage}
                  size="sm"
                  getControlProps={(control) => ({ "aria-label": `${control} page` })}
                />
              )}
            </Group>
          </>
        )}
      </Answered>
    </Stack>
  );
}

const COLUMNS: readonly DataColumn<AuditObject>[] = [
  { id: "at", label: "When", value: ({ at }) => at, cell: ({ at }) => <When at={at} /> },
  { id: "action", label: "What", value: ({ action }) => action, cell: ({ action }) => action },
  {
    id: "outcome",
    label: "Outcome",
    value: ({ outcome }) => outcome,
    cell: ({ outcome }) => (
      <Badge variant="light" tt="none" color={outcome === "done" ? "green" : "orange"}>
        {outcome}
      </Badge>
    ),
  },
  {
    id: "object",
    label: "On",
    value: ({ object_id }) => object_id,
    cell: ({ object_id }) => <code>{object_id ?? "–"}</code>,
  },
  { id: "key", label: "By key", value: ({ key_id }) => key_id, cell: ({ key_id }) => <code>{key_id ?? "–"}</code> },
  { id: "client", label: "From", value: ({ client }) => client, cell: ({ client }) => client },
  { id: "detail", label: "Detail", value: ({ detail }) => detail, cell: ({ detail }) => detail ?? "" },
];
