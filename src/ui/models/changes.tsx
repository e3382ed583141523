/** The changes between two versions: each named part that differs, before and after. */
import { Stack, Text } from "@mantine/core";
import type { ModelChanges } from "../api/objects";

const SECTIONS = ["variables", "constraints", "parameters", "declarations", "settings"] as const;
const SHOWN_MAX = 200;

interface Change {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

export function Changes({ changes }: { readonly changes: ModelChanges }) {
  const list = listOf(changes);
  if (list.length === 0) return <Text size="sm">The model is the same.</Text>;
  return (
    <Stack gap="xs">
      {list.slice(0, SHOWN_MAX).map(({ name, before, after }) => (
        <div key={name} className="change">
          <Text size="sm" fw={600}>
            {name}
          </Text>
          {before !== undefined && <pre className="change-before">− {textOf(before)}</pre>}
          {after !== undefined && <pre className="change-after">+ {textOf(after)}</pre>}
        </div>
      ))}
      {list.length > SHOWN_MAX && <Text size="sm">and {list.length - SHOWN_MAX} more</Text>}
    </Stack>
  );
}

function listOf(changes: ModelChanges): readonly Change[] {
  const found: Change[] = changes.objective === null ? [] : [{ name: "objective", ...changes.objective }];
  for (const section of SECTIONS) {
    const { added, removed, modified } = changes[section];
    found.push(
      ...removed.map(({ name, value }) => ({ name, before: value, after: undefined })),
      ...modified,
      ...added.map(({ name, value }) => ({ name, before: undefined, after: value })),
    );
  }
  return found;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
