/** What an empty installation offers: a ready example that leads to a solved run, or a model of one's own. */
import { Button, Card, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import type { DocumentObject, TriggerObject, TriggerSecrets, VersionObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { Loading, RefusalNote } from "../layout/states";
import { useMay } from "../session/session";
import { keepSecret } from "../triggers/kept_secrets";

/** A ready model with data to fire it with. */
interface Example {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly model_json: unknown;
  readonly override_data?: Readonly<Record<string, unknown>> | null;
}

const EXAMPLES_STALE_MS = 3_600_000;

function useExamples() {
  return useGet<{ items: Example[] }>("/examples", { stale_ms: EXAMPLES_STALE_MS });
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
        {examples.data?.items.map((example) => (
          <ExampleCard key={example.id} example={example} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ExampleCard({ example }: { readonly example: Example }) {
  const [, go] = useLocation();
  const begin = useAct(() => makeTriggerOf(example), {
    touches: ["/triggers", "/builder", "/overview"],
    onDone: (trigger) => {
      if (trigger.trigger_secret !== undefined) keepSecret(trigger.id, trigger.trigger_secret);
      go(`/triggers/${trigger.id}`);
    },
  });
  return (
    <Card withBorder padding="md">
      <Stack justify="space-between" h="100%" gap="sm">
        <div>
          <Title order={3} size="h5">
            {example.name}
          </Title>
          <Text size="sm" c="dimmed">
            {example.description}
          </Text>
        </div>
        <Button variant="light" loading={begin.isPending} onClick={() => begin.mutate(undefined)}>
          Try {example.name}
        </Button>
      </Stack>
    </Card>
  );
}

/** Document, version and trigger in one go. */
async function makeTriggerOf(example: Example): Promise<TriggerObject & TriggerSecrets> {
  const document = await call<DocumentObject>("POST", "/builder", {
    name: example.name,
    model_json: example.model_json,
  });
  const version = await call<VersionObject>("POST", `/builder/${document.id}/versions`, {});
  const pinned = { document_id: document.id, version_id: version.id };
  return call("POST", "/triggers", { name: example.name, description: example.description, ...pinned });
}
