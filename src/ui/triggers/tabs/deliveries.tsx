/** The webhook's log: each delivery with its attempts and the receiver's answers, and a button to send it again. */
import { Badge, Button, Code, Group, Modal, Pagination, Stack, Table, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { Link } from "wouter";
import { call } from "../../api/client";
import type { DeliveryObject, FullDeliveryObject, ListingPage, TriggerObject } from "../../api/objects";
import { useAct, useGet } from "../../api/queries";
import { duration } from "../../layout/figures";
import { ScrollX } from "../../layout/scroll_x";
import { Answered } from "../../layout/states";
import { When } from "../../layout/when";
import { useMay } from "../../session/session";
import { type DataColumn, DataTable } from "../../tables/data_table";

const POLL_MS = 2000;
const PAGE_SIZE = 20;
const COLOURS = { pending: "blue", sending: "cyan", delivered: "green", exhausted: "red" } as const;
const WORDS = { pending: "waits", sending: "on its way", delivered: "delivered", exhausted: "given up" } as const;

export function Deliveries({ trigger }: { readonly trigger: TriggerObject }) {
  const [page, setPage] = useState(1);
  const [opened, setOpened] = useState<string | null>(null);
  const path = `/triggers/${trigger.id}/deliveries`;
  const query = `${path}?page=${page}&page_size=${PAGE_SIZE}`;
  const deliveries = useGet<ListingPage<DeliveryObject>>(query, { poll_ms: POLL_MS, keeps: true });
  const columns = useMemo(() => columnsFor(setOpened), []);
  return (
    <Answered query={deliveries}>
      {({ items, total_pages }) => (
        <Stack gap="sm">
          <DataTable
            name="Deliveries"
            items={items}
            columns={columns}
            keyOf={({ id }) => id}
            empty={trigger.webhook_url === null ? "There is no webhook, so nothing is sent" : "Nothing was sent yet"}
          />
          {total_pages > 1 && <Pagination total={total_pages} value={page} onChange={setPage} size="sm" />}
          <Modal
            opened={opened !== null}
            onClose={() => setOpened(null)}
            title="Delivery"
            size="xl"
            closeButtonProps={{ "aria-label": "Close" }}
          >
            {opened !== null && <Delivery path={`${path}/${opened}`} />}
          </Modal>
        </Stack>
      )}
    </Answered>
  );
}

function columnsFor(open: (id: string) => void): readonly DataColumn<DeliveryObject>[] {
  return [
    { id: "state", label: "State", value: ({ state }) => state, cell: (delivery) => <State delivery={delivery} /> },
    { id: "event", label: "Event", value: ({ event }) => event, cell: ({ event }) => event },
    {
      id: "when",
      label: "When",
      value: ({ created_at }) => created_at,
      cell: ({ created_at }) => <When at={created_at} />,
    },
    {
      id: "answer",
      label: "Last answer",
      value: ({ last_status, last_error }) => last_error ?? last_status,
      cell: ({ last_status, last_error }) => last_error ?? last_status ?? "–",
    },
    {
      id: "attempts",
      label: "Attempts",
      align: "right",
      value: ({ attempts }) => attempts,
      cell: ({ attempts }) => attempts,
    },
    {
      id: "next",
      label: "Next",
      value: ({ next_attempt_at }) => next_attempt_at,
      cell: ({ next_attempt_at }) => (next_attempt_at === null ? "–" : <When at={next_attempt_at} />),
    },
    {
      id: "open",
      label: "Log",
      cell: ({ id, event }) => (
        <Button size="compact-xs" variant="default" aria-label={`Open ${event}`} onClick={() => open(id)}>
          Open
        </Button>
      ),
    },
  ];
}

function State({ delivery }: { readonly delivery: Pick<DeliveryObject, "state"> }) {
  return (
    <Badge variant="light" color={COLOURS[delivery.state]} tt="none">
      {WORDS[delivery.state]}
    </Badge>
  );
}

function Delivery({ path }: { readonly path: string }) {
  const delivery = useGet<FullDeliveryObject>(path, { poll_ms: POLL_MS });
  const may_edit = useMay("editor");
  const again = useAct(() => call<DeliveryObject>("POST", `${path}/redeliver`), {
    touches: [path.slice(0, path.lastIndexOf("/"))],
    done: "It is sent again, under the same id",
  });
  return (
    <Answered query={delivery}>
      {(found) => (
        <Stack gap="sm">
          <Group gap="sm">
            <State delivery={found} />
            <Text size="sm">{found.event}</Text>
            {found.run_id !== null && (
              <Link className="plain-link" href={`/triggers/${found.trigger_id}/runs/${found.run_id}`}>
                The run
              </Link>
            )}
            {may_edit && (
              <Button size="xs" loading={again.isPending} onClick={() => again.mutate(undefined)}>
                Send again
              </Button>
            )}
          </Group>
          <Attempts delivery={found} />
          <Text size="sm" fw={600}>
            What is sent
          </Text>
          <Code block className="payload">
            {JSON.stringify(found.payload, null, 2).slice(0, 20_000)}
          </Code>
          <Text size="xs" c="dimmed">
            webhook-id {found.id}
          </Text>
        </Stack>
      )}
    </Answered>
  );
}

function Attempts({ delivery }: { readonly delivery: FullDeliveryObject }) {
  if (delivery.attempt_log.length === 0) return <Text size="sm">No attempt has ended yet.</Text>;
  return (
    <ScrollX name="Attempts">
      <Table>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Attempt</Table.Th>
            <Table.Th>Answer</Table.Th>
            <Table.Th>Took</Table.Th>
            <Table.Th>What came back</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {delivery.attempt_log.map((attempt) => (
            <Table.Tr key={attempt.at}>
              <Table.Td>
                <When at={attempt.at} />
              </Table.Td>
              <Table.Td>{attempt.error ?? attempt.http_status}</Table.Td>
              <Table.Td>{duration(attempt.duration_ms)}</Table.Td>
              <Table.Td className="secret" miw={180}>
                {attempt.answer === "" ? "nothing" : attempt.answer}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </ScrollX>
  );
}
