/** Shows how programs fire this trigger: its address, the data it takes, and code that runs as it stands. */
import { Code, Group, Stack, Tabs, Text } from "@mantine/core";
import type { TriggerObject } from "../../api/objects";
import { CopyText } from "../../layout/secret_once";
import { Answered } from "../../layout/states";
import { useKeptSecrets } from "../kept_secrets";
import { exampleData, snippetsOf } from "./snippets";
import { useFields } from "./use_fields";

export function SnippetsTab({ trigger }: { readonly trigger: TriggerObject }) {
  const { fields, inputs } = useFields(trigger);
  const { trigger_secret = null } = useKeptSecrets(trigger.id);
  const url = `${location.origin}/api/v2/triggers/${trigger.id}/fire`;
  return (
    <Stack gap="md">
      <Group gap="xs" align="flex-start">
        <Code className="secret">{url}</Code>
        <CopyText text={url} label="Copy the URL" />
      </Group>
      <Text size="sm" c="dimmed">
        {trigger_secret === null
          ? `The secret begins with ${trigger.trigger_secret_prefix}; it is not kept here, so the code takes it from the environment variable JAOT_SECRET.`
          : "The code holds the secret until you put it away above."}{" "}
        <code>Prefer: wait=60</code> waits for the answer; without it the answer is the run's id at once.
      </Text>
      <Answered query={inputs}>
        {() => <Snippets facts={{ url, secret: trigger_secret, override_data: exampleData(fields!) }} />}
      </Answered>
    </Stack>
  );
}

function Snippets({ facts }: { readonly facts: Parameters<typeof snippetsOf>[0] }) {
  const snippets = snippetsOf(facts);
  return (
    <Tabs defaultValue="curl" variant="outline" keepMounted={false}>
      <Tabs.List className="tabs-list">
        {snippets.map(({ name }) => (
          <Tabs.Tab key={name} value={name}>
            {name}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {snippets.map(({ name, text }) => (
        <Tabs.Panel key={name} value={name} pt="sm">
          <Stack gap="xs" align="flex-start">
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling content must be reachable by keyboard. */}
            <pre className="snippet" tabIndex={0}>
              {text}
            </pre>
            <CopyText text={text} label={`Copy the ${name} code`} />
          </Stack>
        </Tabs.Panel>
      ))}
    </Tabs>
  );
}
