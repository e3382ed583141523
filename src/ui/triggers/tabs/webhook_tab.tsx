/** The webhook of a trigger: its URL, events and secret, and the log of deliveries. */
import { Alert, Button, Checkbox, Fieldset, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState } from "react";
import { call } from "../../api/client";
import type { DeliveryObject, TriggerObject, TriggerSecrets } from "../../api/objects";
import { useAct } from "../../api/queries";
import { submits } from "../../api/submit";
import { FACTS } from "../../facts";
import { Refused } from "../../layout/in_view";
import { When } from "../../layout/when";
import { useMay } from "../../session/session";
import { keepSecrets } from "../kept_secrets";
import { Deliveries } from "./deliveries";

export function WebhookTab({ trigger }: { readonly trigger: TriggerObject }) {
  const may_edit = useMay("editor");
  return (
    <Stack gap="lg">
      {trigger.webhook_disabled_at !== null && (
        <Alert color="orange" title="Nothing is sent any more">
          {trigger.webhook_disabled_reason} (<When at={trigger.webhook_disabled_at} />
          ). Save the webhook to turn it on again.
        </Alert>
      )}
      <Fieldset disabled={!may_edit} variant="unstyled" maw={720}>
        <WebhookForm key={trigger.updated_at} trigger={trigger} />
      </Fieldset>
      <section aria-labelledby="deliveries">
        <Title order={2} size="h4" mb="xs" id="deliveries">
          Deliveries
        </Title>
        <Deliveries trigger={trigger} />
      </section>
    </Stack>
  );
}

function WebhookForm({ trigger }: { readonly trigger: TriggerObject }) {
  const [url, setUrl] = useState(trigger.webhook_url ?? "");
  const [secret, setSecret] = useState("");
  const [events, setEvents] = useState<readonly string[]>(trigger.webhook_events);
  const save = useAct(
    () =>
      call<TriggerObject & TriggerSecrets>("PATCH", `/triggers/${trigger.id}`, {
        webhook_url: url.trim() === "" ? null : url.trim(),
        webhook_events: events,
        ...(secret === "" ? {} : { webhook_secret: secret }),
      }),
    {
      touches: ["/triggers", "/overview"],
      done: "The webhook is saved",
      is_quiet: true,
      onDone: (changed) => keepSecrets(trigger.id, { webhook_secret: changed.webhook_secret }),
    },
  );
  return (
    <form onSubmit={submits(save)}>
      <Stack gap="sm">
        <TextInput
          label="URL"
          description="Each event is POSTed here, signed; empty: nothing is sent"
          placeholder="https://..."
          type="url"
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <TextInput
          label={trigger.webhook_secret_set ? "New secret" : "Secret"}
          description={
            trigger.webhook_secret_set
              ? "Empty keeps the secret. After a change, deliveries are signed with both secrets for a day"
              : "Empty: one is made and shown once"
          }
          autoComplete="off"
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Checkbox.Group label="Events" value={[...events]} onChange={setEvents}>
          <Stack gap={6} mt={6}>
            {FACTS.webhook_events.map(({ event, meaning }) => (
              <Checkbox key={event} value={event} label={`${event}: ${meaning}`} />
            ))}
          </Stack>
        </Checkbox.Group>
        <SecretWarnings warnings={save.data?.warnings ?? []} />
        <Refused refusal={save.error} />
        <Group gap="xs">
          <Button type="submit" loading={save.isPending}>
            Save the webhook
          </Button>
          {trigger.webhook_url !== null && <Ping trigger={trigger} />}
        </Group>
      </Stack>
    </form>
  );
}

function SecretWarnings({ warnings }: { readonly warnings: readonly string[] }) {
  return warnings.map((warning) => (
    <Alert key={warning} color="yellow" title="What receivers must know">
      {warning}
    </Alert>
  ));
}

function Ping({ trigger }: { readonly trigger: TriggerObject }) {
  const ping = useAct(() => call<DeliveryObject>("POST", `/triggers/${trigger.id}/webhook/ping`), {
    touches: [`/triggers/${trigger.id}/deliveries`],
    done: "A ping is being sent; it appears in the deliveries",
  });
  return (
    <>
      <Button variant="default" loading={ping.isPending} onClick={() => ping.mutate(undefined)}>
        Send a ping
      </Button>
      <Text size="xs" c="dimmed">
        Tries the receiver without a run
      </Text>
    </>
  );
}
