/** Chooses the inputs that a fire may give: all of the model's inputs, none, or those picked from a list. */
import { Checkbox, SegmentedControl, Stack, Table, Text } from "@mantine/core";
import type { InputDeclaration } from "../api/objects";
import { useGet } from "../api/queries";
import type { OverrideField } from "../inputs/fields";
import { counted } from "../layout/figures";
import { ScrollX } from "../layout/scroll_x";
import { Answered } from "../layout/states";

export type Choice =
  | { readonly kind: "all" }
  | { readonly kind: "none" }
  | { readonly kind: "some"; readonly fields: readonly OverrideField[] };

/** The override_schema of a trigger for each choice. */
export function schemaOf(choice: Choice): readonly OverrideField[] | null {
  if (choice.kind === "all") return null;
  return choice.kind === "none" ? [] : choice.fields;
}

export function InputChoices(props: {
  readonly path: string;
  readonly choice: Choice;
  readonly onChange: (choice: Choice) => void;
}) {
  const { path, choice, onChange } = props;
  const inputs = useGet<{ inputs: InputDeclaration[] }>(path);
  const choose = (kind: string) => {
    if (kind === "some") onChange({ kind, fields: [] });
    else onChange({ kind: kind === "none" ? "none" : "all" });
  };
  return (
    <Stack gap="sm" align="flex-start">
      <SegmentedControl
        aria-label="What a fire may give"
        value={choice.kind}
        onChange={choose}
        data={[
          { value: "all", label: "Any input" },
          { value: "some", label: "Some" },
          { value: "none", label: "Nothing" },
        ]}
      />
      <Answered query={inputs} rows={2}>
        {({ inputs: found }) => {
          if (found.length === 0)
            return <Text c="dimmed">This model has no inputs: every fire solves it as it stands.</Text>;
          if (choice.kind === "none") return <Text c="dimmed">Every fire solves the model as it stands.</Text>;
          return <InputTable inputs={found} choice={choice} onChange={onChange} />;
        }}
      </Answered>
    </Stack>
  );
}

function InputTable(props: {
  readonly inputs: readonly InputDeclaration[];
  readonly choice: Exclude<Choice, { kind: "none" }>;
  readonly onChange: (choice: Choice) => void;
}) {
  const { inputs, choice, onChange } = props;
  const fields = choice.kind === "some" ? choice.fields : [];
  const put = (name: string, field: OverrideField | null) =>
    onChange({
      kind: "some",
      fields: [...fields.filter((one) => one.name !== name), ...(field === null ? [] : [field])],
    });
  return (
    <ScrollX name="Inputs of the model">
      <Table verticalSpacing={4}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Input</Table.Th>
            <Table.Th>What it is</Table.Th>
            <Table.Th>Size</Table.Th>
            {choice.kind === "some" && <Table.Th>Must be given</Table.Th>}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {inputs.map((input) => (
            <InputRow
              key={input.name}
              input={input}
              field={choice.kind === "all" ? null : fields.find(({ name }) => name === input.name)}
              onPut={(field) => put(input.name, field)}
            />
          ))}
        </Table.Tbody>
      </Table>
    </ScrollX>
  );
}

/**
 * `field` describes what a fire may give for this input. It is undefined when a fire may not give it, and null when all inputs
 * may be given, so that there is nothing to choose.
 */
function InputRow(props: {
  readonly input: InputDeclaration;
  readonly field: OverrideField | null | undefined;
  readonly onPut: (field: OverrideField | null) => void;
}) {
  const { input, field, onPut } = props;
  return (
    <Table.Tr>
      <Table.Td>
        {field === null ? (
          <code>{input.name}</code>
        ) : (
          <Checkbox
            label={<code>{input.name}</code>}
            checked={field !== undefined}
            onChange={(event) => onPut(event.currentTarget.checked ? { name: input.name } : null)}
          />
        )}
      </Table.Td>
      <Table.Td className="wide-cell">
        {input.description ?? input.kind}
        {input.unit !== null && ` [${input.unit}]`}
      </Table.Td>
      <Table.Td className="nowrap">{sizeOf(input)}</Table.Td>
      {field !== null && (
        <Table.Td>
          <Checkbox
            aria-label={`${input.name} must be given`}
            disabled={field === undefined}
            checked={field?.required ?? false}
            onChange={(event) => onPut({ name: input.name, required: event.currentTarget.checked })}
          />
        </Table.Td>
      )}
    </Table.Tr>
  );
}

function sizeOf({ index_sets, type, size }: InputDeclaration): string {
  if (index_sets.length > 0) return `by ${index_sets.map(({ name }) => name).join(" × ")}`;
  return type === "number" || type === "string" ? `one ${type}` : counted(size, "value");
}
