/**
 * One table for every list: sorted by its column heads and searched by its texts. Beyond a few hundred rows only the visible
 * ones are in the document, so that 100,000 rows scroll as well as ten.
 */
import "./data_table.css";
import { Group, Text, TextInput, UnstyledButton } from "@mantine/core";
import {
  createSortedRowModel,
  type Row,
  rowSortingFeature,
  type Column as TableColumn,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type ReactNode, useDeferredValue, useMemo, useRef, useState } from "react";
import { count } from "../layout/figures";

const VIRTUAL_FROM_ROWS = 200;
const ROW_HEIGHT_PX = 37;
const OVERSCAN_ROWS = 12;

export interface DataColumn<Item> {
  readonly id: string;
  readonly label: string;
  /** The value that the column is sorted and searched by; a column without one is neither sorted nor searched. */
  readonly value?: (item: Item) => string | number | null;
  readonly cell: (item: Item) => ReactNode;
  readonly align?: "right";
  readonly width?: string;
}

export interface DataTableProps<Item> {
  /** The table's name for screen readers. */
  readonly name: string;
  readonly items: readonly Item[];
  readonly columns: readonly DataColumn<Item>[];
  readonly keyOf: (item: Item) => string;
  readonly sorted_by?: { readonly id: string; readonly desc: boolean };
  /** Shows a search box with this placeholder. */
  readonly search?: string;
  /** Content beside the search box. */
  readonly tools?: ReactNode;
  readonly empty?: ReactNode;
}

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });
type Features = typeof features;

export function DataTable<Item extends object>(props: DataTableProps<Item>) {
  const { items, columns, search, keyOf } = props;
  const [text, setText] = useState("");
  const needle = useDeferredValue(text.trim().toLowerCase());
  const found = useMemo(() => matching(items, columns, needle), [items, columns, needle]);
  const table = useTable({
    features,
    data: found as Item[],
    columns: useMemo(() => columns.map((column) => definitionOf<Item>(column)), [columns]),
    getRowId: keyOf,
    initialState: { sorting: props.sorted_by === undefined ? [] : [props.sorted_by] },
  });
  const { rows } = table.getRowModel();
  return (
    <div>
      {(search !== undefined || props.tools !== undefined) && (
        <Group justify="space-between" mb="xs" gap="xs">
          {search !== undefined && (
            <TextInput
              data-search
              aria-label={search}
              placeholder={search}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
              className="search"
            />
          )}
          {props.tools}
        </Group>
      )}
      <Body {...props} rows={rows} heads={table.getAllLeafColumns()} />
      {rows.length === 0 && (
        <Text c="dimmed" p="sm" ta="center">
          {needle === "" ? (props.empty ?? "Nothing here yet") : `Nothing matches ${JSON.stringify(text.trim())}`}
        </Text>
      )}
      {items.length > VIRTUAL_FROM_ROWS && (
        <Text size="xs" c="dimmed" mt={4}>
          {rows.length === items.length
            ? `${count(items.length)} rows`
            : `${count(rows.length)} of ${count(items.length)} rows`}
        </Text>
      )}
    </div>
  );
}

interface BodyProps<Item extends object> extends DataTableProps<Item> {
  readonly rows: readonly Row<Features, Item>[];
  readonly heads: readonly TableColumn<Features, Item, unknown>[];
}

function Body<Item extends object>({ name, columns, rows, heads }: BodyProps<Item>) {
  const frame = useRef<HTMLDivElement>(null);
  const is_virtual = rows.length > VIRTUAL_FROM_ROWS;
  const virtualizer = useVirtualizer({
    count: is_virtual ? rows.length : 0,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: OVERSCAN_ROWS,
    // Rows may be drawn one frame late, so that scrolling does not wait for them.
    useFlushSync: false,
  });
  const seen = virtualizer.getVirtualItems();
  const first = seen[0];
  const last = seen.at(-1);
  const shown = is_virtual ? seen.map(({ index }) => rows[index]!) : rows;
  const below = last === undefined ? 0 : virtualizer.getTotalSize() - last.end;
  return (
    <section
      ref={frame}
      className={is_virtual ? "table-frame table-virtual" : "table-frame"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling content must be reachable by keyboard.
      tabIndex={0}
      aria-label={name}
    >
      <table className="data-table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column, i) => (
              <Head key={column.id} column={column} head={heads[i]!} />
            ))}
          </tr>
        </thead>
        <tbody>
          {first !== undefined && first.start > 0 && <Spacer height={first.start} columns={columns.length} />}
          {shown.map((row) => (
            <Line key={row.id} item={row.original} columns={columns as readonly DataColumn<object>[]} />
          ))}
          {below > 0 && <Spacer height={below} columns={columns.length} />}
        </tbody>
      </table>
    </section>
  );
}

/** A row is drawn once while it is visible: scrolling draws only the rows that appear. */
const Line = memo(function Line({
  item,
  columns,
}: {
  readonly item: object;
  readonly columns: readonly DataColumn<object>[];
}) {
  return (
    <tr>
      {columns.map((column) => (
        <td key={column.id} className={column.align === "right" ? "figures right" : undefined}>
          {column.cell(item)}
        </td>
      ))}
    </tr>
  );
});

/** Takes the height of the rows that are not in the document, so that the scrollbar is right. */
function Spacer({ height, columns }: { readonly height: number; readonly columns: number }) {
  return (
    <tr className="spacer">
      <td colSpan={columns} style={{ height }} />
    </tr>
  );
}

const SORT_MARK = { asc: " ▲", desc: " ▼" } as const;
const SORT_WORD = { asc: "ascending", desc: "descending" } as const;

function Head<Item extends object>(props: {
  readonly column: DataColumn<Item>;
  readonly head: TableColumn<Features, Item, unknown>;
}) {
  const { column, head } = props;
  const sorted = head.getIsSorted();
  const className = column.align === "right" ? "right" : undefined;
  const style = column.width === undefined ? undefined : { width: column.width };
  if (column.value === undefined) {
    return (
      <th scope="col" className={className} style={style}>
        {column.label}
      </th>
    );
  }
  return (
    <th scope="col" className={className} style={style} aria-sort={sorted === false ? "none" : SORT_WORD[sorted]}>
      <UnstyledButton fz="inherit" fw="inherit" onClick={() => head.toggleSorting()}>
        {column.label}
        {sorted !== false && SORT_MARK[sorted]}
      </UnstyledButton>
    </th>
  );
}

function definitionOf<Item extends object>(column: DataColumn<Item>) {
  const { id, value } = column;
  return {
    id,
    accessorFn: (item: Item) => value?.(item) ?? null,
    enableSorting: value !== undefined,
    sortFn: (a: Row<Features, Item>, b: Row<Features, Item>) => compare(value!(a.original), value!(b.original)),
  };
}

/** Compares numbers by size and words as people sort them; rows without a value come last. */
function compare(a: string | number | null, b: string | number | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(String(a), String(b));
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

function matching<Item>(items: readonly Item[], columns: readonly DataColumn<Item>[], needle: string): readonly Item[] {
  if (needle === "") return items;
  const values = columns.flatMap(({ value }) => (value === undefined ? [] : [value]));
  return items.filter((item) =>
    values.some((value) =>
      String(value(item) ?? "")
        .toLowerCase()
        .includes(needle),
    ),
  );
}
