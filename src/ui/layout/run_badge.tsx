/** A run's state in one word and one colour. */
import { Badge } from "@mantine/core";
import type { RunState } from "../api/objects";

const LOOK: { readonly [State in RunState]: readonly [word: string, colour: string] } = {
  queued: ["queued", "blue"],
  running: ["running", "cyan"],
  completed: ["completed", "green"],
  failed: ["failed", "red"],
  timeout: ["timeout", "orange"],
  cancelled: ["cancelled", "gray"],
  validation_failed: ["did not fit", "orange"],
  skipped_overlap: ["skipped", "gray"],
};

export function RunBadge({ status }: { readonly status: RunState }) {
  const [word, colour] = LOOK[status];
  return (
    <Badge variant="light" color={colour} tt="none" fw={600}>
      {word}
    </Badge>
  );
}
