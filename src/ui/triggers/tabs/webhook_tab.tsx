/** The webhook of a trigger: its URL, events and secret, and the log of deliveries. */
import { Alert, Button, Checkbox, Fieldset, Group, Stack, Text, TextInput, Title } from "@mantine/core";
import { useMemo } from "react";
import { call } from "../../api/client";
import type { DeliveryObject, TriggerObject, TriggerSecrets } from "../../api/objects";
import { useAct } from "../../api/queries";
import { DraftNotes } from "../../drafts/draft_notes";
import { useDraft } from "../../drafts/use_draft";
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
        <WebhookForm trigger={trigger} />
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

interface Webhook {
  readonly url: string;
  readonly secret: string;
  readonly events: readonly string[];
}

function webhookOf({ webhook_url, webhook_events }: TriggerObject): Webhook {
  return { url: webhook_url ?? "", secret: "", events: webhook_events };
}

function WebhookForm({ trigger }: { readonly trigger: TriggerObject }) {
  const { draft, save } = useWebhookDraft(trigger);
  const { url, secret, events } = draft.values;
  return (
    <form onSubmit={draft.submit} data-draft="webhook">
      <Stack gap="sm">
        <DraftNotes draft={draft} textOf={({ url, events }) => JSON.stringify({ url, events }, null, 2)} />
        <TextInput
          label="URL"
          description="Each event is POSTed here, signed; empty: nothing is sent"
          placeholder="https://..."
          type="url"
          value={url}
          onChange={(event) => draft.set({ url: event.currentTarget.value })}
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
          onChange={(event) => draft.set({ secret: event.currentTarget.value })}
        />
        <Checkbox.Group label="Events" value={[...events]} onChange={(events) => draft.set({ events })}>
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

/** The draft of the webhook, and the action that saves it. */
function useWebhookDraft(trigger: TriggerObject) {
  const saved = useMemo(() => webhookOf(trigger), [trigger]);
  const save = useAct(
    ({ url, secret, events }: Webhook) =>
      call<TriggerObject & TriggerSecrets>(
        "PATCH",
        `/triggers/${trigger.id}`,
        {
          webhook_url: url.trim() === "" ? null : url.trim(),
          webhook_events: events,
          ...(secret === "" ? {} : { webhook_secret: secret }),
        },
        { headers: draft.headers },
      ),
    {
      touches: ["/triggers", "/overview"],
      done: "The webhook is saved",
      is_quiet: true,
      onDone: (changed, sent) => {
        keepSecrets(trigger.id, { webhook_secret: changed.webhook_secret });
        draft.done(sent, changed.revision, { ...sent, secret: "" });
      },
    },
  );
  const draft = useDraft<Webhook>({
    kind: "webhook",
    id: trigger.id,
    saved,
    revision: trigger.revision,
    secrets: ["secret"],
    save: (values) => save.mutate(values),
  });
  return { draft, save };
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
