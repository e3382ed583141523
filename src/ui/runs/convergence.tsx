/** The convergence of a solve: the best answer so far and the bound over time. The code of the chart is loaded when it is opened. */
import { Text } from "@mantine/core";
import { lazy, Suspense } from "react";
import { useGet } from "../api/queries";
import { Answered, Loading } from "../layout/states";
import type { ProgressPoint } from "./live";

const LinePlot = lazy(() => import("../plots/line_plot"));

/** `live` holds the points of a running solve; null loads the points that were stored. */
export function Convergence({ path, live }: { readonly path: string; readonly live: readonly ProgressPoint[] | null }) {
  const kept = useGet<{ items: ProgressPoint[] }>(live === null ? `${path}/progress` : null);
  if (live !== null) return <Plot points={live} />;
  return <Answered query={kept}>{({ items }) => <Plot points={items} />}</Answered>;
}

function Plot({ points }: { readonly points: readonly ProgressPoint[] }) {
  if (points.length < 2) {
    return <Text c="dimmed">There are too few samples to draw: progress is sampled four times a second.</Text>;
  }
  return (
    <Suspense fallback={<Loading rows={3} />}>
      <LinePlot
        name="Best answer and bound over time"
        xs={points.map(({ elapsed_ms }) => elapsed_ms / 1000)}
        lines={[
          { label: "best answer", values: points.map(({ incumbent }) => incumbent), colour: "#1098ad" },
          { label: "bound", values: points.map(({ bound }) => bound), colour: "#e8730c" },
        ]}
      />
    </Suspense>
  );
}
