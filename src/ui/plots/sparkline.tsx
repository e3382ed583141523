/** A line chart as small as a word. */
const WIDTH = 110;
const HEIGHT = 26;
const MARGIN = 3;

export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  if (values.length < 2) return null;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const points = values.map((value, i): [number, number] => [
    MARGIN + (i * (WIDTH - 2 * MARGIN)) / (values.length - 1),
    HEIGHT - MARGIN - ((value - low) * (HEIGHT - 2 * MARGIN)) / span,
  ]);
  const [x, y] = points.at(-1)!;
  return (
    <svg width={WIDTH} height={HEIGHT} role="img" aria-label={label} className="sparkline">
      <polyline points={points.map((point) => point.map((part) => part.toFixed(1)).join(",")).join(" ")} />
      <circle cx={x} cy={y} r={2.5} />
    </svg>
  );
}
