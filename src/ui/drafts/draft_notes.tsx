/** The notes of a form about its draft: a draft was found, it cannot be kept, or someone else has saved in the meantime. */
import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { InView } from "../layout/in_view";
import { When } from "../layout/when";
import type { Draft } from "./use_draft";

export function DraftNotes<Values extends object>(props: {
  readonly draft: Draft<Values>;
  /** The text to compare side by side; without it, the fields that differ are compared as JSON. */
  readonly textOf?: (values: Values) => string;
}) {
  const { draft, textOf } = props;
  if (draft.elsewhere !== null) return <Elsewhere draft={draft} saved={draft.elsewhere} textOf={textOf} />;
  if (!draft.is_kept && draft.is_changed) {
    return <Alert color="orange">This is too large to be kept in the browser; save it before you leave.</Alert>;
  }
  if (draft.found_at === null) return null;
  return (
    <Alert color="blue" role="status">
      <Group gap="sm">
        <Text size="sm">
          This is what you typed <When at={new Date(draft.found_at).toISOString()} />; it is not saved.
        </Text>
        <Button size="compact-xs" variant="default" onClick={draft.discard}>
          Take what is saved
        </Button>
      </Group>
    </Alert>
  );
}

function Elsewhere<Values extends object>(props: {
  readonly draft: Draft<Values>;
  readonly saved: Values;
  readonly textOf: ((values: Values) => string) | undefined;
}) {
  const { draft, saved, textOf } = props;
  const show = textOf ?? ((values: Values) => differing(values, values === saved ? draft.values : saved));
  return (
    <InView of={saved}>
      <Alert color="orange" title="Someone else saved this since you began" role="alert">
        <Stack gap="sm">
          <div className="both-texts">
            <div>
              <Text size="sm" fw={600}>
                Yours
              </Text>
              <pre className="snippet payload">{show(draft.values)}</pre>
            </div>
            <div>
              <Text size="sm" fw={600}>
                Saved now
              </Text>
              <pre className="snippet payload">{show(saved)}</pre>
            </div>
          </div>
          <Group gap="xs">
            <Button size="xs" variant="default" onClick={draft.overrule}>
              Keep mine; the next save replaces theirs
            </Button>
            <Button size="xs" variant="default" onClick={draft.discard}>
              Take what is saved
            </Button>
          </Group>
        </Stack>
      </Alert>
    </InView>
  );
}

function differing(values: object, others: object): string {
  const other = others as Readonly<Record<string, unknown>>;
  const fields = Object.entries(values).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(other[name]),
  );
  return JSON.stringify(Object.fromEntries(fields), null, 2);
}
