/** The figures of a run: its objective, its gap, and how its time was spent. */
import { Group, Text, Tooltip } from "@mantine/core";
import type { RunObject } from "../api/objects";
import { count, duration, figure } from "../layout/figures";

export function RunFacts({ run }: { readonly run: RunObject }) {
  const result = run.result_data;
  const facts: (readonly [label: string, value: string, about: string])[] = [];
  if (result !== null) {
    facts.push(["Objective", figure(result.objective_value), "The value that the solver minimized or maximized"]);
    facts.push(["Solver says", result.status.replace("_", " "), "The solver's own word for the outcome"]);
    if (result.gap !== null) {
      facts.push(["Gap", `${figure(100 * result.gap)} %`, "How far the answer may be from the best possible"]);
    }
    if (result.dual_bound !== null) facts.push(["Bound", figure(result.dual_bound), "No answer can beat this"]);
    if (result.nodes > 0) facts.push(["Nodes", count(result.nodes), "Nodes of the search tree that were explored"]);
  }
  if (facts.length === 0 && run.started_at === null) return null;
  return (
    <div>
      <Group gap="xl" align="flex-start">
        {facts.map(([label, value, about]) => (
          <Tooltip key={label} label={about} multiline maw={260}>
            <div>
              <Text size="xs" c="dimmed">
                {label}
              </Text>
              <Text fz={22} fw={600} lh={1.2} className="figures">
                {value}
              </Text>
            </div>
          </Tooltip>
        ))}
      </Group>
      <Timing run={run} />
    </div>
  );
}

const PARTS = ["queue", "compile", "solve"] as const;

function Timing({ run }: { readonly run: RunObject }) {
  if (run.queue_time_ms === null) return null;
  const solve = run.result_data === null ? (run.execution_time_ms ?? 0) : run.result_data.solve_time_seconds * 1000;
  const times = {
    queue: run.queue_time_ms,
    compile: Math.max(0, (run.execution_time_ms ?? 0) - solve),
    solve,
  };
  const total = Math.max(1e-9, times.queue + times.compile + times.solve);
  return (
    <div className="timing">
      <div className="timing-bar" aria-hidden="true">
        {PARTS.map((part) => (
          <span key={part} className={`timing-${part}`} style={{ width: `${(100 * times[part]) / total}%` }} />
        ))}
      </div>
      <Group gap="md">
        {PARTS.map((part) => (
          <Text key={part} size="xs" c="dimmed">
            <span className={`timing-key timing-${part}`} aria-hidden="true" /> {part} {duration(times[part])}
          </Text>
        ))}
      </Group>
    </div>
  );
}
