/** Workspaces: parts of the organization that a key can be limited to. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { call } from "../api/client";
import type { WorkspaceObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { DraftNotes } from "../drafts/draft_notes";
import { useDraft } from "../drafts/use_draft";
import { Refused } from "../layout/in_view";
import { Answered } from "../layout/states";
import { When } from "../layout/when";
import { type DataColumn, DataTable } from "../tables/data_table";

export function WorkspacesPanel({ is_admin }: { readonly is_admin: boolean }) {
  const workspaces = useGet<{ items: WorkspaceObject[] }>("/workspaces");
  return (
    <Stack gap="sm" maw={820}>
      <Text size="sm" c="dimmed">
        Each model and trigger is in one workspace: the first one unless you choose another. A key that is limited to a
        workspace does not see the others.
      </Text>
      {is_admin && <NewWorkspace />}
      <Answered query={workspaces}>
        {({ items }) => <DataTable name="Workspaces" items={items} columns={COLUMNS} keyOf={({ id }) => id} />}
      </Answered>
    </Stack>
  );
}

interface NewName {
  readonly name: string;
}

const NO_NAME: NewName = { name: "" };

function NewWorkspace() {
  const make = useAct((values: NewName) => call<WorkspaceObject>("POST", "/workspaces", values), {
    touches: ["/workspaces"],
    is_quiet: true,
    done: "The workspace is made",
    onDone: (_, sent) => draft.done(sent),
  });
  const draft = useDraft<NewName>({
    kind: "workspace",
    id: "",
    saved: NO_NAME,
    save: (values) => values.name.trim() !== "" && make.mutate(values),
  });
  const { name } = draft.values;
  return (
    <form onSubmit={draft.submit} data-draft="workspace">
      <Stack gap="xs">
        <DraftNotes draft={draft} />
        <Group gap="xs" align="flex-end">
          <TextInput
            label="New workspace"
            value={name}
            onChange={(event) => draft.set({ name: event.currentTarget.value })}
          />
          <Button type="submit" loading={make.isPending} disabled={name.trim() === ""}>
            Make it
          </Button>
        </Group>
        <Refused refusal={make.error} />
      </Stack>
    </form>
  );
}

const COLUMNS: readonly DataColumn<WorkspaceObject>[] = [
  { id: "name", label: "Name", value: ({ name }) => name, cell: ({ name }) => name },
  { id: "id", label: "Id", value: ({ id }) => id, cell: ({ id }) => <code>{id}</code> },
  {
    id: "made",
    label: "Made",
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => <When at={created_at} />,
  },
];
