/** The ready models, each a press away from being one's own. */
import { Button, Card, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { useLocation } from "wouter";
import { call } from "../api/client";
import type { DocumentObject, ExampleObject, ExampleSummary } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { Answered } from "../layout/states";

const STALE_MS = 3_600_000;

export function ExampleModels() {
  const examples = useGet<readonly ExampleSummary[]>("/examples", { stale_ms: STALE_MS });
  return (
    <Answered query={examples}>
      {(items) => (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
          {items.map((example) => (
            <ExampleCard key={example.name} example={example} />
          ))}
        </SimpleGrid>
      )}
    </Answered>
  );
}

function ExampleCard({ example }: { readonly example: ExampleSummary }) {
  const [, go] = useLocation();
  const take = useAct(() => copyOf(example), { touches: ["/builder"], onDone: ({ id }) => go(`/models/${id}`) });
  return (
    <Card withBorder padding="sm">
      <Stack justify="space-between" h="100%" gap="xs">
        <div>
          <Title order={3} size="h6">
            {example.title}
          </Title>
          <Text size="sm" c="dimmed">
            {example.description}
          </Text>
        </div>
        <Button
          size="xs"
          variant="light"
          aria-label={`Take it: ${example.title}`}
          loading={take.isPending}
          onClick={() => take.mutate(undefined)}
        >
          Take it
        </Button>
      </Stack>
    </Card>
  );
}

async function copyOf({ name, title }: ExampleSummary): Promise<DocumentObject> {
  const { model_json } = await call<ExampleObject>("GET", `/examples/${name}`);
  return call<DocumentObject>("POST", "/builder", { name: title, model_json });
}
