/** Picks when a schedule ticks: in words or as a cron pattern, in a time zone, with a preview. */
import { Alert, Chip, Group, List, NativeSelect, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ApiRefusal, call } from "../api/client";
import type { PatternPreview } from "../api/objects";
import { NumberField } from "../inputs/number_field";
import { exactTime, localZone } from "../layout/when";
import { type Picked, patternOf, WEEKDAYS } from "./pattern";

const DEBOUNCE_MS = 250;
const SHOWN = 10;
const RHYTHMS = [
  { value: "minutes", label: "Every few minutes" },
  { value: "hourly", label: "Every hour" },
  { value: "daily", label: "On days of the week" },
  { value: "monthly", label: "Every month" },
  { value: "pattern", label: "By a cron pattern" },
];

export function PatternPicker(props: {
  readonly picked: Picked;
  readonly timezone: string;
  readonly onPick: (picked: Picked) => void;
  readonly onZone: (timezone: string) => void;
}) {
  const { picked, timezone, onPick, onZone } = props;
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <NativeSelect
          label="Fires"
          data={RHYTHMS}
          value={picked.rhythm}
          onChange={(event) => {
            const rhythm = event.currentTarget.value as Picked["rhythm"];
            onPick({ ...picked, rhythm, pattern: patternOf(picked) });
          }}
        />
        <RhythmFields picked={picked} onPick={onPick} />
        <Select
          label="Time zone"
          data={zones()}
          value={timezone}
          searchable
          allowDeselect={false}
          limit={60}
          onChange={(next) => onZone(next ?? timezone)}
        />
      </Group>
      <Meaning cron_expression={patternOf(picked)} timezone={timezone} />
    </Stack>
  );
}

function RhythmFields({ picked, onPick }: { readonly picked: Picked; readonly onPick: (picked: Picked) => void }) {
  const time = (
    <TextInput
      label="At"
      type="time"
      value={picked.time}
      onChange={(event) => onPick({ ...picked, time: event.currentTarget.value || picked.time })}
    />
  );
  switch (picked.rhythm) {
    case "minutes":
      return <Count label="Minutes" of="every" min={1} max={59} picked={picked} onPick={onPick} />;
    case "hourly":
      return <Count label="At minute" of="minute" min={0} max={59} picked={picked} onPick={onPick} />;
    case "daily":
      return (
        <>
          {time}
          <Days picked={picked} onPick={onPick} />
        </>
      );
    case "monthly":
      return (
        <>
          <Count label="Day" of="day_of_month" min={1} max={31} picked={picked} onPick={onPick} />
          {time}
        </>
      );
    case "pattern":
      return (
        <TextInput
          label="Pattern"
          className="mono"
          value={picked.pattern}
          onChange={(event) => onPick({ ...picked, pattern: event.currentTarget.value })}
        />
      );
  }
}

/** A control for one whole number of the pattern. */
function Count(props: {
  readonly label: string;
  readonly of: "every" | "minute" | "day_of_month";
  readonly min: number;
  readonly max: number;
  readonly picked: Picked;
  readonly onPick: (picked: Picked) => void;
}) {
  const { label, of, min, max, picked, onPick } = props;
  return (
    <NumberField
      label={label}
      min={min}
      max={max}
      width={120}
      value={picked[of]}
      onChange={(value) => typeof value === "number" && onPick({ ...picked, [of]: value })}
    />
  );
}

function Days({ picked, onPick }: { readonly picked: Picked; readonly onPick: (picked: Picked) => void }) {
  return (
    <Chip.Group multiple value={[...picked.days]} onChange={(days) => onPick({ ...picked, days })}>
      <Group gap={4} role="group" aria-label="Days, none for every day">
        {WEEKDAYS.map((day, i) => (
          <Chip key={day} value={String(i + 1)} size="xs">
            {day}
          </Chip>
        ))}
      </Group>
    </Chip.Group>
  );
}

/** The service's preview of a pattern: its description, next instants and notes on clock changes, or why it is not valid. */
function Meaning({ cron_expression, timezone }: { readonly cron_expression: string; readonly timezone: string }) {
  const [asked] = useDebouncedValue(`${timezone} ${cron_expression}`, DEBOUNCE_MS);
  const preview = useQuery<PatternPreview, ApiRefusal>({
    queryKey: ["/schedules/validate", asked],
    queryFn: ({ signal }) => {
      const [zone = "", ...pattern] = asked.split(" ");
      const body = { cron_expression: pattern.join(" "), timezone: zone, count: SHOWN };
      return call<PatternPreview>("POST", "/schedules/validate", body, { signal });
    },
    placeholderData: (before) => before,
  });
  if (preview.error !== null) {
    return (
      <Alert color="red" title="This pattern cannot be kept" role="alert">
        {preview.error.message}
      </Alert>
    );
  }
  if (preview.data === undefined) return null;
  const { description, next_runs, notes } = preview.data;
  return (
    <div aria-live="polite">
      <Text size="sm" fw={600}>
        {description ?? cron_expression} ({preview.data.timezone})
      </Text>
      <Text size="sm" c="dimmed">
        Next:{" "}
        {next_runs
          .slice(0, 3)
          .map((at) => exactTime(at, preview.data.timezone))
          .join(" · ")}
      </Text>
      {notes.length > 0 && (
        <List size="sm">
          {notes.map((note) => (
            <List.Item key={note.code}>{note.message}</List.Item>
          ))}
        </List>
      )}
    </div>
  );
}

let zone_names: string[] | null = null;

function zones(): string[] {
  zone_names ??= [...new Set([localZone(), "UTC", ...Intl.supportedValuesOf("timeZone")])];
  return zone_names;
}
