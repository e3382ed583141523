/** All models, and the ways to add one: write it, import it, or take an example. */
import { Alert, Button, FileButton, Group, Modal, SegmentedControl, Stack, TextInput, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMemo, useState } from "react";
import { Link, useLocation } from "wouter";
import { call } from "../api/client";
import type { DocumentObject, DocumentSummary, TriggerObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { DraftNotes } from "../drafts/draft_notes";
import { useDraft } from "../drafts/use_draft";
import { FACTS } from "../facts";
import { Refused } from "../layout/in_view";
import { Screen } from "../layout/screen";
import { Answered, Empty } from "../layout/states";
import { When } from "../layout/when";
import { useMay } from "../session/session";
import { type DataColumn, DataTable } from "../tables/data_table";
import { WorkspaceSelect } from "../triggers/workspace_select";
import { ExampleModels } from "./example_models";
import { EMPTY_FLAT, modelOfFile } from "./model_text";

const START_SOURCE = `# What may be chosen, what it costs, and what must hold.
set ITEMS := bolts nuts;
param demand 'wanted next week [pieces]' {ITEMS} >= 0;
param cost 'price of one [EUR]' {ITEMS} >= 0;
var order {ITEMS} >= 0, integer;

minimize total: sum {i in ITEMS} cost[i] * order[i];
s.t. cover {i in ITEMS}: order[i] >= demand[i];

data;
param demand := bolts 100 nuts 80;
param cost := bolts 2 nuts 3;
end;
`;

const STARTS: Readonly<Record<string, unknown>> = {
  mathprog: { language: "mathprog", source: START_SOURCE },
  flat: EMPTY_FLAT,
};

const FORMS = FACTS.model_formats.map(({ title }) => title).join(", ");

export default function ModelsScreen() {
  const documents = useGet<DocumentSummary[]>("/builder?limit=1000");
  const triggers = useGet<TriggerObject[]>("/triggers").data;
  const may_edit = useMay("editor");
  const columns = useMemo(() => columnsFor(triggers ?? []), [triggers]);
  return (
    <Screen title="Models" about={`What to decide, in ${FORMS} or JSON`} actions={may_edit && <Ways />}>
      <Answered query={documents}>
        {(items) =>
          items.length === 0 ? (
            <Empty title="There is no model yet">Write one, import a file, or take an example below.</Empty>
          ) : (
            <DataTable name="Models" items={items} columns={columns} keyOf={({ id }) => id} search="Search by name" />
          )
        }
      </Answered>
      {may_edit && (
        <section aria-labelledby="examples">
          <Title order={2} size="h4" mb="xs" id="examples">
            Examples
          </Title>
          <ExampleModels />
        </section>
      )}
    </Screen>
  );
}

function columnsFor(triggers: readonly TriggerObject[]): readonly DataColumn<DocumentSummary>[] {
  const used = (id: string): number => triggers.filter(({ document_id }) => document_id === id).length;
  return [
    {
      id: "name",
      label: "Name",
      value: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link className="plain-link" href={`/models/${id}`}>
          {name}
        </Link>
      ),
    },
    { id: "used", label: "Triggers", align: "right", value: ({ id }) => used(id), cell: ({ id }) => used(id) },
    {
      id: "updated",
      label: "Changed",
      value: ({ updated_at }) => updated_at,
      cell: ({ updated_at }) => <When at={updated_at} />,
    },
    {
      id: "created",
      label: "Made",
      value: ({ created_at }) => created_at,
      cell: ({ created_at }) => <When at={created_at} />,
    },
  ];
}

function Ways() {
  const [is_naming, naming] = useDisclosure(false);
  const [, go] = useLocation();
  const [wrong, setWrong] = useState<string | null>(null);
  const add = useAct((given: { name: string; model: unknown }) => makeDocument(given.name, given.model), {
    touches: ["/builder"],
    onDone: ({ id }) => go(`/models/${id}`),
  });
  const take = async (file: File | null) => {
    if (file === null) return;
    const found = readModel(file.name, await file.text());
    if ("fault" in found) setWrong(found.fault);
    else add.mutate(found);
  };
  return (
    <Stack gap="xs" align="flex-end">
      <Group gap="xs">
        <Button onClick={naming.open}>New model</Button>
        <FileButton onChange={take} accept={FACTS.model_endings.join(",")}>
          {(button) => (
            <Button {...button} variant="default" loading={add.isPending}>
              Import a file
            </Button>
          )}
        </FileButton>
      </Group>
      {wrong !== null && (
        <Alert color="red" withCloseButton onClose={() => setWrong(null)} closeButtonLabel="Close" role="alert">
          {wrong}
        </Alert>
      )}
      <Modal opened={is_naming} onClose={naming.close} title="New model" closeButtonProps={{ "aria-label": "Close" }}>
        <NewModel />
      </Modal>
    </Stack>
  );
}

function readModel(file_name: string, text: string): { name: string; model: unknown } | { fault: string } {
  try {
    return (
      modelOfFile(file_name, text) ?? {
        fault: `${file_name}: the ending tells the form; ${FACTS.model_endings.join(", ")} are taken`,
      }
    );
  } catch (error) {
    return { fault: `${file_name} is not JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function makeDocument(name: string, model: unknown, workspace_id: string | null = null): Promise<DocumentObject> {
  const chosen = workspace_id === null ? {} : { workspace_id };
  return call<DocumentObject>("POST", "/builder", { name, model_json: model, ...chosen });
}

interface NewDocument {
  readonly name: string;
  readonly form: string;
  readonly workspace_id: string | null;
}

const EMPTY_DOCUMENT: NewDocument = { name: "", form: "mathprog", workspace_id: null };

function NewModel() {
  const [, go] = useLocation();
  const make = useAct(({ name, form, workspace_id }: NewDocument) => makeDocument(name, STARTS[form], workspace_id), {
    touches: ["/builder"],
    is_quiet: true,
    onDone: ({ id }, sent) => {
      draft.done(sent);
      go(`/models/${id}`);
    },
  });
  const draft = useDraft<NewDocument>({
    kind: "new_model",
    id: "",
    saved: EMPTY_DOCUMENT,
    save: (values) => values.name.trim() !== "" && make.mutate(values),
  });
  const { name, form, workspace_id } = draft.values;
  return (
    <form onSubmit={draft.submit} data-draft="new_model">
      <Stack gap="sm">
        <DraftNotes draft={draft} />
        <TextInput
          label="Name"
          required
          data-autofocus
          value={name}
          onChange={(event) => draft.set({ name: event.currentTarget.value })}
        />
        <SegmentedControl
          aria-label="Written in"
          value={form}
          onChange={(form) => draft.set({ form })}
          data={[
            { value: "mathprog", label: "MathProg" },
            { value: "flat", label: "JSON" },
          ]}
        />
        <WorkspaceSelect
          none="The first one"
          value={workspace_id}
          onChange={(workspace_id) => draft.set({ workspace_id })}
        />
        <Refused refusal={make.error} />
        <Button type="submit" loading={make.isPending} disabled={name.trim() === ""}>
          Make the model
        </Button>
      </Stack>
    </form>
  );
}
