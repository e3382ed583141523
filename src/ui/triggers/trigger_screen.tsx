/** One trigger, with tabs to fire it, see its runs, set its schedules and webhook, use it from code and edit it. */
import { Badge, Group, Stack, Tabs, Text } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import type { TriggerObject, VersionObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { Confirm } from "../layout/confirm";
import { count } from "../layout/figures";
import { Screen } from "../layout/screen";
import { SecretOnce } from "../layout/secret_once";
import { Answered } from "../layout/states";
import { useMay } from "../session/session";
import { keepSecrets, useKeptSecrets } from "./kept_secrets";
import { EditTab } from "./tabs/edit_tab";
import { FireTab } from "./tabs/fire_tab";
import { RunsTab } from "./tabs/runs_tab";
import { ScheduleTab } from "./tabs/schedule_tab";
import { SnippetsTab } from "./tabs/snippets_tab";
import { WebhookTab } from "./tabs/webhook_tab";
import { TriggerSwitch } from "./trigger_switch";

const POLL_MS = 5000;
const TABS = [
  ["fire", "Fire"],
  ["runs", "Runs"],
  ["schedule", "Schedule"],
  ["webhook", "Webhook"],
  ["use", "Use it from code"],
  ["edit", "Edit"],
] as const;

export default function TriggerScreen({ trigger_id, tab }: { readonly trigger_id: string; readonly tab: string }) {
  const trigger = useGet<TriggerObject>(`/triggers/${trigger_id}`, { poll_ms: POLL_MS });
  return (
    <Answered query={trigger} rows={6}>
      {(found) => <Found trigger={found} tab={tab} />}
    </Answered>
  );
}

function Found({ trigger, tab }: { readonly trigger: TriggerObject; readonly tab: string }) {
  const [, go] = useLocation();
  const path = `/triggers/${trigger.id}`;
  return (
    <Screen title={trigger.name} about={<About trigger={trigger} />} actions={<Actions trigger={trigger} />}>
      <Stack gap="md">
        <FreshSecrets trigger={trigger} />
        <Tabs value={tab} onChange={(next) => go(next === "fire" ? path : `${path}/${next}`)} keepMounted={false}>
          <Tabs.List mb="md" className="tabs-list">
            {TABS.map(([value, label]) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Tabs.Panel value="fire">
            <FireTab trigger={trigger} />
          </Tabs.Panel>
          <Tabs.Panel value="runs">
            <RunsTab trigger={trigger} />
          </Tabs.Panel>
          <Tabs.Panel value="schedule">
            <ScheduleTab trigger={trigger} />
          </Tabs.Panel>
          <Tabs.Panel value="webhook">
            <WebhookTab trigger={trigger} />
          </Tabs.Panel>
          <Tabs.Panel value="use">
            <SnippetsTab trigger={trigger} />
          </Tabs.Panel>
          <Tabs.Panel value="edit">
            <EditTab trigger={trigger} />
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </Screen>
  );
}

function About({ trigger }: { readonly trigger: TriggerObject }) {
  const version = useGet<VersionObject>(`/builder/${trigger.document_id}/versions/${trigger.version_id}`, {
    stale_ms: Number.POSITIVE_INFINITY,
  });
  return (
    <>
      {trigger.description !== null && <Text>{trigger.description}</Text>}
      <Text size="sm">
        Solves{" "}
        <Link className="plain-link" href={`/models/${trigger.document_id}`}>
          {trigger.model_name}
        </Link>
        {version.data !== undefined &&
          `, version ${version.data.sequence}${version.data.version_name === null ? "" : ` “${version.data.version_name}”`}`}
      </Text>
    </>
  );
}

function Actions({ trigger }: { readonly trigger: TriggerObject }) {
  const [, go] = useLocation();
  const may_edit = useMay("editor");
  const remove = useAct(() => call<null>("DELETE", `/triggers/${trigger.id}`), {
    touches: ["/triggers", "/overview"],
    done: `${trigger.name} is deleted`,
    onDone: () => go("/triggers"),
  });
  return (
    <Group gap="sm">
      {!trigger.is_enabled && (
        <Badge variant="light" color="gray" tt="none">
          off
        </Badge>
      )}
      <TriggerSwitch trigger={trigger} />
      {may_edit && (
        <Confirm
          label="Delete"
          title={`Delete ${trigger.name}?`}
          act={() => remove.mutate(undefined)}
          is_busy={remove.isPending}
        >
          Its URL stops working at once, its schedules end and its {count(trigger.total_runs)} runs are removed. The
          model stays.
        </Confirm>
      )}
    </Group>
  );
}

function FreshSecrets({ trigger }: { readonly trigger: TriggerObject }) {
  const { trigger_secret, webhook_secret } = useKeptSecrets(trigger.id);
  const putAway = () => keepSecrets(trigger.id, null);
  return (
    <>
      {trigger_secret !== undefined && (
        <SecretOnce title="The trigger's secret, shown this once" secret={trigger_secret} onAway={putAway}>
          Anyone who holds it can fire this trigger, but do nothing else. It is not shown again; a lost one is replaced
          under Edit.
        </SecretOnce>
      )}
      {webhook_secret !== undefined && (
        <SecretOnce title="The webhook's secret, shown this once" secret={webhook_secret} onAway={putAway}>
          The receiver checks signatures with it. A lost one is replaced under Edit.
        </SecretOnce>
      )}
    </>
  );
}
