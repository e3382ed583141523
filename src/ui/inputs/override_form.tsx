/** One form for all data that a fire may give; inputs that are not given keep the model's values. */
import { Group, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { FieldFault } from "../api/client";
import type { FormField } from "./fields";
import { InputField } from "./input_field";

const SEARCH_FROM_FIELDS = 8;

export type Draft = Readonly<Record<string, unknown>>;

export function OverrideForm(props: {
  readonly fields: readonly FormField[];
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly faults?: readonly FieldFault[];
}) {
  const { fields, draft, onChange, faults = NO_PROBLEMS } = props;
  const [text, setText] = useState("");
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (faults.length > 0) frame.current?.querySelector('[role="alert"]')?.scrollIntoView({ block: "center" });
  }, [faults]);
  const needle = text.trim().toLowerCase();
  const shown = fields.filter(
    ({ name, description }) =>
      name.toLowerCase().includes(needle) || (description ?? "").toLowerCase().includes(needle) || name in draft,
  );
  const given = Object.keys(draft).length;
  if (fields.length === 0) {
    return <Text c="dimmed">This trigger takes no data: every fire solves its model as it stands.</Text>;
  }
  return (
    <Stack gap="sm" ref={frame}>
      <Group justify="space-between">
        <Text size="sm" c="dimmed">
          {given === 0 ? "Nothing is given: the model's own values" : `${given} of ${fields.length} given`}
        </Text>
        {fields.length >= SEARCH_FROM_FIELDS && (
          <TextInput
            size="xs"
            placeholder="Find an input"
            aria-label="Find an input"
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
        )}
      </Group>
      {shown.map((field) => (
        <InputField
          key={field.name}
          field={field}
          value={draft[field.name]}
          draft={draft}
          fault={faults.find((fault) => fault.field === field.name)?.message}
          onChange={(value) => onChange(withValue(draft, field.name, value))}
        />
      ))}
    </Stack>
  );
}

const NO_PROBLEMS: readonly FieldFault[] = [];

function withValue(draft: Draft, name: string, value: unknown): Draft {
  if (value !== undefined) return { ...draft, [name]: value };
  const { [name]: _, ...rest } = draft;
  return rest;
}
