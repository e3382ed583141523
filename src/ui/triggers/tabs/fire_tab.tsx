/** Fires a trigger by hand, with today's data from a form or as one JSON text, and then opens the run. */
import { Alert, Button, Group, JsonInput, Kbd, SegmentedControl, Stack, Text } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { call, type FieldFault } from "../../api/client";
import type { TriggerObject } from "../../api/objects";
import { useAct } from "../../api/queries";
import { DraftNotes } from "../../drafts/draft_notes";
import { useDraft } from "../../drafts/use_draft";
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

/** The draft: the data, and the JSON text when it was typed as text. */
interface Fire {
  readonly data: Draft;
  readonly text: string | null;
}

function FireForm({ trigger, fields }: { readonly trigger: TriggerObject; readonly fields: Fields }) {
  const may_fire = useMay("solver");
  const [form, setForm] = useState("form");
  const { kept, fire } = useFireDraft(trigger);
  const { data, text } = kept.values;
  const setData = (next: Draft) => kept.set({ data: next, text: null });
  const submit = () => {
    if (form !== "batch" && may_fire && trigger.is_enabled && !fire.isPending) fire.mutate(kept.values);
  };
  const faults = fire.error?.faults ?? NO_PROBLEMS;
  const unplaced = fire.error !== null && !faults.every(({ field }) => fields.some(({ name }) => name === field));
  useHotkeys([["mod+Enter", submit]], [], true);
  return (
    <Stack gap="md" data-draft={form === "batch" ? undefined : "fire"}>
      {form !== "batch" && <DraftNotes draft={kept} />}
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
        <OverrideForm key={kept.generation} fields={fields} draft={data} onChange={setData} faults={faults} />
      ) : form === "batch" ? (
        <BatchForm trigger={trigger} disabled={!may_fire || !trigger.is_enabled} />
      ) : (
        <DraftAsJson text={text ?? JSON.stringify(data, null, 2)} onType={(change) => kept.set(change)} />
      )}
    </Stack>
  );
}

/** The draft of the data, and the action that fires it. */
function useFireDraft(trigger: TriggerObject) {
  const [, go] = useLocation();
  const [handed] = useState(() => takeFireDraft(trigger.id));
  const saved = useMemo<Fire>(() => ({ data: handed, text: null }), [handed]);
  const fire = useAct(
    ({ data }: Fire) => call<{ run_id: string }>("POST", `/triggers/${trigger.id}/fire`, { override_data: data }),
    {
      touches: ["/triggers", "/overview"],
      is_quiet: true,
      onDone: ({ run_id }, sent) => {
        kept.done(sent);
        go(`/triggers/${trigger.id}/runs/${run_id}`);
      },
    },
  );
  // Ctrl+S does nothing here, because the draft is already kept: only the button and Ctrl+Enter fire.
  const kept = useDraft<Fire>({ kind: "fire", id: trigger.id, saved, save: () => {} });
  return { kept, fire };
}

/** The same data as JSON text, as in the body of a fire. */
function DraftAsJson({ text, onType }: { readonly text: string; readonly onType: (change: Partial<Fire>) => void }) {
  return (
    <JsonInput
      label="override_data"
      description="An object: the name of each input and its value"
      autosize
      minRows={6}
      maxRows={24}
      value={text}
      error={parseObject(text) === null ? "A JSON object is expected" : undefined}
      onChange={(next) => {
        const data = parseObject(next);
        onType(data === null ? { text: next } : { text: next, data });
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
