/** What an empty installation offers: a ready example that leads to a solved run, or a model of one's own. */
import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import type {
  DocumentObject,
  ExampleObject,
  ExampleSummary,
  TriggerObject,
  TriggerSecrets,
  VersionObject,
} from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { Loading, RefusalNote } from "../layout/states";
import { useMay } from "../session/session";
import { keepSecrets } from "../triggers/kept_secrets";

const EXAMPLES_STALE_MS = 3_600_000;

function useExamples() {
  return useGet<readonly ExampleSummary[]>("/examples", { stale_ms: EXAMPLES_STALE_MS });
}

export function FirstSteps() {
  const examples = useExamples();
  const may_edit = useMay("editor");
  if (!may_edit)
    return <Text c="dimmed">This key may look and not make; ask for one with the role editor to begin.</Text>;
  return (
    <Stack gap="sm">
      <Group justify="space-between">
        <Title order={2} size="h4">
          Begin with an example
        </Title>
        <Button variant="default" component={Link} href="/models">
          Or write a model of your own
        </Button>
      </Group>
      {examples.isPending && <Loading rows={2} />}
      {examples.error !== null && <RefusalNote refusal={examples.error} />}
      <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }}>
        {examples.data?.map((example) => (
          <ExampleCard key={example.name} example={example} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ExampleCard({ example }: { readonly example: ExampleSummary }) {
  const [, go] = useLocation();
  const begin = useAct(() => makeTriggerOf(example), {
    touches: ["/triggers", "/builder", "/overview"],
    onDone: (trigger) => {
      keepSecrets(trigger.id, trigger);
      go(`/triggers/${trigger.id}`);
    },
  });
  return (
    <Card withBorder padding="md">
      <Stack justify="space-between" h="100%" gap="sm">
        <div>
          <Title order={3} size="h5">
            {example.title}
          </Title>
          <Text size="sm" c="dimmed">
            {example.description}
          </Text>
        </div>
        <Button
          variant="light"
          aria-label={`Try it: ${example.title}`}
          loading={begin.isPending}
          onClick={() => begin.mutate(undefined)}
        >
          Try it
        </Button>
      </Stack>
    </Card>
  );
}

/** Document, version and trigger in one go. */
async function makeTriggerOf(example: ExampleSummary): Promise<TriggerObject & TriggerSecrets> {
  const { title: name, description, model_json } = await call<ExampleObject>("GET", `/examples/${example.name}`);
  const document = await call<DocumentObject>("POST", "/builder", { name, model_json });
  const version = await call<VersionObject>("POST", `/builder/${document.id}/versions`, {});
  const pinned = { document_id: document.id, version_id: version.id };
  return call("POST", "/triggers", { name, description, ...pinned });
}
