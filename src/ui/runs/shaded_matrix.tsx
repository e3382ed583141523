/** A matrix of values; larger values are darker. */
import { figure } from "../layout/figures";
import type { Matrix } from "./families";

const ALPHA_MAX = 0.45;

export function ShadedMatrix({ name, matrix }: { readonly name: string; readonly matrix: Matrix }) {
  return (
    <section
      className="shaded-frame"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: scrolling content must be reachable by keyboard.
      tabIndex={0}
      aria-label={`Values of ${name}`}
    >
      <table className="shaded">
        <thead>
          <tr>
            <th scope="col">{name}</th>
            {matrix.columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {matrix.rows.map((row, i) => (
            <tr key={row}>
              <th scope="row">{row}</th>
              {matrix.columns.map((column, j) => {
                const value = matrix.values[i]![j]!;
                return (
                  <td key={column} style={shadeOf(value, matrix.size_max)}>
                    {value === null ? "" : figure(value)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function shadeOf(value: number | null, size_max: number): { backgroundColor: string } | undefined {
  if (value === null || value === 0 || size_max === 0) return undefined;
  const alpha = (ALPHA_MAX * Math.abs(value)) / size_max;
  return { backgroundColor: value < 0 ? `rgba(232, 115, 12, ${alpha})` : `rgba(31, 163, 150, ${alpha})` };
}
