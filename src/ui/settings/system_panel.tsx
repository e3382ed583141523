/** Sizes on disk, retention, limits, and the versions of all parts of the program. */
import { Card, Progress, SimpleGrid, Table, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { SystemFacts } from "../api/objects";
import { useGet } from "../api/queries";
import { bytes, count, counted, duration } from "../layout/figures";
import { Answered } from "../layout/states";

const POLL_MS = 10_000;

export function SystemPanel() {
  const system = useGet<SystemFacts>("/system", { poll_ms: POLL_MS });
  return (
    <Answered query={system} rows={6}>
      {(facts) => (
        <SimpleGrid cols={{ base: 1, md: 2 }}>
          <Storage facts={facts} />
          <Facts
            title="What is kept"
            rows={[
              ["Ended runs", `${facts.retention.runs_keep_days} days (--runs-keep-days)`],
              [
                "Of each trigger",
                `the newest ${counted(facts.retention.runs_keep_per_trigger, "run")} (--runs-keep-per-trigger)`,
              ],
              ["Unnamed versions", `${facts.retention.unnamed_versions_max} of each model (--unnamed-versions-max)`],
              ["Kept now", `${counted(facts.stored.runs, "run")}, ${counted(facts.stored.triggers, "trigger")}`],
              ["", `${counted(facts.stored.documents, "model")}, ${counted(facts.stored.versions, "version")}`],
            ]}
          />
          <Facts
            title="Versions"
            rows={[
              ["jaot-triggers", facts.versions.program],
              ["Solver", facts.versions.solver],
              ["Bun", facts.versions.bun],
              ["SQLite", facts.versions.sqlite],
              ["Machine", facts.platform],
              ["Running for", duration(facts.uptime_seconds * 1000)],
            ]}
          />
          <Facts
            title="Limits"
            rows={[
              ["Solver processes", count(facts.limits.solvers)],
              ["Longest solve", duration(facts.limits.time_limit_seconds_max * 1000)],
              ["Largest body", `${facts.limits.max_body_mb} MiB`],
              ["Largest model", `${count(facts.limits.max_model_nonzeros)} coefficients`],
            ]}
          />
        </SimpleGrid>
      )}
    </Answered>
  );
}

function Storage({ facts }: { readonly facts: SystemFacts }) {
  const { database_bytes, log_bytes, disk_free_bytes, disk_total_bytes } = facts.storage;
  const used = 100 * (1 - disk_free_bytes / disk_total_bytes);
  return (
    <Facts
      title="Storage"
      rows={[
        ["Database", bytes(database_bytes)],
        ["Write-ahead log", bytes(log_bytes)],
        ["Left on the disk", `${bytes(disk_free_bytes)} of ${bytes(disk_total_bytes)}`],
      ]}
    >
      <Progress
        value={used}
        color={used > 95 ? "red.8" : "jaot"}
        aria-label={`The disk is ${Math.round(used)} % full`}
      />
      <Text size="xs" c="dimmed" mt={4}>
        The disk is {Math.round(used)} % full. When it is full, fires are refused with 507 and nothing is lost.
      </Text>
    </Facts>
  );
}

function Facts(props: {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
  readonly children?: ReactNode;
}) {
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="xs">
        {props.title}
      </Title>
      <Table withRowBorders={false} verticalSpacing={4}>
        <Table.Tbody>
          {props.rows.map(([name, value]) => (
            <Table.Tr key={name + value}>
              <Table.Td c="dimmed" pl={0}>
                {name}
              </Table.Td>
              <Table.Td>{value}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      {props.children}
    </Card>
  );
}
