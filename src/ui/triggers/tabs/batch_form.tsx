/** Fires many runs at once from a list of data sets, one run for each. The service accepts all of them or none. */
import { Button, FileButton, Group, JsonInput, Stack, Text } from "@mantine/core";
import { useLocation } from "wouter";
import { call } from "../../api/client";
import type { TriggerObject } from "../../api/objects";
import { useAct } from "../../api/queries";
import { DraftNotes } from "../../drafts/draft_notes";
import { useDraft } from "../../drafts/use_draft";
import { UnclearTexts } from "../../inputs/number_field";
import { objectsOfTable, parseTable } from "../../inputs/pasted";
import { counted } from "../../layout/figures";
import { Refused } from "../../layout/in_view";

const SETS_MAX = 1000;

const TWO_SETS = { text: "[\n  {},\n  {}\n]" };

export function BatchForm({ trigger, disabled }: { readonly trigger: TriggerObject; readonly disabled: boolean }) {
  const kept = useDraft<{ readonly text: string }>({ kind: "batch", id: trigger.id, saved: TWO_SETS, save: () => {} });
  const { text } = kept.values;
  const setText = (next: string) => kept.set({ text: next });
  const [, go] = useLocation();
  const sets = setsOf(text);
  const fire = useAct(
    () => call<{ run_ids: string[] }>("POST", `/triggers/${trigger.id}/fire-batch`, { override_data: sets }),
    {
      touches: ["/triggers", "/overview"],
      is_quiet: true,
      done: ({ run_ids }) => `${counted(run_ids.length, "run")} queued`,
      onDone: () => {
        kept.done(kept.values);
        go(`/triggers/${trigger.id}/runs`);
      },
    },
  );
  const load = async (file: File | null) => {
    if (file === null) return;
    const content = await file.text();
    setText(file.name.endsWith(".json") ? content : JSON.stringify(objectsOfTable(parseTable(content)), null, 1));
  };
  return (
    <Stack gap="sm" data-draft="batch">
      <DraftNotes draft={kept} />
      <JsonInput
        label="Sets of data"
        description={`A list of 1 to ${SETS_MAX} objects, one run for each; {} takes the model as it is`}
        autosize
        minRows={6}
        maxRows={24}
        value={text}
        error={sets === null ? "A list of objects is expected" : undefined}
        onChange={setText}
      />
      {sets !== null && <UnclearTexts value={sets} onChange={(clear) => setText(JSON.stringify(clear, null, 1))} />}
      <Refused refusal={fire.error} />
      <Group gap="xs">
        <Button disabled={disabled || sets === null} loading={fire.isPending} onClick={() => fire.mutate(undefined)}>
          {sets === null ? "Fire all" : `Fire ${counted(sets.length, "run")}`}
        </Button>
        <FileButton onChange={load} accept=".csv,.tsv,.txt,.json">
          {(button) => (
            <Button {...button} variant="default">
              Load CSV or JSON
            </Button>
          )}
        </FileButton>
        <Text size="xs" c="dimmed">
          In a CSV file the first line names inputs; every other line is one run
        </Text>
      </Group>
    </Stack>
  );
}

function setsOf(text: string): readonly unknown[] | null {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.length > 0 && value.every((set) => typeof set === "object") ? value : null;
  } catch {
    return null;
  }
}
