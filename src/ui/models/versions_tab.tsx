/** The versions of a model, newest first, with buttons to name one, compare it with the one before, and go back to it. */
import { Badge, Button, Group, Modal, Stack, Text, TextInput, Timeline } from "@mantine/core";
import { useMemo, useState } from "react";
import { useLocation } from "wouter";
import { call, download } from "../api/client";
import type { DocumentObject, ModelChanges, ModelFormat, VersionObject } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { DraftNotes } from "../drafts/draft_notes";
import { useDraft } from "../drafts/use_draft";
import { FACTS } from "../facts";
import { Confirm } from "../layout/confirm";
import { Answered, Empty } from "../layout/states";
import { When } from "../layout/when";
import { useMay } from "../session/session";
import { Changes } from "./changes";
import { saveFile } from "./save_file";

export function VersionsTab({ document }: { readonly document: DocumentObject }) {
  const versions = useGet<VersionObject[]>(`/builder/${document.id}/versions?limit=200`);
  return (
    <Answered query={versions}>
      {(items) =>
        items.length === 0 ? (
          <Empty title="No version yet">
            A trigger pins a version. Freeze one under Source; making a trigger does it too.
          </Empty>
        ) : (
          <Timeline bulletSize={26} lineWidth={2}>
            {items.map((version, i) => (
              <Timeline.Item key={version.id} bullet={<Text size="xs">{version.sequence}</Text>}>
                <Version version={version} before={items[i + 1] ?? null} is_latest={i === 0} />
              </Timeline.Item>
            ))}
          </Timeline>
        )
      }
    </Answered>
  );
}

function Version(props: {
  readonly version: VersionObject;
  readonly before: VersionObject | null;
  readonly is_latest: boolean;
}) {
  const { version, before, is_latest } = props;
  const [is_open, setOpen] = useState(false);
  const may_edit = useMay("editor");
  return (
    <Stack gap={6}>
      <Group gap="xs">
        <Text fw={600}>{version.version_name ?? version.change_summary}</Text>
        {version.is_named && (
          <Badge variant="light" tt="none">
            named
          </Badge>
        )}
      </Group>
      <Text size="sm" c="dimmed">
        <When at={version.created_at} />
        {version.version_name !== null && ` · ${version.change_summary}`}
        {version.version_description !== null && ` · ${version.version_description}`}
      </Text>
      <Group gap="xs">
        {before !== null && (
          <Button size="compact-xs" variant="default" aria-expanded={is_open} onClick={() => setOpen(!is_open)}>
            {is_open ? "Hide the changes" : `What changed from ${before.sequence}`}
          </Button>
        )}
        {FACTS.export_formats.map((format) => (
          <ExportAs key={format.name} version={version} format={format} />
        ))}
        {may_edit && <Rename version={version} />}
        {may_edit && !is_latest && <Restore version={version} />}
      </Group>
      {is_open && before !== null && <Difference version={version} before={before} />}
    </Stack>
  );
}

function Difference({ version, before }: { readonly version: VersionObject; readonly before: VersionObject }) {
  const path = `/builder/${version.document_id}/versions/${before.id}/diff/${version.id}`;
  const changes = useGet<ModelChanges>(path, { stale_ms: Number.POSITIVE_INFINITY });
  return <Answered query={changes}>{(found) => <Changes changes={found} />}</Answered>;
}

/** Downloads the compiled model as a file that other solvers can read. */
function ExportAs({ version, format }: { readonly version: VersionObject; readonly format: ModelFormat }) {
  const path = `/builder/${version.document_id}/versions/${version.id}/export?format=${format.name}`;
  const fetchFile = useAct(() => download(path), {
    touches: [],
    onDone: (text) => saveFile(`version_${version.sequence}${format.ending}`, text),
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      aria-label={`${format.title} of version ${version.sequence}`}
      loading={fetchFile.isPending}
      onClick={() => fetchFile.mutate(undefined)}
    >
      {format.title}
    </Button>
  );
}

function Restore({ version }: { readonly version: VersionObject }) {
  const [, go] = useLocation();
  const path = `/builder/${version.document_id}`;
  const restore = useAct(() => call<unknown>("POST", `${path}/versions/${version.id}/restore`, {}), {
    touches: ["/builder"],
    done: `The model is what it was in version ${version.sequence}`,
    onDone: () => go(`/models/${version.document_id}`),
  });
  return (
    <Confirm
      label="Go back to it"
      title={`Go back to version ${version.sequence}?`}
      act={() => restore.mutate(undefined)}
      is_busy={restore.isPending}
    >
      The current model is frozen first, so that nothing is lost. Triggers stay on the versions they pin.
    </Confirm>
  );
}

function Rename({ version }: { readonly version: VersionObject }) {
  const [is_open, setOpen] = useState(false);
  return (
    <>
      <Button size="compact-xs" variant="default" onClick={() => setOpen(true)}>
        {version.is_named ? "Rename" : "Give it a name"}
      </Button>
      <Modal
        opened={is_open}
        onClose={() => setOpen(false)}
        title={`Name of version ${version.sequence}`}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <NameForm version={version} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}

function NameForm({ version, onDone }: { readonly version: VersionObject; readonly onDone: () => void }) {
  const path = `/builder/${version.document_id}/versions/${version.id}`;
  const saved = useMemo(() => ({ version_name: version.version_name ?? "" }), [version.version_name]);
  const rename = useAct((values: { version_name: string }) => call<VersionObject>("PATCH", path, values), {
    touches: ["/builder"],
    done: "The version has its name, and is kept for ever",
    onDone: (_, sent) => {
      draft.done(sent);
      onDone();
    },
  });
  const draft = useDraft<{ version_name: string }>({
    kind: "version_name",
    id: version.id,
    saved,
    save: (values) => values.version_name.trim() !== "" && rename.mutate(values),
  });
  const { version_name } = draft.values;
  return (
    <form onSubmit={draft.submit} data-draft="version_name">
      <Stack gap="sm">
        <DraftNotes draft={draft} />
        <TextInput
          label="Name"
          data-autofocus
          value={version_name}
          onChange={(event) => draft.set({ version_name: event.currentTarget.value })}
        />
        <Button type="submit" loading={rename.isPending} disabled={version_name.trim() === ""}>
          Keep the name
        </Button>
      </Stack>
    </form>
  );
}
