/** The form for a schedule: when it ticks, with which data, and the rules for ticks that overlap, are missed, or are excluded. */
import { Accordion, Button, Group, Select, Stack, TagsInput, TextInput } from "@mantine/core";
import { useMemo } from "react";
import { call } from "../api/client";
import type { ScheduleObject, TriggerObject } from "../api/objects";
import { useAct } from "../api/queries";
import { DraftNotes } from "../drafts/draft_notes";
import { useDraft } from "../drafts/use_draft";
import { NumberField } from "../inputs/number_field";
import { type Draft, OverrideForm } from "../inputs/override_form";
import { Refused } from "../layout/in_view";
import { localZone } from "../layout/when";
import { useFields } from "../triggers/tabs/use_fields";
import { type Picked, patternOf, pickedOf } from "./pattern";
import { PatternPicker } from "./pattern_picker";

const OVERLAPS = [
  { value: "skip", label: "skip the tick" },
  { value: "buffer_one", label: "wait, the newest one alone" },
  { value: "allow", label: "run beside it" },
  { value: "cancel_previous", label: "stop the run before" },
];
const CATCH_UPS = [
  { value: "latest", label: "make up for them with one run" },
  { value: "none", label: "leave them" },
  { value: "all", label: "run all, oldest first" },
];

const HOUR_SECONDS = 3600;

/** The settings of a schedule beside its pattern and data; times are texts as the inputs hold them. */
interface Rules {
  readonly overlap_policy: string;
  readonly catch_up: string;
  /** Hours and seconds as they are typed: a text when it is not a number, or not yet. */
  readonly catch_up_window_hours: number | string;
  readonly jitter_seconds: number | string;
  readonly starts_at: string;
  readonly ends_at: string;
  readonly pause_until: string;
  readonly exclude_dates: readonly string[];
}

/** The values of the form. */
interface Settings {
  readonly picked: Picked;
  readonly timezone: string;
  readonly data: Draft;
  readonly rules: Rules;
}

function settingsOf(schedule: ScheduleObject | null): Settings {
  return {
    picked: pickedOf(schedule?.cron_expression ?? null),
    timezone: schedule?.timezone ?? localZone(),
    data: (schedule?.override_data as Draft | null) ?? {},
    rules: rulesOf(schedule),
  };
}

function requestOf({ picked, timezone, data, rules }: Settings): Record<string, unknown> {
  return {
    cron_expression: patternOf(picked),
    timezone,
    override_data: Object.keys(data).length === 0 ? null : data,
    ...bodyOf(rules),
  };
}

interface ScheduleFormProps {
  readonly trigger: TriggerObject;
  /** null makes a new schedule. */
  readonly schedule: ScheduleObject | null;
  /** The API path that creates or changes it. */
  readonly path: string;
  readonly onDone: () => void;
}

