/** The constraints of an answer, binding ones first, with the value of one more unit of each. */
import { Badge } from "@mantine/core";
import { useMemo } from "react";
import type { RunObject } from "../api/objects";
import { figure } from "../layout/figures";
import { type DataColumn, DataTable } from "../tables/data_table";

type Result = NonNullable<RunObject["result_data"]>;
type Constraint = Result["constraints"][number];

export function ConstraintsPanel({ result }: { readonly result: Result }) {
  const { constraints, sensitivity } = result;
  const sorted = useMemo(
    () =>
      [...constraints].sort(
        (a, b) => Number(b.is_binding) - Number(a.is_binding) || (a.slack ?? Infinity) - (b.slack ?? Infinity),
      ),
    [constraints],
  );
  const columns = useMemo(() => columnsFor(sensitivity), [sensitivity]);
  return (
    <DataTable
      name="Constraints"
      items={sorted}
      columns={columns}
      keyOf={({ name }) => name}
      search="Find a constraint"
      empty="The model has no constraints"
    />
  );
}

function columnsFor(sensitivity: Result["sensitivity"]): readonly DataColumn<Constraint>[] {
  const numbers: readonly DataColumn<Constraint>[] = [
    numberColumn("lower", "At least", ({ lower }) => lower),
    numberColumn("activity", "Is", ({ activity }) => activity),
    numberColumn("upper", "At most", ({ upper }) => upper),
    numberColumn("slack", "Slack", ({ slack }) => slack),
  ];
  const price = numberColumn<Constraint>(
    "price",
    "A unit more is worth",
    ({ name }) => sensitivity?.shadow_prices[name] ?? null,
  );
  return [
    { id: "name", label: "Constraint", value: ({ name }) => name, cell: ({ name }) => name },
    {
      id: "binding",
      label: "Binds",
      value: ({ is_binding }) => (is_binding ? "binds" : ""),
      cell: ({ is_binding }) =>
        is_binding && (
          <Badge variant="light" color="orange" tt="none">
            binds
          </Badge>
        ),
    },
    ...numbers,
    ...(sensitivity === null ? [] : [price]),
  ];
}

function numberColumn<Item>(id: string, label: string, value: (item: Item) => number | null): DataColumn<Item> {
  return { id, label, align: "right", value, cell: (item) => figure(value(item)) };
}
