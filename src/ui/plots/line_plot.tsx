/** Lines over time in seconds, drawn by uPlot in the full width of the container. */
import "uplot/dist/uPlot.min.css";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { figure } from "../layout/figures";

const HEIGHT_PX = 280;
const INK = { light: ["#343a40", "rgba(0, 0, 0, 0.1)"], dark: ["#d0d3d8", "rgba(255, 255, 255, 0.12)"] } as const;

export interface Line {
  readonly label: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
}

export default function LinePlot(props: {
  readonly name: string;
  /** Seconds, in ascending order. */
  readonly xs: readonly number[];
  readonly lines: readonly Line[];
}) {
  const { name, xs, lines } = props;
  const { ref, width } = useElementSize<HTMLDivElement>();
  const frame_ref = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme();
  useEffect(() => {
    const frame = frame_ref.current;
    if (frame === null || width === 0) return;
    const [ink, grid] = INK[scheme];
    const axis = { stroke: ink, grid: { stroke: grid } };
    const plot = new uPlot(
      {
        width,
        height: HEIGHT_PX,
        scales: { x: { time: false } },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((at) => `${at} s`) },
          { ...axis, size: 80, values: (_, ticks) => ticks.map((value) => figure(value)) },
        ],
        series: [
          { label: "time", value: (_, at) => (at === null ? "" : `${at.toFixed(2)} s`) },
          ...lines.map(({ label, colour }) => ({
            label,
            stroke: colour,
            width: 2,
            paths: uPlot.paths.stepped!({ align: 1 }),
            value: (_: uPlot, value: number | null) => figure(value),
          })),
        ],
      },
      [[...xs], ...lines.map(({ values }) => [...values])] as uPlot.AlignedData,
      frame,
    );
    return () => plot.destroy();
  }, [width, xs, lines, scheme]);
  return (
    <div ref={ref} className="plot">
      <div ref={frame_ref} role="img" aria-label={name} />
    </div>
  );
}
