/** The form for a new trigger: the model and its version, the inputs that a fire may give, the webhook, and the schedule. */
import { Button, Fieldset, Group, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useMemo } from "react";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import type { DocumentSummary, ScheduleObject, TriggerObject, TriggerSecrets, VersionObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { DraftNotes } from "../drafts/draft_notes";
import { useDraft } from "../drafts/use_draft";
import { Refused } from "../layout/in_view";
import { Screen } from "../layout/screen";
import { Answered, Empty } from "../layout/states";
import { localZone } from "../layout/when";
import { type Picked, patternOf, pickedOf } from "../schedules/pattern";
import { PatternPicker } from "../schedules/pattern_picker";
import { type Choice, InputChoices, schemaOf } from "./input_choices";
import { keepSecrets } from "./kept_secrets";
import { WorkspaceSelect } from "./workspace_select";

export default function NewTriggerScreen() {
  const documents = useGet<DocumentSummary[]>("/builder?limit=1000");
  return (
    <Screen title="New trigger" about="Pin a version of a model behind a URL with a secret of its own">
      <Answered query={documents}>
        {(items) =>
          items.length === 0 ? (
            <Empty
              title="There is no model yet"
              actions={
                <Button component={Link} href="/models">
                  To the models
                </Button>
              }
            >
              A trigger solves a model. Write one, import one, or take an example.
            </Empty>
          ) : (
            <TriggerForm documents={items} />
          )
        }
      </Answered>
    </Screen>
  );
}

/** The values of the form, field by field. */
interface Form {
  readonly name: string;
  readonly description: string;
  readonly document_id: string | null;
  readonly version_id: string | null;
  readonly choice: Choice;
  readonly webhook_url: string;
  readonly webhook_secret: string;
  readonly is_scheduled: boolean;
  readonly workspace_id: string | null;
  readonly picked: Picked;
  readonly timezone: string;
}

function isReady({ name, document_id }: Form): boolean {
  return name.trim() !== "" && document_id !== null;
}

function TriggerForm({ documents }: { readonly documents: readonly DocumentSummary[] }) {
  const { draft, make, versions, version_id } = useTriggerDraft(documents);
  const { values: form, set } = draft;
  const { picked, timezone } = form;
  return (
    <form onSubmit={draft.submit} data-draft="new_trigger">
      <Stack gap="md" maw={820} key={draft.generation}>
        <DraftNotes draft={draft} />
        <ModelFields form={form} set={set} documents={documents} versions={versions} version_id={version_id} />
        {form.document_id !== null && version_id !== null && (
          <Fieldset legend="What a fire may give">
            <InputChoices
              path={`/builder/${form.document_id}/versions/${version_id}/inputs`}
              choice={form.choice}
              onChange={(choice) => set({ choice })}
            />
          </Fieldset>
        )}
        <WorkspaceSelect
          none="The first one"
          value={form.workspace_id}
          onChange={(workspace_id) => set({ workspace_id })}
        />
        <WebhookFields form={form} set={set} />
        <ScheduleFields form={form} set={set}>
          <PatternPicker
            picked={picked}
            timezone={timezone}
            onPick={(picked) => set({ picked })}
            onZone={(timezone) => set({ timezone })}
          />
        </ScheduleFields>
        <Refused refusal={make.error} />
        <Group gap="xs">
          <Button type="submit" loading={make.isPending} disabled={!isReady(form)}>
            Make the trigger
          </Button>
          <Button variant="default" component={Link} href="/triggers">
            Cancel
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** The draft of the trigger, and the action that creates it. */
function useTriggerDraft(documents: readonly DocumentSummary[]) {
  const asked = new URLSearchParams(location.search).get("model");
  const saved = useMemo(() => emptyForm(documents, asked), [documents, asked]);
  const [, go] = useLocation();
  const make = useAct(
    (given: Form) => {
      const { picked, timezone } = given;
      const schedule = given.is_scheduled ? { cron_expression: patternOf(picked), timezone } : null;
      return makeTrigger({ ...given, version_id: given.version_id ?? newest }, schedule);
    },
    {
      touches: ["/triggers", "/overview", "/builder"],
      is_quiet: true,
      onDone: (made, sent) => {
        draft.done(sent);
        go(`/triggers/${made.id}`);
      },
    },
  );
  const draft = useDraft<Form>({
    kind: "new_trigger",
    id: asked ?? "",
    saved,
    secrets: ["webhook_secret"],
    save: (values) => isReady(values) && make.mutate(values),
  });
  const form = draft.values;
  const versions = useGet<VersionObject[]>(form.document_id === null ? null : `/builder/${form.document_id}/versions`);
  const newest = versions.data?.[0]?.id ?? null;
  return { draft, make, versions: versions.data ?? [], version_id: form.version_id ?? newest };
}

function ScheduleFields(props: {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
  /** The pattern, used when there is a schedule. */
  readonly children: ReactNode;
}) {
  const { form, set, children } = props;
  return (
    <Fieldset legend="Schedule">
      <Stack gap="sm">
        <Switch
          label="It fires by itself"
          checked={form.is_scheduled}
          onChange={(event) => set({ is_scheduled: event.currentTarget.checked })}
        />
        {form.is_scheduled && children}
      </Stack>
    </Fieldset>
  );
}

function emptyForm(documents: readonly DocumentSummary[], asked: string | null): Form {
  const document = documents.find(({ id }) => id === asked) ?? (documents.length === 1 ? documents[0] : undefined);
  return {
    name: document?.name ?? "",
    description: "",
    document_id: document?.id ?? null,
    version_id: null,
    choice: { kind: "all" },
    webhook_url: "",
    webhook_secret: "",
    is_scheduled: false,
    workspace_id: null,
    picked: pickedOf(null),
    timezone: localZone(),
  };
}

interface PartProps {
  readonly form: Form;
  readonly set: (change: Partial<Form>) => void;
}

function ModelFields(
  props: PartProps & {
    readonly documents: readonly DocumentSummary[];
    readonly versions: readonly VersionObject[];
    readonly version_id: string | null;
  },
) {
  const { form, set, documents, versions, version_id } = props;
  const choose = (document_id: string | null) => {
    const name = documents.find(({ id }) => id === document_id)?.name ?? "";
    set({ document_id, version_id: null, choice: { kind: "all" }, name: form.name === "" ? name : form.name });
  };
  return (
    <>
      <Group className="pair" align="flex-start">
        <Select
          label="Model"
          required
          searchable
          data={documents.map(({ id, name }) => ({ value: id, label: name }))}
          value={form.document_id}
          onChange={choose}
        />
        <Select
          label="Version"
          description={
            versions.length === 0 && form.document_id !== null ? "What the model holds now is frozen" : undefined
          }
          placeholder="The model as it is now"
          data={versions.map((version) => ({ value: version.id, label: labelOf(version) }))}
          value={version_id}
          onChange={(next) => set({ version_id: next, choice: { kind: "all" } })}
          disabled={versions.length === 0}
          allowDeselect={false}
        />
      </Group>
      <TextInput
        label="Name"
        required
        value={form.name}
        onChange={(event) => set({ name: event.currentTarget.value })}
      />
      <Textarea
        label="Description"
        autosize
        value={form.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
    </>
  );
}

function labelOf({ sequence, version_name, change_summary }: VersionObject): string {
  return `${sequence} · ${version_name ?? change_summary}`;
}

function WebhookFields({ form, set }: PartProps) {
  return (
    <Fieldset legend="Webhook">
      <Group className="pair" align="flex-start">
        <TextInput
          label="URL"
          description="Each answer is POSTed here, signed; empty: none"
          type="url"
          placeholder="https://..."
          value={form.webhook_url}
          onChange={(event) => set({ webhook_url: event.currentTarget.value })}
        />
        <TextInput
          label="Secret"
          description="Empty: one is made and shown once"
          autoComplete="off"
          disabled={form.webhook_url === ""}
          value={form.webhook_secret}
          onChange={(event) => set({ webhook_secret: event.currentTarget.value })}
        />
      </Group>
    </Fieldset>
  );
}

/** Creates the trigger and its schedule. Freezes a version first when none is chosen. */
async function makeTrigger(
  form: Form,
  schedule: { cron_expression: string; timezone: string } | null,
): Promise<TriggerObject> {
  const { document_id, name, description, webhook_url, webhook_secret, choice } = form;
  const version_id = form.version_id ?? (await call<VersionObject>("POST", `/builder/${document_id}/versions`, {})).id;
  const made = await call<TriggerObject & TriggerSecrets>("POST", "/triggers", {
    name,
    document_id,
    version_id,
    override_schema: schemaOf(choice),
    ...(description === "" ? {} : { description }),
    ...(form.workspace_id === null ? {} : { workspace_id: form.workspace_id }),
    ...(webhook_url === "" ? {} : { webhook_url }),
    ...(webhook_secret === "" || webhook_url === "" ? {} : { webhook_secret }),
  });
  keepSecrets(made.id, made);
  if (schedule !== null) await call<ScheduleObject>("POST", `/triggers/${made.id}/schedule`, schedule);
  return made;
}
