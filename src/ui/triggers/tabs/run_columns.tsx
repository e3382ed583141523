/** The columns of a table of runs. */
import { Text } from "@mantine/core";
import { Link } from "wouter";
import type { RunSummary } from "../../api/objects";
import { duration, figure } from "../../layout/figures";
import { RunBadge } from "../../layout/run_badge";
import { When } from "../../layout/when";
import type { DataColumn } from "../../tables/data_table";

const ID_TAIL = 8;

export const RUN_COLUMNS: readonly DataColumn<RunSummary>[] = [
  {
    id: "status",
    label: "Status",
    value: ({ status }) => status,
    cell: ({ status }) => <RunBadge status={status} />,
  },
  {
    id: "run",
    label: "Run",
    value: ({ id }) => id,
    cell: (run) => (
      <Link className="plain-link nowrap" href={`/triggers/${run.trigger_id}/runs/${run.id}`} title={run.id}>
        …{run.id.slice(-ID_TAIL)}
      </Link>
    ),
  },
  {
    id: "when",
    label: "When",
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => <When at={created_at} />,
  },
  {
    id: "objective",
    label: "Objective",
    align: "right",
    value: ({ result_data }) => result_data?.objective_value ?? null,
    cell: (run) => <Outcome run={run} />,
  },
  {
    id: "duration",
    label: "Took",
    align: "right",
    value: ({ execution_time_ms }) => execution_time_ms,
    cell: ({ execution_time_ms }) => duration(execution_time_ms),
  },
  { id: "source", label: "By", value: ({ source }) => source, cell: ({ source }) => source },
  { id: "webhook", label: "Webhook", value: webhookWord, cell: webhookWord },
];

function Outcome({ run }: { readonly run: RunSummary }) {
  if (run.result_data !== null && run.result_data.objective_value !== null)
    return figure(run.result_data.objective_value);
  const why = run.result_data?.status ?? run.error_message;
  return (
    <Text span size="sm" c="dimmed" title={run.error_message ?? undefined}>
      {why === null ? "–" : why.slice(0, 40)}
    </Text>
  );
}

function webhookWord({ webhook_delivered, webhook_attempts }: RunSummary): string {
  if (webhook_delivered === true) return "delivered";
  if (webhook_delivered === false) return "failed";
  return webhook_attempts > 0 ? `tried ${webhook_attempts}×` : "–";
}
