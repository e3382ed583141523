/** What may be changed of a trigger, and a new secret for it. */
import {
  Button,
  Divider,
  Fieldset,
  Group,
  JsonInput,
  NumberInput,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { type FormEvent, useState } from "react";
import { call } from "../../api/client";
import type { TriggerObject, TriggerSecrets } from "../../api/objects";
import { useAct } from "../../api/queries";
import { RefusalNote } from "../../layout/states";
import { useMay } from "../../session/session";
import { keepSecrets } from "../kept_secrets";
import { useWorkspaceNote } from "../workspace_note";

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
  const [name, setName] = useState(trigger.name);
  const [description, setDescription] = useState(trigger.description ?? "");
  const [priority, setPriority] = useState<number | string>(trigger.priority);
  const [at_once, setAtOnce] = useState<number | string>(trigger.max_concurrent_runs ?? "");
  const [expected, setExpected] = useState<number | string>(trigger.expect_within_seconds ?? "");
  const [schema, setSchema] = useState(JSON.stringify(trigger.override_schema, null, 2));
  const is_json = isJson(schema);
  const save = useAct(
    () =>
      call<TriggerObject>("PATCH", `/triggers/${trigger.id}`, {
        name,
        description: description === "" ? null : description,
        priority: Number(priority),
        max_concurrent_runs: at_once === "" ? null : Number(at_once),
        expect_within_seconds: expected === "" ? null : Number(expected),
        override_schema: JSON.parse(schema),
      }),
    { touches: ["/triggers"], done: "Saved", is_quiet: true },
  );
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(undefined);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput label="Name" required value={name} onChange={(event) => setName(event.currentTarget.value)} />
        <Textarea
          label="Description"
          autosize
          minRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
        <Limits
          priority={priority}
          at_once={at_once}
          expected={expected}
          onPriority={setPriority}
          onAtOnce={setAtOnce}
          onExpected={setExpected}
        />
        <JsonInput
          label="Override schema"
          description="null: every input of the model may be given; []: none; or a list of fields"
          autosize
          minRows={2}
          maxRows={20}
          value={schema}
          error={is_json ? undefined : "This is not JSON yet"}
          onChange={setSchema}
        />
        {save.error !== null && <RefusalNote refusal={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending} disabled={!is_json || name.trim() === ""}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** How its runs stand among others, and when their absence is an alarm. */
function Limits(props: {
  readonly priority: number | string;
  readonly at_once: number | string;
  readonly expected: number | string;
  readonly onPriority: (value: number | string) => void;
  readonly onAtOnce: (value: number | string) => void;
  readonly onExpected: (value: number | string) => void;
}) {
  const { priority, at_once, expected, onPriority, onAtOnce, onExpected } = props;
  return (
    <Group className="pair" align="flex-start">
      <NumberInput
        label="Priority"
        description="0 to 9; 9 has the most turns at the solvers"
        min={0}
        max={9}
        value={priority}
        onChange={onPriority}
      />
      <NumberInput
        label="Runs at one time"
        description="Empty: as many as there are solvers"
        min={1}
        value={at_once}
        onChange={onAtOnce}
      />
      <NumberInput
        label="Alarm after, seconds"
        description="Without a good result; empty: never"
        min={1}
        value={expected}
        onChange={onExpected}
      />
    </Group>
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
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
