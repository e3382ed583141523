/** One model: its text with its diagnostics, a test solve, and its versions. */
import "./models.css";
import { Button, Group, Tabs, Text } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import type { DocumentObject, TriggerObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { Confirm } from "../layout/confirm";
import { Screen } from "../layout/screen";
import { Answered } from "../layout/states";
import { When } from "../layout/when";
import { useMay } from "../session/session";
import { SourceTab } from "./source_tab";
import { VersionsTab } from "./versions_tab";

export default function ModelScreen({ document_id, tab }: { readonly document_id: string; readonly tab: string }) {
  const document = useGet<DocumentObject>(`/builder/${document_id}`, { stale_ms: Number.POSITIVE_INFINITY });
  return (
    <Answered query={document} rows={8}>
      {(found) => <Found document={found} tab={tab} />}
    </Answered>
  );
}

function Found({ document, tab }: { readonly document: DocumentObject; readonly tab: string }) {
  const [, go] = useLocation();
  const path = `/models/${document.id}`;
  return (
    <Screen title={document.name} about={<About document={document} />} actions={<Actions document={document} />}>
      <Tabs value={tab} onChange={(next) => go(next === "source" ? path : `${path}/${next}`)} keepMounted={false}>
        <Tabs.List mb="md" className="tabs-list">
          <Tabs.Tab value="source">Source</Tabs.Tab>
          <Tabs.Tab value="versions">Versions</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="source">
          <SourceTab document={document} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <VersionsTab document={document} />
        </Tabs.Panel>
      </Tabs>
    </Screen>
  );
}

function About({ document }: { readonly document: DocumentObject }) {
  const triggers = useGet<TriggerObject[]>(`/triggers?document_id=${document.id}`).data ?? [];
  return (
    <Text size="sm">
      Changed <When at={document.updated_at} />
      {triggers.length > 0 && " · behind "}
      {triggers.map(({ id, name }, i) => (
        <span key={id}>
          {i > 0 && ", "}
          <Link className="plain-link" href={`/triggers/${id}`}>
            {name}
          </Link>
        </span>
      ))}
    </Text>
  );
}

function Actions({ document }: { readonly document: DocumentObject }) {
  const [, go] = useLocation();
  const may_edit = useMay("editor");
  const remove = useAct(() => call<null>("DELETE", `/builder/${document.id}`), {
    touches: ["/builder?"],
    done: `${document.name} is deleted`,
    onDone: () => go("/models"),
  });
  if (!may_edit) return null;
  return (
    <Group gap="xs">
      <Button component={Link} href={`/triggers/new?model=${document.id}`} variant="default">
        Make a trigger
      </Button>
      <Confirm label="Delete" title={`Delete ${document.name}?`} act={() => remove.mutate(undefined)}>
        It disappears from every list. Triggers that pin its versions keep working.
      </Confirm>
    </Group>
  );
}
