/** Workspaces: parts of the organization that a key can be limited to. */
import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { call } from "../api/client";
import type { WorkspaceObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { submits } from "../api/submit";
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

function NewWorkspace() {
  const [name, setName] = useState("");
  const make = useAct(() => call<WorkspaceObject>("POST", "/workspaces", { name }), {
    touches: ["/workspaces"],
    is_quiet: true,
    done: "The workspace is made",
    onDone: () => setName(""),
  });
  return (
    <form onSubmit={submits(make)}>
      <Stack gap="xs">
        <Group gap="xs" align="flex-end">
          <TextInput label="New workspace" value={name} onChange={(event) => setName(event.currentTarget.value)} />
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
