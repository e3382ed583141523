/** The card of an example model: its description and one button. */
import { Button, Card, Stack, Text, Title } from "@mantine/core";
import type { ExampleSummary } from "../api/objects";
import { useGet } from "../api/queries";

/** The examples are part of the executable, so they do not change while it runs. */
const STALE_MS = 3_600_000;

export function useExamples() {
  return useGet<readonly ExampleSummary[]>("/examples", { stale_ms: STALE_MS });
}

interface ExampleCardProps {
  readonly example: ExampleSummary;
  /** The label of the button. */
  readonly action: string;
  readonly is_pending: boolean;
  readonly is_small?: boolean;
  readonly onAct: () => void;
}

export function ExampleCard({ example, action, is_pending, is_small = false, onAct }: ExampleCardProps) {
  return (
    <Card withBorder padding={is_small ? "sm" : "md"}>
      <Stack justify="space-between" h="100%" gap={is_small ? "xs" : "sm"}>
        <div>
          <Title order={3} size={is_small ? "h6" : "h5"}>
            {example.title}
          </Title>
          <Text size="sm" c="dimmed">
            {example.description}
          </Text>
        </div>
        <Button
          size={is_small ? "xs" : "sm"}
          variant="light"
          aria-label={`${action}: ${example.title}`}
          loading={is_pending}
          onClick={onAct}
        >
          {action}
        </Button>
      </Stack>
    </Card>
  );
}
