/** All errors and warnings of a model, with their position and suggestions of what may have been meant. */
import { Badge, List, Text } from "@mantine/core";
import type { Diagnostic } from "../api/objects";

const SHOWN_MAX = 100;

export function DiagnosticList({ diagnostics }: { readonly diagnostics: readonly Diagnostic[] }) {
  if (diagnostics.length === 0) return null;
  return (
    <section aria-label="Diagnostics">
      <List size="sm" spacing={4} listStyleType="none">
        {diagnostics.slice(0, SHOWN_MAX).map((diagnostic) => (
          <List.Item key={`${diagnostic.path} ${diagnostic.start} ${diagnostic.message}`}>
            <Badge variant="light" size="sm" tt="none" color={diagnostic.severity === "error" ? "red" : "yellow"}>
              {diagnostic.severity}
            </Badge>{" "}
            <Text span size="sm" c="dimmed">
              {whereOf(diagnostic)}
            </Text>{" "}
            {diagnostic.message}
            {diagnostic.hint !== undefined && `; ${diagnostic.hint}`}
            {diagnostic.notes.map((note) => (
              <Text key={note.message} size="sm" c="dimmed">
                {note.message}
              </Text>
            ))}
          </List.Item>
        ))}
      </List>
      {diagnostics.length > SHOWN_MAX && <Text size="sm">and {diagnostics.length - SHOWN_MAX} more</Text>}
    </section>
  );
}

function whereOf({ path, line, column }: Diagnostic): string {
  const is_source = path === undefined || path === "source" || path === "content";
  return is_source ? `line ${line}, column ${column}:` : `${path}, column ${column}:`;
}
