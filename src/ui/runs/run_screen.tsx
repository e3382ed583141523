/** One run: its answer, or the reason why it has none; followed live until it ends. */
import "./runs.css";
import { Alert, Group, Loader, Stack, Tabs, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { type ApiRefusal, call } from "../api/client";
import type { RunObject, TriggerObject } from "../api/objects";
import { refresh, useGet } from "../api/queries";
import { RunBadge } from "../layout/run_badge";
import { Screen } from "../layout/screen";
import { Answered } from "../layout/states";
import { When } from "../layout/when";
import { AnswerPanel } from "./answer_panel";
import { ConstraintsPanel } from "./constraints_panel";
import { Convergence } from "./convergence";
import { DetailsPanel } from "./details_panel";
import { type LiveRun, useLiveRun } from "./live";
import { RunActions } from "./run_actions";
import { RunFacts } from "./run_facts";

export default function RunScreen({ trigger_id, run_id }: { readonly trigger_id: string; readonly run_id: string }) {
  const path = `/triggers/${trigger_id}/runs/${run_id}`;
  const client = useQueryClient();
  // Comparing 100,000 variables with the previous answer would cost more than drawing them.
  const run = useQuery<RunObject, ApiRefusal>({
    queryKey: [path],
    queryFn: ({ signal }) => call<RunObject>("GET", path, undefined, { signal }),
    structuralSharing: false,
  });
  const is_open = run.data !== undefined && isOpen(run.data);
  const live = useLiveRun(`${path}/events`, is_open, () => refresh(client, [`/triggers/${trigger_id}`, "/overview"]));
  return (
    <Answered query={run} rows={8}>
      {(found) => <Found run={found} live={live} />}
    </Answered>
  );
}

function isOpen(run: RunObject): boolean {
  return run.status === "queued" || run.status === "running";
}

function Found({ run, live }: { readonly run: RunObject; readonly live: LiveRun }) {
  const trigger = useGet<TriggerObject>(`/triggers/${run.trigger_id}`).data;
  const status = isOpen(run) ? (live.status ?? run.status) : run.status;
  return (
    <Screen
      title={trigger === undefined ? "Run" : `Run of ${trigger.name}`}
      about={
        <Group gap="sm">
          <RunBadge status={status} />
          <Text size="sm">
            <When at={run.created_at} /> by {run.source} ·{" "}
            <Link className="plain-link" href={`/triggers/${run.trigger_id}`}>
              {trigger?.name ?? "its trigger"}
            </Link>
          </Text>
        </Group>
      }
      actions={<RunActions run={run} />}
    >
      <Stack gap="lg">
        <Why run={run} />
        <RunFacts run={run} />
        {isOpen(run) ? <UnderWay status={status} live={live} path={pathOf(run)} /> : <Ended run={run} />}
      </Stack>
    </Screen>
  );
}

function pathOf(run: RunObject): string {
  return `/triggers/${run.trigger_id}/runs/${run.id}`;
}

const WHY_TITLES: Partial<Record<RunObject["status"], string>> = {
  failed: "It has no answer",
  timeout: "The time was over before any answer",
  cancelled: "It was stopped",
  validation_failed: "The data did not fit the model",
  skipped_overlap: "It was skipped",
};

/** The error message of the service, and advice. */
function Why({ run }: { readonly run: RunObject }) {
  const title = WHY_TITLES[run.status];
  const warnings = run.result_data?.warnings ?? [];
  return (
    <>
      {title !== undefined && (
        <Alert color={run.status === "failed" ? "red" : "orange"} title={title}>
          {run.error_message ?? "No reason was kept."}
          {run.result_data?.status === "infeasible" && (
            <Text size="sm" mt={6}>
              Some constraints and bounds contradict each other. Look at the inputs below, change what is too tight with
              Edit and rerun, or give the model a variable for what may be missed.
            </Text>
          )}
        </Alert>
      )}
      {warnings.map((warning) => (
        <Alert key={warning} color="yellow">
          {warning}
        </Alert>
      ))}
    </>
  );
}

function UnderWay(props: { readonly status: string; readonly live: LiveRun; readonly path: string }) {
  const { status, live, path } = props;
  return (
    <Stack gap="sm">
      <Group gap="xs" role="status">
        <Loader size="xs" aria-hidden="true" />
        <Text>{status === "queued" ? "It waits for a solver" : "The solver is at work"}</Text>
      </Group>
      {status === "running" && <Convergence path={path} live={live.points} />}
    </Stack>
  );
}

function Ended({ run }: { readonly run: RunObject }) {
  const { result_data } = run;
  const has_answer = (result_data?.variables.length ?? 0) > 0;
  const report = result_data?.report ?? null;
  return (
    <Tabs defaultValue={has_answer ? "answer" : "inputs"} keepMounted={false}>
      <Tabs.List mb="md" className="tabs-list">
        {has_answer && <Tabs.Tab value="answer">Answer</Tabs.Tab>}
        {has_answer && <Tabs.Tab value="constraints">Constraints</Tabs.Tab>}
        {report !== null && <Tabs.Tab value="report">Report</Tabs.Tab>}
        <Tabs.Tab value="inputs">Inputs</Tabs.Tab>
        {result_data !== null && <Tabs.Tab value="convergence">Convergence</Tabs.Tab>}
        <Tabs.Tab value="details">Details</Tabs.Tab>
      </Tabs.List>
      {result_data !== null && (
        <>
          <Tabs.Panel value="answer">
            <AnswerPanel result={result_data} />
          </Tabs.Panel>
          <Tabs.Panel value="constraints">
            <ConstraintsPanel result={result_data} />
          </Tabs.Panel>
          <Tabs.Panel value="convergence">
            <Convergence path={pathOf(run)} live={null} />
          </Tabs.Panel>
        </>
      )}
      <Tabs.Panel value="report">
        <pre className="snippet">{report}</pre>
      </Tabs.Panel>
      <Tabs.Panel value="inputs">
        <Inputs run={run} />
      </Tabs.Panel>
      <Tabs.Panel value="details">
        <DetailsPanel run={run} />
      </Tabs.Panel>
    </Tabs>
  );
}

const SHOWN_CHARACTERS = 4000;

function Inputs({ run }: { readonly run: RunObject }) {
  const entries = Object.entries((run.override_data as Record<string, unknown> | null) ?? {});
  if (entries.length === 0) return <Text c="dimmed">Nothing was given: the model's own values were solved.</Text>;
  return (
    <Stack gap="sm">
      {entries.map(([name, value]) => (
        <div key={name}>
          <Text fw={600} size="sm">
            {name}
          </Text>
          <pre className="snippet">{textOf(value)}</pre>
        </div>
      ))}
    </Stack>
  );
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)} … (${text.length} characters)`;
}
