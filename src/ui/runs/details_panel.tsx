/** The details of a run: ids, times, digests, a check that it can be reproduced, and the whole run as JSON. */
import { Alert, Button, Group, Stack, Table, Text } from "@mantine/core";
import { Link } from "wouter";
import { call } from "../api/client";
import type { RunObject, Verification } from "../api/objects";
import { useAct } from "../api/queries";
import { ScrollX } from "../layout/scroll_x";
import { RefusalNote } from "../layout/states";
import { When } from "../layout/when";
import { saveFile } from "../models/save_file";
import { useMay } from "../session/session";

export function DetailsPanel({ run }: { readonly run: RunObject }) {
  return (
    <Stack gap="md">
      <ScrollX name="Details of the run">
        <Table withRowBorders={false} verticalSpacing={4}>
          <Table.Tbody>
            {rowsOf(run).map(([label, value]) => (
              <Table.Tr key={label}>
                <Table.Td c="dimmed" w={160} pl={0}>
                  {label}
                </Table.Td>
                <Table.Td className="secret">{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </ScrollX>
      <Verify run={run} />
      <Download run={run} />
    </Stack>
  );
}

function rowsOf(run: RunObject) {
  const webhook =
    run.webhook_delivered === null
      ? run.webhook_attempts === 0
        ? "none"
        : "not yet"
      : run.webhook_delivered
        ? "delivered"
        : "failed";
  const link = (id: string) => (
    <Link className="plain-link" href={`/triggers/${run.trigger_id}/runs/${id}`}>
      {id}
    </Link>
  );
  return [
    ["Run", run.id],
    ["Accepted", <When key="a" at={run.created_at} is_exact />],
    ["Started", <When key="s" at={run.started_at} is_exact />],
    ["Ended", <When key="e" at={run.completed_at} is_exact />],
    ["Attempts", String(run.attempt)],
    ["Webhook", `${webhook}${run.webhook_attempts > 0 ? `, ${run.webhook_attempts} attempts` : ""}`],
    ["Version", run.version_id],
    ...(run.scheduled_for === null ? [] : [["Tick of", <When key="t" at={run.scheduled_for} is_exact />] as const]),
    ...(run.missed_count ? [["Makes up for", `${run.missed_count} missed ticks`] as const] : []),
    ...(run.rerun_of === null ? [] : [["Again", link(run.rerun_of)] as const]),
    ...(run.fired_by === null ? [] : [["Fired by", run.fired_by] as const]),
    ["Solver", run.solver_version ?? "–"],
    ["Model digest", run.model_digest ?? "–"],
    ["Answer digest", run.solution_digest ?? "–"],
  ] as const;
}

/** Solves the run again and compares the answers bit for bit. */
function Verify({ run }: { readonly run: RunObject }) {
  const may_fire = useMay("solver");
  const verify = useAct(() => call<Verification>("POST", `/triggers/${run.trigger_id}/runs/${run.id}/verify`), {
    touches: [],
    is_quiet: true,
  });
  if (run.solution_digest === null || !may_fire) return null;
  return (
    <Stack gap="xs" align="flex-start">
      <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate(undefined)}>
        Solve again and compare
      </Button>
      {verify.error !== null && <RefusalNote refusal={verify.error} />}
      {verify.data !== undefined && (
        <Alert
          color={verify.data.is_equal ? "green" : "orange"}
          title={verify.data.is_equal ? "The same in every bit" : "Not the same"}
        >
          {verify.data.reason ?? "Model, status and answer have the same digests."}
        </Alert>
      )}
    </Stack>
  );
}

function Download({ run }: { readonly run: RunObject }) {
  const save = () => saveFile(`${run.id}.json`, JSON.stringify(run, null, 1), "application/json");
  return (
    <Group gap="xs">
      <Button variant="default" onClick={save}>
        Save the run as JSON
      </Button>
      <Text size="xs" c="dimmed">
        With inputs, answer and digests
      </Text>
    </Group>
  );
}
