/** Fires a trigger by hand, with today's data from a form or as one JSON text, and then opens the run. */
import { Alert, Button, Group, JsonInput, Kbd, SegmentedControl, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useState } from "react";
import { useLocation } from "wouter";
import { call, type FieldFault } from "../../api/client";
import type { TriggerObject } from "../../api/objects";
import { useAct } from "../../api/queries";
import { type Draft, OverrideForm } from "../../inputs/override_form";
import { Refused } from "../../layout/in_view";
import { Answered } from "../../layout/states";
import { useMay } from "../../session/session";
import { BatchForm } from "./batch_form";
import { takeFireDraft } from "./fire_drafts";
import { LatestRuns } from "./latest_runs";
import { useFields } from "./use_fields";

export function FireTab({ trigger }: { readonly trigger: TriggerObject }) {
  const { fields, inputs } = useFields(trigger);
  return (
    <Stack gap="lg">
      <Answered query={inputs} rows={4}>
        {() => <FireForm trigger={trigger} fields={fields!} />}
      </Answered>
      <LatestRuns trigger={trigger} />
    </Stack>
  );
}

const NO_PROBLEMS: readonly FieldFault[] = [];

type Fields = NonNullable<ReturnType<typeof useFields>["fields"]>;

function FireForm({ trigger, fields }: { readonly trigger: TriggerObject; readonly fields: Fields }) {
  const [, go] = useLocation();
  const may_fire = useMay("solver");
  const [draft, setDraft] = useState<Draft>(() => takeFireDraft(trigger.id));
  const [form, setForm] = useState("form");
  const fire = useAct(
    () => call<{ run_id: string }>("POST", `/triggers/${trigger.id}/fire`, { override_data: draft }),
    {
      touches: ["/triggers", "/overview"],
      is_quiet: true,
      onDone: ({ run_id }) => go(`/triggers/${trigger.id}/runs/${run_id}`),
    },
  );
  const submit = () => {
    if (form !== "batch" && may_fire && trigger.is_enabled && !fire.isPending) fire.mutate(undefined);
  };
  const faults = fire.error?.faults ?? NO_PROBLEMS;
  const unplaced = fire.error !== null && !faults.every(({ field }) => fields.some(({ name }) => name === field));
  useHotkeys([["mod+Enter", submit]], [], true);
  return (
    <Stack gap="md">
      {!trigger.is_enabled && (
        <Alert color="gray" title="This trigger is off">
          It takes no fires and its schedules wait. Switch it on above.
        </Alert>
      )}
      <Group justify="space-between">
        <SegmentedControl
          size="xs"
          aria-label="Give the data as"
          value={form}
          onChange={setForm}
          data={[
            { value: "form", label: "Form" },
            { value: "json", label: "JSON" },
            { value: "batch", label: "Batch" },
          ]}
        />
        <Group gap="xs" display={form === "batch" ? "none" : "flex"}>
          <Text size="xs" c="dimmed" visibleFrom="sm">
            <Kbd size="xs">Ctrl</Kbd> <Kbd size="xs">Enter</Kbd>
          </Text>
          <Button onClick={submit} loading={fire.isPending} disabled={!may_fire || !trigger.is_enabled}>
            Fire
          </Button>
        </Group>
      </Group>
      {(faults.length === 0 || unplaced) && <Refused refusal={fire.error} />}
      {form === "form" ? (
        <OverrideForm fields={fields} draft={draft} onChange={setDraft} faults={faults} />
      ) : form === "batch" ? (
        <BatchForm trigger={trigger} disabled={!may_fire || !trigger.is_enabled} />
      ) : (
        <DraftAsJson draft={draft} onChange={setDraft} />
      )}
    </Stack>
  );
}

/** The same data as the body of a fire has it. */
function DraftAsJson({ draft, onChange }: { readonly draft: Draft; readonly onChange: (draft: Draft) => void }) {
  const [text, setText] = useState(() => JSON.stringify(draft, null, 2));
  const parsed = parseObject(text);
  return (
    <JsonInput
      label="override_data"
      description="An object: the name of each input and its value"
      autosize
      minRows={6}
      maxRows={24}
      value={text}
      error={parsed === null ? "A JSON object is expected" : undefined}
      onChange={(next) => {
        setText(next);
        const found = parseObject(next);
        if (found !== null) onChange(found);
      }}
    />
  );
}

function parseObject(text: string): Draft | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Draft) : null;
  } catch {
    return null;
  }
}
