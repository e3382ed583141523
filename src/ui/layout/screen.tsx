/** The head of a screen: its name, its actions, and the title of the document. */
import { Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";

export function Screen(props: {
  readonly title: string;
  /** One line under the title. */
  readonly about?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}) {
  useDocumentTitle(`${props.title} · jaot-triggers`);
  return (
    <Stack gap="lg">
      <Group justify="space-between" align="flex-start" gap="sm">
        <div className="screen-head">
          <Title order={1} size="h2">
            {props.title}
          </Title>
          {props.about !== undefined && (
            <Text c="dimmed" component="div">
              {props.about}
            </Text>
          )}
        </div>
        {props.actions !== undefined && <Group gap="xs">{props.actions}</Group>}
      </Group>
      {props.children}
    </Stack>
  );
}
