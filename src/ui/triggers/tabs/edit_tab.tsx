/** The form that changes a trigger or replaces its secret. */
import { Button, Divider, Fieldset, Group, Select, Stack, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { call } from "../../api/client";
import type { TriggerObject, TriggerSecrets } from "../../api/objects";
import { useAct } from "../../api/queries";
import { DraftNotes } from "../../drafts/draft_notes";
import { useDraft } from "../../drafts/use_draft";
import { FACTS } from "../../facts";
import { Refused } from "../../layout/in_view";
import { useMay } from "../../session/session";
import { keepSecrets } from "../kept_secrets";
import { useWorkspaceNote } from "../workspace_note";
import { bodyOf, FieldControls, type FieldValues, isComplete, valuesOf } from "./field_controls";

const FIELDS = FACTS.trigger_form;
const GRACES = [
  { value: "0", label: "at once" },
  { value: "3600", label: "in an hour" },
  { value: "86400", label: "in a day" },
  { value: "604800", label: "in a week" },
];

export function EditTab({ trigger }: { readonly trigger: TriggerObject }) {
  const may_edit = useMay("editor");
  const workspace = useWorkspaceNote(trigger.workspace_id);
  return (
    <Stack gap="lg" maw={720}>
      <Fieldset disabled={!may_edit} variant="unstyled">
        <TriggerForm trigger={trigger} />
      </Fieldset>
      <Divider />
      <Rotation trigger={trigger} disabled={!may_edit} />
      <Text size="xs" c="dimmed">
        {trigger.id} · model {trigger.document_id} · version {trigger.version_id}
        {workspace}
      </Text>
    </Stack>
  );
}

function TriggerForm({ trigger }: { readonly trigger: TriggerObject }) {
  const path = `/triggers/${trigger.id}`;
  const saved = useMemo(() => valuesOf(FIELDS, trigger), [trigger]);
  const save = useAct(
    (values: FieldValues) => call<TriggerObject>("PATCH", path, bodyOf(FIELDS, values), { headers: draft.headers }),
    {
      touches: ["/triggers"],
      done: "Saved",
      is_quiet: true,
      onDone: ({ revision }, sent) => draft.done(sent, revision),
    },
  );
  const draft = useDraft<FieldValues>({
    kind: "trigger",
    id: trigger.id,
    saved,
    revision: trigger.revision,
    save: (values) => isComplete(FIELDS, values) && save.mutate(values),
  });
  const { values } = draft;
  return (
    <form onSubmit={draft.submit} data-draft="trigger">
      <Stack gap="sm">
        <DraftNotes draft={draft} />
        <FieldControls key={draft.generation} fields={FIELDS} values={values} onChange={draft.set} />
        <Refused refusal={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!isComplete(FIELDS, values)}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Rotation({ trigger, disabled }: { readonly trigger: TriggerObject; readonly disabled: boolean }) {
  const [grace, setGrace] = useState("0");
  const rotate = useAct(
    () =>
      call<TriggerObject & TriggerSecrets>("POST", `/triggers/${trigger.id}/rotate-secret`, {
        grace_seconds: Number(grace),
      }),
    { touches: ["/triggers"], onDone: (changed) => keepSecrets(trigger.id, changed) },
  );
  return (
    <Group align="flex-end" gap="sm">
      <Select
        label={`New secret; the one that begins with ${trigger.trigger_secret_prefix} ends`}
        data={GRACES}
        value={grace}
        allowDeselect={false}
        disabled={disabled}
        onChange={(next) => setGrace(next ?? "0")}
      />
      <Button variant="default" disabled={disabled} loading={rotate.isPending} onClick={() => rotate.mutate(undefined)}>
        Make a new secret
      </Button>
    </Group>
  );
}
