/** The example models, each with a button that copies it to the user's own models. */
import { SimpleGrid } from "@mantine/core";
import { useLocation } from "wouter";
import { call } from "../api/client";
import type { DocumentObject, ExampleObject, ExampleSummary } from "../api/objects";
import { useAct } from "../api/queries";
import { Answered } from "../layout/states";
import { ExampleCard, useExamples } from "./example_card";

export function ExampleModels() {
  const examples = useExamples();
  return (
    <Answered query={examples}>
      {(items) => (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 4 }}>
          {items.map((example) => (
            <ExampleToTake key={example.name} example={example} />
          ))}
        </SimpleGrid>
      )}
    </Answered>
  );
}

function ExampleToTake({ example }: { readonly example: ExampleSummary }) {
  const [, go] = useLocation();
  const take = useAct(() => copyOf(example), { touches: ["/builder"], onDone: ({ id }) => go(`/models/${id}`) });
  return (
    <ExampleCard
      example={example}
      action="Take it"
      is_small
      is_pending={take.isPending}
      onAct={() => take.mutate(undefined)}
    />
  );
}

async function copyOf({ name, title }: ExampleSummary): Promise<DocumentObject> {
  const { model_json } = await call<ExampleObject>("GET", `/examples/${name}`);
  return call<DocumentObject>("POST", "/builder", { name: title, model_json });
}
