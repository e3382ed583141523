/** One number: it may be typed in any notation, the field shows the number that was read, and asks when there are two readings. */
import { Button, Group, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { numberHabit } from "../layout/numbers";
import { numberOrText, printedNumber, readNumber, typedNumber } from "./number_text";

export interface NumberFieldProps {
  readonly label?: string;
  readonly "aria-label"?: string;
  readonly description?: string;
  readonly required?: boolean;
  readonly width?: number;
  readonly min?: number;
  readonly max?: number;
  /** A text when the typed characters are not a number, or not yet; "" when the field is empty. */
  readonly value: number | string;
  readonly onChange: (value: number | string) => void;
}

export function NumberField({ value, onChange, min, max, width, ...shown }: NumberFieldProps) {
  const [{ typed, beside }, setTyped] = useState({ typed: textOf(value), beside: value });
  // The typed text stays while it means the value, or while it is not a number and the form still holds the value it had before.
  // A value that comes from elsewhere replaces the text.
  const is_kept = numberOrText(typed) === value || (beside === value && readNumber(typed).kind !== "number");
  const text = is_kept ? typed : textOf(value);
  const give = (next: string) => {
    setTyped({ typed: next, beside: value });
    onChange(numberOrText(next));
  };
  return (
    <div>
      <TextInput
        {...shown}
        inputMode="decimal"
        autoComplete="off"
        maw={width ?? 240}
        value={text}
        error={problemOf(text, min, max)}
        onChange={(event) => give(event.currentTarget.value)}
      />
      <Echo text={text} />
      <TwoReadings texts={[text]} onChoose={(_, chosen) => give(typedNumber(chosen, numberHabit()))} />
    </div>
  );
}

/** Shows the number that a text was read as; nothing when the text is not a number. */
export function Echo({ text }: { readonly text: string }) {
  const reading = readNumber(text);
  if (reading.kind !== "number") return null;
  return (
    <Text span size="xs" c="dimmed" className="number-echo">
      = {printedNumber(reading.value, numberHabit())}
    </Text>
  );
}

/** Asks which of two numbers is meant by the texts that have two readings; shows nothing when all are clear. One answer applies to all. */
export function TwoReadings(props: {
  readonly texts: readonly string[];
  /** Called for each text that has two readings, with its index and the number that was chosen. */
  readonly onChoose: (place: number, value: number) => void;
}) {
  const { texts, onChoose } = props;
  const found = texts.flatMap((text, place) => {
    const reading = readNumber(text);
    return reading.kind === "two" ? [{ text, place, reading }] : [];
  });
  const [first] = found;
  if (first === undefined) return null;
  const habit = numberHabit();
  const as = (kind: "grouped" | "decimal") => (
    <Button
      size="compact-xs"
      variant="default"
      onClick={() => {
        for (const { place, reading } of found) onChoose(place, reading[kind]);
      }}
    >
      {typedNumber(first.reading[kind], habit)}
    </Button>
  );
  return (
    <Group gap="xs" role="alert" className="two-readings">
      <Text size="sm">
        {first.text} can be read in two ways{found.length > 1 && `, and ${found.length - 1} more like it`}. It is
      </Text>
      {as("grouped")}
      <Text size="sm">or</Text>
      {as("decimal")}
    </Group>
  );
}

/** Asks the same question for numbers that a file holds as texts, anywhere in JSON. */
export function UnclearTexts({
  value,
  onChange,
}: {
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const meant = new Map<string, number>();
  const texts = [...new Set(textsIn(value))];
  return (
    <TwoReadings
      texts={texts}
      onChoose={(place, number) => {
        meant.set(texts[place]!, number);
        onChange(replaced(value, meant));
      }}
    />
  );
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

function replaced(value: unknown, meant: ReadonlyMap<string, number>): unknown {
  if (typeof value === "string") return meant.get(value) ?? value;
  if (Array.isArray(value)) return value.map((one) => replaced(one, meant));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, meant)]));
}

function textOf(value: number | string): string {
  return typeof value === "number" ? typedNumber(value, numberHabit()) : value;
}

function problemOf(text: string, min: number | undefined, max: number | undefined): string | null {
  const reading = readNumber(text);
  if (reading.kind === "none") return "This is not a number";
  if (reading.kind !== "number") return null;
  if (min !== undefined && reading.value < min) return `At least ${typedNumber(min, numberHabit())}`;
  return max !== undefined && reading.value > max ? `At most ${typedNumber(max, numberHabit())}` : null;
}
