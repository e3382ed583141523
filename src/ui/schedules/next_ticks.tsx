/** The next ten instants of a schedule, in its zone and the reader's, with notes on clock changes. */
import { Badge, Table } from "@mantine/core";
import type { TickPreview } from "../api/objects";
import { useGet } from "../api/queries";
import { ScrollX } from "../layout/scroll_x";
import { Answered } from "../layout/states";
import { exactTime, useZone, When } from "../layout/when";

const SHOWN = 10;
const NOTES = {
  dst_shifted: "moved: this hour is skipped by the clocks",
  dst_first: "the first of an hour that comes twice",
  dst_repeat: "the second of an hour that comes twice",
} as const;

export function NextTicks({ path }: { readonly path: string }) {
  const preview = useGet<{ timezone: string; items: TickPreview[] }>(`${path}/preview?n=${SHOWN}`);
  const zone = useZone();
  return (
    <Answered query={preview}>
      {({ items, timezone }) => (
        <ScrollX name="Next ticks">
          <Table verticalSpacing={4} className="figures nowrap">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>In {timezone}</Table.Th>
                <Table.Th>{zone === "UTC" ? "UTC" : "Your time"}</Table.Th>
                <Table.Th>When</Table.Th>
                <Table.Th>Note</Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {items.map((tick) => (
                <Table.Tr key={tick.instant}>
                  <Table.Td>
                    {tick.local_time.replace("T", " ")} {tick.offset}
                  </Table.Td>
                  <Table.Td>{exactTime(tick.instant, zone)}</Table.Td>
                  <Table.Td>
                    <When at={tick.instant} />
                  </Table.Td>
                  <Table.Td>
                    {tick.note !== null && (
                      <Badge variant="light" color="orange" tt="none">
                        {NOTES[tick.note]}
                      </Badge>
                    )}
                    {tick.is_excluded && "left out by date"}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollX>
      )}
    </Answered>
  );
}
