/** Selects the workspace of a new object, in an organization that has more than one. */
import { Select } from "@mantine/core";
import { useWorkspaces } from "./workspace_note";

export function WorkspaceSelect(props: {
  readonly value: string | null;
  readonly onChange: (workspace_id: string | null) => void;
  /** The label of the empty choice. */
  readonly none: string;
}) {
  const workspaces = useWorkspaces();
  if (workspaces.length < 2) return null;
  return (
    <Select
      label="Workspace"
      placeholder={props.none}
      clearable
      data={workspaces.map(({ id, name }) => ({ value: id, label: name }))}
      value={props.value}
      onChange={props.onChange}
    />
  );
}
