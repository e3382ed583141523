/** The overview, which an operator sees first: current problems, the runs of the day, the queue, and the next ticks. */
import { Alert, Anchor, Card, Group, Progress, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";
import { Link } from "wouter";
import type { Concern, Overview } from "../api/objects";
import { useGet } from "../api/queries";
import { count, counted } from "../layout/figures";
import { Screen } from "../layout/screen";
import { ScrollX } from "../layout/scroll_x";
import { Answered, Empty } from "../layout/states";
import { When } from "../layout/when";
import { FirstSteps } from "./first_steps";
import { Lanes } from "./lanes";

const POLL_MS = 3000;

export default function OverviewScreen() {
  const overview = useGet<Overview>("/overview", { poll_ms: POLL_MS });
  return (
    <Screen title="Overview" about="What needs you first, then the last 24 hours">
      <Answered query={overview} rows={6}>
        {(found) => (found.triggers === 0 ? <FirstStart /> : <Found overview={found} />)}
      </Answered>
    </Screen>
  );
}

function FirstStart() {
  return (
    <Stack>
      <Empty title="Nothing is set up yet">
        A model says what to decide; a trigger solves it with the day's data. Take an example to see both work; you can
        change or delete it afterwards.
      </Empty>
      <FirstSteps />
    </Stack>
  );
}

function Found({ overview }: { readonly overview: Overview }) {
  return (
    <Stack gap="lg">
      <Attention concerns={overview.attention} />
      <Group gap="lg" align="stretch" className="overview-facts">
        <Queue overview={overview} />
        <NextTicks overview={overview} />
      </Group>
      <section aria-labelledby="lanes">
        <Title order={2} size="h4" mb="xs" id="lanes">
          Runs of the last 24 hours
        </Title>
        {overview.lanes.length === 0 ? (
          <Empty title="No run today">
            Nothing was fired in the last 24 hours.{" "}
            <Link className="plain-link" href="/triggers">
              Fire a trigger
            </Link>{" "}
            or give one a schedule.
          </Empty>
        ) : (
          <Lanes overview={overview} />
        )}
      </section>
    </Stack>
  );
}

function Attention({ concerns }: { readonly concerns: readonly Concern[] }) {
  if (concerns.length === 0) {
    return (
      <Alert color="green" title="All is well" role="status">
        No trigger, webhook or schedule is failing.
      </Alert>
    );
  }
  return (
    <section aria-labelledby="attention">
      <Title order={2} size="h4" mb="xs" id="attention">
        Needs attention
      </Title>
      <Stack gap="xs">
        {concerns.map((concern) => (
          <Alert
            key={`${concern.kind} ${concern.trigger_id} ${concern.run_id}`}
            color={concern.kind === "trigger_failing" || concern.kind === "disk_low" ? "red" : "orange"}
            title={<ConcernTitle concern={concern} />}
          >
            {concern.message}{" "}
            {concern.since !== null && (
              <Text span size="sm" c="dimmed">
                (since <When at={concern.since} />)
              </Text>
            )}
          </Alert>
        ))}
      </Stack>
    </section>
  );
}

function ConcernTitle({ concern }: { readonly concern: Concern }) {
  if (concern.trigger_id === null) return concern.kind === "disk_low" ? "The disk is nearly full" : "No solvers";
  const tab = concern.kind.startsWith("webhook") ? "/webhook" : concern.kind.startsWith("schedule") ? "/schedule" : "";
  const href = `/triggers/${concern.trigger_id}${concern.run_id === null ? tab : `/runs/${concern.run_id}`}`;
  return (
    <Anchor component={Link} href={href} inherit c="inherit" underline="always">
      {concern.trigger_name}
    </Anchor>
  );
}

function Queue({ overview }: { readonly overview: Overview }) {
  const { queued, running, solvers } = overview.queue;
  const share = solvers === 0 ? 0 : Math.min(100, (100 * running) / solvers);
  return (
    <Card withBorder className="fact">
      <Title order={2} size="h5" mb="xs">
        Now
      </Title>
      <SimpleGrid cols={3} spacing="xs">
        <Fact value={count(running)} label="running" />
        <Fact value={count(queued)} label="waiting" />
        <Fact value={count(solvers)} label={solvers === 1 ? "solver" : "solvers"} />
      </SimpleGrid>
      <Progress value={share} mt="sm" aria-label={`${running} of ${counted(solvers, "solver")} busy`} />
    </Card>
  );
}

function Fact({ value, label }: { readonly value: string; readonly label: string }) {
  return (
    <div>
      <Text fz={28} fw={600} lh={1.1} className="figures">
        {value}
      </Text>
      <Text size="sm" c="dimmed">
        {label}
      </Text>
    </div>
  );
}

function NextTicks({ overview }: { readonly overview: Overview }) {
  return (
    <Card withBorder className="fact fact-wide">
      <Title order={2} size="h5" mb="xs">
        Next ticks
      </Title>
      {overview.next_ticks.length === 0 ? (
        <Text size="sm" c="dimmed">
          No schedule is on. You can make one in the Schedule tab of a trigger.
        </Text>
      ) : (
        <ScrollX name="Next ticks">
          <Table verticalSpacing={4} withRowBorders={false}>
            <Table.Tbody>
              {overview.next_ticks.map((tick) => (
                <Table.Tr key={tick.schedule_id}>
                  <Table.Td>
                    <When at={tick.at} />
                  </Table.Td>
                  <Table.Td>
                    <Link className="plain-link" href={`/triggers/${tick.trigger_id}/schedule`}>
                      {tick.trigger_name}
                    </Link>
                  </Table.Td>
                  <Table.Td className="nowrap">
                    <code>{tick.cron_expression}</code> {tick.timezone}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </ScrollX>
      )}
    </Card>
  );
}
