/** A grid of numbers or words: keyboard and paste as in a spreadsheet. */
import { type ClipboardEvent, type KeyboardEvent, useRef, useState } from "react";
import { numberHabit } from "../layout/numbers";
import { type Cells, cellsOf, type GridShape, jsonOf } from "./grid_shape";
import { Echo, TwoReadings } from "./number_field";
import { readNumber, typedNumber } from "./number_text";
import { pasteAt, pastedTable } from "./pasted";

/** Cells are kept as they are typed ("1." on the way to "1.5"); give another `key` when the value changes from outside. */
export function GridEditor(props: {
  readonly name: string;
  readonly shape: GridShape;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}) {
  const { name, shape, value, onChange } = props;
  const frame = useRef<HTMLTableElement>(null);
  const [cells, setCells] = useState<Cells>(() => cellsOf(shape, value, numberHabit()));
  const is_list = shape.columns[0] === "";

  const keep = (next: Cells) => {
    setCells(next);
    onChange(jsonOf(shape, next));
  };
  const lay = (row: number, column: number, table: readonly (readonly string[])[]) =>
    keep(pasteAt(cells, { row, column }, table));
  const paste = (event: ClipboardEvent, row: number, column: number) => {
    const table = pastedTable(event.clipboardData.getData("text"));
    if (table.length < 2 && (table[0]?.length ?? 0) < 2) return;
    event.preventDefault();
    lay(row, column, table);
  };

  return (
    <>
      {!shape.is_text && <CellReadings cells={cells} onChange={keep} />}
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
                      aria-invalid={!shape.is_text && isUnclear(cells[i]![j]!)}
                      value={cells[i]![j]!}
                      onChange={(event) => lay(i, j, [[event.currentTarget.value]])}
                      onPaste={(event) => paste(event, i, j)}
                      onKeyDown={(event) => moveBy(event, frame.current, i, j)}
                    />
                    {!shape.is_text && <Echo text={cells[i]![j]!} />}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** Asks once for all cells that have two readings. */
function CellReadings({ cells, onChange }: { readonly cells: Cells; readonly onChange: (cells: Cells) => void }) {
  const meant = new Map<number, string>();
  const width = cells[0]?.length ?? 0;
  return (
    <TwoReadings
      texts={cells.flat()}
      onChoose={(place, value) => {
        meant.set(place, typedNumber(value, numberHabit()));
        onChange(cells.map((line, i) => line.map((cell, j) => meant.get(i * width + j) ?? cell)));
      }}
    />
  );
}

function isUnclear(text: string): boolean {
  const { kind } = readNumber(text);
  return kind === "none" || kind === "two";
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

/** Moves the focus to the cell above or below, for the keys in STEPS. */
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
