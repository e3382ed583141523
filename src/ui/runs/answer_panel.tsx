/** The values of the variables, family by family: bars for one index, a shaded matrix for two, a pivot for more, a table for any. */
import { Group, NativeSelect, SegmentedControl, Stack, Switch, Text } from "@mantine/core";
import { useMemo, useState } from "react";
import { counted, figure } from "../layout/figures";
import { type DataColumn, DataTable } from "../tables/data_table";
import { countMembers, type Family, familiesOf, matrixOf, type Result, type Variable } from "./families";
import { ShadedMatrix } from "./shaded_matrix";

const MATRIX_CELLS_MAX = 6000;

export function AnswerPanel({ result }: { readonly result: Result }) {
  const families = useMemo(() => familiesOf(result.variables), [result.variables]);
  const [chosen, setChosen] = useState(0);
  const family = families[chosen] ?? families[0];
  if (family === undefined) return <Text c="dimmed">The model has no variables.</Text>;
  return (
    <Stack gap="sm">
      {families.length > 1 && (
        <NativeSelect
          aria-label="Family of variables"
          maw={420}
          data={families.map(({ name, variables }, i) => ({
            value: String(i),
            label: `${name} (${counted(variables.length, "variable")})`,
          }))}
          value={String(chosen)}
          onChange={(event) => setChosen(Number(event.currentTarget.value))}
        />
      )}
      <FamilyView key={family.name} family={family} result={result} />
    </Stack>
  );
}

function FamilyView({ family, result }: { readonly family: Family; readonly result: Result }) {
  const can_matrix = family.arity >= 2;
  const [axes, setAxes] = useState({ by_row: 0, by_column: 1 });
  const cells = can_matrix ? countMembers(family, axes.by_row) * countMembers(family, axes.by_column) : 0;
  const [view, setView] = useState(can_matrix && cells <= MATRIX_CELLS_MAX ? "matrix" : "table");
  const [is_sparse, setSparse] = useState(family.variables.length > 30);
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {can_matrix && (
          <SegmentedControl
            size="xs"
            aria-label="Shown as"
            value={view}
            onChange={setView}
            data={[
              { value: "matrix", label: family.arity > 2 ? "Pivot" : "Matrix" },
              { value: "table", label: "Table" },
            ]}
          />
        )}
        {view === "table" && (
          <Switch
            size="xs"
            label="Only what is not zero"
            checked={is_sparse}
            onChange={(event) => setSparse(event.currentTarget.checked)}
          />
        )}
        {view === "matrix" && family.arity > 2 && <Axes family={family} axes={axes} onChange={setAxes} />}
      </Group>
      {view === "table" ? (
        <VariableTable family={family} result={result} is_sparse={is_sparse} />
      ) : cells > MATRIX_CELLS_MAX ? (
        <Text c="dimmed">
          This is {counted(cells, "cell")}: too many to see at once. The table shows and finds them all.
        </Text>
      ) : (
        <ShadedMatrix name={family.name} matrix={matrixOf(family, axes.by_row, axes.by_column)} />
      )}
    </Stack>
  );
}

interface AxesChoice {
  readonly by_row: number;
  readonly by_column: number;
}

function Axes(props: {
  readonly family: Family;
  readonly axes: AxesChoice;
  readonly onChange: (axes: AxesChoice) => void;
}) {
  const { family, axes, onChange } = props;
  const options = Array.from({ length: family.arity }, (_, i) => ({
    value: String(i),
    label: `index ${i + 1} (${countMembers(family, i)})`,
  }));
  const other = (taken: number): number => (taken === 0 ? 1 : 0);
  return (
    <Group gap="xs">
      <NativeSelect
        size="xs"
        aria-label="Rows"
        data={options}
        value={String(axes.by_row)}
        onChange={(event) => {
          const by_row = Number(event.currentTarget.value);
          onChange({ by_row, by_column: by_row === axes.by_column ? other(by_row) : axes.by_column });
        }}
      />
      <NativeSelect
        size="xs"
        aria-label="Columns"
        data={options}
        value={String(axes.by_column)}
        onChange={(event) => {
          const by_column = Number(event.currentTarget.value);
          onChange({ by_column, by_row: by_column === axes.by_row ? other(by_column) : axes.by_row });
        }}
      />
      <Text size="xs" c="dimmed">
        summed over the rest
      </Text>
    </Group>
  );
}

function VariableTable(props: { readonly family: Family; readonly result: Result; readonly is_sparse: boolean }) {
  const { family, result, is_sparse } = props;
  const items = useMemo(
    () => (is_sparse ? family.variables.filter(({ value }) => value !== 0) : family.variables),
    [family, is_sparse],
  );
  const columns = useMemo(() => columnsFor(family, result), [family, result]);
  return (
    <DataTable
      name={`Values of ${family.name}`}
      items={items}
      columns={columns}
      keyOf={({ name }) => name}
      search="Find a variable"
      empty={is_sparse ? "All of them are zero" : "There are none"}
    />
  );
}

function columnsFor(family: Family, result: Result): readonly DataColumn<Variable>[] {
  let low = 0;
  let high = 0;
  for (const { value } of family.variables) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const costs = result.sensitivity?.reduced_costs;
  const reduced = (variable: Variable): number | null => costs?.[variable.name] ?? null;
  return [
    { id: "name", label: "Variable", value: ({ name }) => name, cell: ({ name }) => name },
    { id: "value", label: "Value", align: "right", value: ({ value }) => value, cell: ({ value }) => figure(value) },
    { id: "bar", label: "", width: "30%", cell: ({ value }) => <Bar value={value} low={low} high={high} /> },
    { id: "type", label: "Type", value: ({ type }) => type, cell: ({ type }) => type },
    ...(costs === undefined
      ? []
      : [
          {
            id: "reduced",
            label: "Reduced cost",
            align: "right" as const,
            value: reduced,
            cell: (variable: Variable) => figure(reduced(variable)),
          },
        ]),
  ];
}

function Bar({ value, low, high }: { readonly value: number; readonly low: number; readonly high: number }) {
  const span = high - low || 1;
  const zero = (100 * -low) / span;
  const width = (100 * Math.abs(value)) / span;
  const left = value < 0 ? zero - width : zero;
  return (
    <div className="bar-cell" aria-hidden="true">
      <span className={value < 0 ? "is-negative" : undefined} style={{ left: `${left}%`, width: `${width}%` }} />
    </div>
  );
}
