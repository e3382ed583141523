/** Shows the answer of a test solve, which is not stored. */
import { Alert, Card, Group, Stack, Text, Title } from "@mantine/core";
import { duration, figure } from "../layout/figures";
import { AnswerPanel } from "../runs/answer_panel";
import type { Result } from "../runs/families";
import "../runs/runs.css";

export function TestAnswer({ result }: { readonly result: Result }) {
  return (
    <Card withBorder>
      <Stack gap="sm">
        <Group gap="md">
          <Title order={2} size="h5">
            Test solve: {result.status.replace("_", " ")}
          </Title>
          <Text size="sm" c="dimmed">
            objective {figure(result.objective_value)} in {duration(result.solve_time_seconds * 1000)}; nothing is kept
          </Text>
        </Group>
        {result.warnings.map((warning) => (
          <Alert key={warning} color="yellow">
            {warning}
          </Alert>
        ))}
        {result.variables.length > 0 && <AnswerPanel result={result} />}
        {result.report !== null && <pre className="snippet">{result.report}</pre>}
      </Stack>
    </Card>
  );
}
