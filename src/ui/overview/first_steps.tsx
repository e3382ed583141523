/** The first steps on an empty installation: try an example up to a solved run, or write a model. */
import { Button, Group, SimpleGrid, Stack, Text, Title } from "@mantine/core";
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
import { useAct } from "../api/queries";
import { Loading, RefusalNote } from "../layout/states";
import { ExampleCard, useExamples } from "../models/example_card";
import { useMay } from "../session/session";
import { keepSecrets } from "../triggers/kept_secrets";

export function FirstSteps() {
  const examples = useExamples();
  const may_edit = useMay("editor");
  if (!may_edit) return <Text c="dimmed">This key can only read. To begin, ask for a key with the role editor.</Text>;
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
          <ExampleToTry key={example.name} example={example} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ExampleToTry({ example }: { readonly example: ExampleSummary }) {
  const [, go] = useLocation();
  const begin = useAct(() => makeTriggerOf(example), {
    touches: ["/triggers", "/builder", "/overview"],
    onDone: (trigger) => {
      keepSecrets(trigger.id, trigger);
      go(`/triggers/${trigger.id}`);
    },
  });
  return (
    <ExampleCard example={example} action="Try it" is_pending={begin.isPending} onAct={() => begin.mutate(undefined)} />
  );
}

/** Creates the document, its version and a trigger, one after the other. */
async function makeTriggerOf(example: ExampleSummary): Promise<TriggerObject & TriggerSecrets> {
  const { title: name, description, model_json } = await call<ExampleObject>("GET", `/examples/${example.name}`);
  const document = await call<DocumentObject>("POST", "/builder", { name, model_json });
  const version = await call<VersionObject>("POST", `/builder/${document.id}/versions`, {});
  const pinned = { document_id: document.id, version_id: version.id };
  return call("POST", "/triggers", { name, description, ...pinned });
}
