/** The form that changes a trigger or replaces its secret. */
import { Button, Divider, Fieldset, Group, Select, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { call } from "../../api/client";
import type { TriggerObject, TriggerSecrets } from "../../api/objects";
import { useAct } from "../../api/queries";
import { submits } from "../../api/submit";
import { FACTS } from "../../facts";
import { Refused } from "../../layout/in_view";
import { useMay } from "../../session/session";
import { keepSecrets } from "../kept_secrets";
import { useWorkspaceNote } from "../workspace_note";
import { bodyOf, FieldControls, isComplete, valuesOf } from "./field_controls";

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
        <TriggerForm key={trigger.updated_at} trigger={trigger} />
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
  const fields = FACTS.trigger_form;
  const [values, setValues] = useState(() => valuesOf(fields, trigger));
  const save = useAct(() => call<TriggerObject>("PATCH", `/triggers/${trigger.id}`, bodyOf(fields, values)), {
    touches: ["/triggers"],
    done: "Saved",
    is_quiet: true,
  });
  return (
    <form onSubmit={submits(save)}>
      <Stack gap="sm">
        <FieldControls fields={fields} values={values} onChange={setValues} />
        <Refused refusal={save.error} />
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!isComplete(fields, values)}>
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
