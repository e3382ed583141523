/**
 * The last 24 hours, with a lane for each trigger. A run is a mark at the time it began; its length is the duration and its
 * colour the state.
 */
import "./lanes.css";
import { Group, Text } from "@mantine/core";
import { Link } from "wouter";
import type { LaneRun, Overview, RunState } from "../api/objects";
import { counted, figure } from "../layout/figures";
import { exactTime, useZone } from "../layout/when";

const DAY_MS = 86_400_000;
const HOURS = [24, 18, 12, 6, 0];
const WIDTH_MIN_SHARE = 0.35;
const STATES: readonly RunState[] = ["completed", "failed", "timeout", "running", "queued", "cancelled"];

export function Lanes({ overview }: { readonly overview: Overview }) {
  const end = Date.parse(overview.at);
  return (
    <div>
      <div className="lanes">
        {overview.lanes.map(({ trigger_id, name, runs }) => (
          <div className="lane" key={trigger_id}>
            <div className="lane-name">
              <Link href={`/triggers/${trigger_id}`} className="plain-link">
                {name}
              </Link>
              <Text size="xs" c="dimmed">
                {counted(runs.length, "run")}
              </Text>
            </div>
            <div className="lane-track">
              {runs.map((run) => (
                <Mark key={run.id} run={run} trigger_id={trigger_id} end={end} />
              ))}
            </div>
          </div>
        ))}
        <div className="lane-hours" aria-hidden="true">
          {HOURS.map((hours) => (
            <span key={hours}>{hours === 0 ? "now" : `-${hours} h`}</span>
          ))}
        </div>
      </div>
      <Group gap="md" mt="xs">
        {STATES.map((state) => (
          <Group key={state} gap={6}>
            <span className={`lane-key run-${state}`} aria-hidden="true" />
            <Text size="xs" c="dimmed">
              {state}
            </Text>
          </Group>
        ))}
      </Group>
    </div>
  );
}

function Mark(props: { readonly run: LaneRun; readonly trigger_id: string; readonly end: number }) {
  const { run, trigger_id, end } = props;
  const zone = useZone();
  const begin = Date.parse(run.started_at ?? run.created_at);
  const until = run.completed_at === null ? end : Date.parse(run.completed_at);
  const left = Math.max(0, 100 * (1 - (end - begin) / DAY_MS));
  const width = Math.max(WIDTH_MIN_SHARE, Math.min(100 - left, (100 * (until - begin)) / DAY_MS));
  const objective = run.objective_value === null ? "" : `, objective ${figure(run.objective_value)}`;
  const label = `${exactTime(run.created_at, zone)}: ${run.status}${objective}`;
  return (
    <Link
      href={`/triggers/${trigger_id}/runs/${run.id}`}
      className={`lane-mark run-${run.status}`}
      style={{ left: `${Math.min(left, 100 - width)}%`, width: `${width}%` }}
      title={label}
      aria-label={label}
    />
  );
}
