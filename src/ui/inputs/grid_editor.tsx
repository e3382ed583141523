/** A grid of numbers or words: keyboard and paste as in a spreadsheet. */
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { type Cells, cellsOf, type GridShape, isNumeric, jsonOf } from "./grid_shape";
import { parseTable, pasteAt } from "./pasted";

/** Cells are kept as they are typed ("1." on the way to "1.5"); give another `key` when the value changes from outside. */
export function GridEditor(props: {
  readonly name: string;
  readonly shape: GridShape;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const { name, shape, value, onChange } = props;
  const frame = useRef<HTMLTableElement>(null);
  const [cells, setCells] = useState<Cells>(() => cellsOf(shape, value));
  const is_list = shape.columns[0] === "";

  const lay = (row: number, column: number, table: readonly (readonly string[])[]) => {
    const next = pasteAt(cells, { row, column }, table);
    setCells(next);
    onChange(jsonOf(shape, next));
  };
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const table = parseTable(event.clipboardData.getData("text"));
    if (table.length < 2 && (table[0]?.length ?? 0) < 2) return;
    event.preventDefault();
    lay(row, column, table);
  };

  return (
    <div className="scroll-x grid-frame">
      <table className="grid" ref={frame}>
        {!is_list && <Heads shape={shape} />}
        <tbody>
          {shape.rows.map((row, i) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {shape.columns.map((column, j) => (
                <td key={column}>
                  <input
                    data-cell={`${i} ${j}`}
                    inputMode={shape.is_text ? "text" : "decimal"}
                    aria-label={`${name} ${row} ${column}`.trim()}
                    aria-invalid={!shape.is_text && !isNumeric(cells[i]![j]!)}
                    value={cells[i]![j]!}
                    onChange={(event) => lay(i, j, [[event.currentTarget.value]])}
                    onPaste={(event) => paste(event, i, j)}
                    onKeyDown={(event) => moveBy(event, frame.current, i, j)}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heads({ shape }: { readonly shape: GridShape }) {
  return (
    <thead>
      <tr>
        <th scope="col">{`${shape.row_label} \\ ${shape.column_label ?? ""}`}</th>
        {shape.columns.map((column) => (
          <th key={column} scope="col">
            {column}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Goes to the cell above or below, for keys that do so. */
function moveBy(event: KeyboardEvent, frame: HTMLTableElement | null, row: number, column: number): void {
  const step = STEPS[event.key];
  if (step === undefined) return;
  const next = frame?.querySelector<HTMLInputElement>(`[data-cell="${row + step} ${column}"]`);
  if (!next) return;
  event.preventDefault();
  next.focus();
  next.select();
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, Enter: 1, ArrowUp: -1 };