export function ScheduleForm(props: ScheduleFormProps) {
  const { trigger, schedule, onDone } = props;
  const { draft, save } = useScheduleDraft(props);
  const { fields } = useFields(trigger);
  const { picked, timezone, data, rules } = draft.values;
  const cancel = () => {
    draft.discard();
    onDone();
  };
  return (
    <form onSubmit={draft.submit} data-draft={schedule === null ? "new_schedule" : "schedule"}>
      <Stack gap="md" key={draft.generation}>
        <DraftNotes draft={draft} />
        <PatternPicker
          picked={picked}
          timezone={timezone}
          onPick={(picked) => draft.set({ picked })}
          onZone={(timezone) => draft.set({ timezone })}
        />
        <Accordion variant="contained" chevronPosition="left">
          <Accordion.Item value="data">
            <Accordion.Control>Data that every tick gives</Accordion.Control>
            <Accordion.Panel>
              {fields !== null && (
                <OverrideForm
                  fields={fields}
                  draft={data}
                  onChange={(data) => draft.set({ data })}
                  faults={save.error?.faults ?? []}
                />
              )}
            </Accordion.Panel>
          </Accordion.Item>
          <Accordion.Item value="rules">
            <Accordion.Control>When ticks meet, are missed, or should not come</Accordion.Control>
            <Accordion.Panel>
              <RulesFields rules={rules} onChange={(rules) => draft.set({ rules })} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Refused refusal={save.error} />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
            {schedule === null ? "Make the schedule" : "Save the schedule"}
          </Button>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The draft of the schedule, and the action that saves it. */
function useScheduleDraft({ trigger, schedule, path, onDone }: ScheduleFormProps) {
  const saved = useMemo(() => settingsOf(schedule), [schedule]);
  const save = useAct(
    (values: Settings) =>
      call<ScheduleObject>(schedule === null ? "POST" : "PATCH", path, requestOf(values), { headers: draft.headers }),
    {
      touches: ["/triggers", "/overview"],
      done: "The schedule is saved",
      is_quiet: true,
      onDone: (_, sent) => {
        draft.done(sent);
        onDone();
      },
    },
  );
  const draft = useDraft<Settings>({
    kind: schedule === null ? "new_schedule" : "schedule",
    id: schedule?.id ?? trigger.id,
    saved,
    revision: schedule?.revision ?? null,
    save: (values) => save.mutate(values),
  });
  return { draft, save };
}

function RulesFields({ rules, onChange }: { readonly rules: Rules; readonly onChange: (rules: Rules) => void }) {
  const set = (change: Partial<Rules>) => onChange({ ...rules, ...change });
  return (
    <Stack gap="sm">
      <Select
        label="When the run before is still under way"
        data={OVERLAPS}
        value={rules.overlap_policy}
        allowDeselect={false}
        onChange={(value) => set({ overlap_policy: value ?? rules.overlap_policy })}
      />
      <Group className="pair" align="flex-start">
        <Select
          label="Ticks that were missed"
          description="While the service was down"
          data={CATCH_UPS}
          value={rules.catch_up}
          allowDeselect={false}
          onChange={(value) => set({ catch_up: value ?? rules.catch_up })}
        />
        <NumberField
          label="For at most, hours"
          description="Older ones are left"
          min={0}
          value={rules.catch_up_window_hours}
          onChange={(catch_up_window_hours) => set({ catch_up_window_hours })}
        />
        <NumberField
          label="Spread, seconds"
          description="A fixed delay for each tick"
          min={0}
          value={rules.jitter_seconds}
          onChange={(jitter_seconds) => set({ jitter_seconds })}
        />
      </Group>
      <Instants rules={rules} set={set} />
      <TagsInput
        label="Not on these dates"
        description="In the schedule's zone, 2026-12-25"
        value={[...rules.exclude_dates]}
        onChange={(exclude_dates) => set({ exclude_dates })}
      />
    </Stack>
  );
}

/** Inputs for the times when the schedule begins, ends and pauses, in the reader's local time. */
function Instants({ rules, set }: { readonly rules: Rules; readonly set: (change: Partial<Rules>) => void }) {
  return (
    <Group className="pair" align="flex-start">
      <TextInput
        label="Not before"
        type="datetime-local"
        value={rules.starts_at}
        onChange={(event) => set({ starts_at: event.currentTarget.value })}
      />
      <TextInput
        label="Not after"
        type="datetime-local"
        value={rules.ends_at}
        onChange={(event) => set({ ends_at: event.currentTarget.value })}
      />
      <TextInput
        label="Paused until"
        type="datetime-local"
        value={rules.pause_until}
        onChange={(event) => set({ pause_until: event.currentTarget.value })}
      />
    </Group>
  );
}

function rulesOf(schedule: ScheduleObject | null): Rules {
  return {
    overlap_policy: schedule?.overlap_policy ?? "skip",
    catch_up: schedule?.catch_up ?? "latest",
    catch_up_window_hours: (schedule?.catch_up_window_seconds ?? 86_400) / HOUR_SECONDS,
    jitter_seconds: schedule?.jitter_seconds ?? 0,
    starts_at: forInput(schedule?.starts_at ?? null),
    ends_at: forInput(schedule?.ends_at ?? null),
    pause_until: forInput(schedule?.pause_until ?? null),
    exclude_dates: schedule?.exclude_dates ?? [],
  };
}

function bodyOf(rules: Rules): Record<string, unknown> {
  const instant = (text: string): string | null => (text === "" ? null : new Date(text).toISOString());
  const { catch_up_window_hours: hours, ...rest } = rules;
  return {
    ...rest,
    catch_up_window_seconds: typeof hours === "number" ? Math.round(hours * HOUR_SECONDS) : hours,
    starts_at: instant(rules.starts_at),
    ends_at: instant(rules.ends_at),
    pause_until: instant(rules.pause_until),
  };
}

/** The value for a date and time input: the reader's local time, to the minute. */
function forInput(at: string | null): string {
  if (at === null) return "";
  const local = new Date(at);
  return new Date(local.getTime() - local.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
