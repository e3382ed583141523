/** API keys: create, show once, list and revoke them; and make a link that signs another browser in. */
import { Badge, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { call } from "../api/client";
import type { KeyObject, ListingPage, Role } from "../api/objects";
import { useAct, useGet } from "../api/queries";
import { now } from "../clock";
import { DraftNotes } from "../drafts/draft_notes";
import { useDraft } from "../drafts/use_draft";
import { FACTS } from "../facts";
import { NumberField } from "../inputs/number_field";
import { Confirm } from "../layout/confirm";
import { Refused } from "../layout/in_view";
import { SecretOnce } from "../layout/secret_once";
import { Answered } from "../layout/states";
import { When } from "../layout/when";
import { useSession } from "../session/session";
import { type DataColumn, DataTable } from "../tables/data_table";
import { WorkspaceSelect } from "../triggers/workspace_select";

const ROLES = FACTS.roles.map(({ role, meaning }) => ({ value: role, label: `${role}: ${meaning}` }));
const KEYS_PATH = "/keys?page_size=100";

export function KeysPanel({ is_admin }: { readonly is_admin: boolean }) {
  const session = useSession();
  if (!is_admin) {
    return (
      <Text>
        You are signed in with the key {session?.key.prefix}... of the role {session?.role}. Only admins can see and
        create keys.
      </Text>
    );
  }
  return <AdminKeys />;
}

function AdminKeys() {
  const keys = useGet<ListingPage<KeyObject>>(KEYS_PATH);
  const [is_making, making] = useDisclosure(false);
  const [made, setMade] = useState<string | null>(null);
  return (
    <Stack>
      <Group gap="xs">
        <Button onClick={making.open}>New key</Button>
        <ShareLink />
      </Group>
      {made !== null && (
        <SecretOnce title="The key, shown this once" secret={made} onAway={() => setMade(null)}>
          Keep it somewhere safe: the service stores only its digest. A lost key is revoked and replaced.
        </SecretOnce>
      )}
      <Answered query={keys}>
        {({ items }) => <DataTable name="API keys" items={items} columns={COLUMNS} keyOf={({ id }) => id} />}
      </Answered>
      <Modal opened={is_making} onClose={making.close} title="New API key" closeButtonProps={{ "aria-label": "Close" }}>
        <KeyForm
          onMade={(key) => {
            setMade(key);
            making.close();
          }}
        />
      </Modal>
    </Stack>
  );
}

interface NewKey {
  readonly name: string;
  readonly role: Role;
  /** "" when the key does not expire. */
  readonly days: number | string;
  readonly workspace_id: string | null;
}

const EMPTY_KEY: NewKey = { name: "", role: "editor", days: "", workspace_id: null };

function KeyForm({ onMade }: { readonly onMade: (key: string) => void }) {
  const { draft, make } = useKeyDraft(onMade);
  const { name, role, days, workspace_id } = draft.values;
  return (
    <form onSubmit={draft.submit} data-draft="key">
      <Stack gap="sm" key={draft.generation}>
        <DraftNotes draft={draft} />
        <TextInput
          label="Name"
          description="The person or program that will use it"
          required
          value={name}
          onChange={(event) => draft.set({ name: event.currentTarget.value })}
          data-autofocus
        />
        <Select
          label="Role"
          data={ROLES}
          value={role}
          allowDeselect={false}
          onChange={(next) => draft.set({ role: (next as Role | null) ?? role })}
        />
        <NumberField
          label="Expires after, days"
          description="Empty: never"
          min={1}
          max={36_500}
          value={days}
          onChange={(days) => draft.set({ days })}
        />
        <WorkspaceSelect
          none="All of them"
          value={workspace_id}
          onChange={(workspace_id) => draft.set({ workspace_id })}
        />
        <Refused refusal={make.error} />
        <Button type="submit" loading={make.isPending} disabled={name.trim() === ""}>
          Make the key
        </Button>
      </Stack>
    </form>
  );
}

/** The draft of the key, and the action that creates it. */
function useKeyDraft(onMade: (key: string) => void) {
  const make = useAct(
    ({ name, role, days, workspace_id }: NewKey) =>
      call<KeyObject & { api_key: string }>("POST", "/keys", {
        name,
        role,
        ...(days === "" ? {} : { expires_days: days }),
        ...(workspace_id === null ? {} : { workspace_id }),
      }),
    {
      touches: ["/keys"],
      is_quiet: true,
      onDone: ({ api_key }, sent) => {
        draft.done(sent);
        onMade(api_key);
      },
    },
  );
  const draft = useDraft<NewKey>({
    kind: "key",
    id: "",
    saved: EMPTY_KEY,
    save: (values) => values.name.trim() !== "" && make.mutate(values),
  });
  return { draft, make };
}

function ShareLink() {
  const [link, setLink] = useState<string | null>(null);
  const share = useAct(() => call<{ link: string }>("POST", "/session/links"), {
    touches: [],
    onDone: (made) => setLink(`${location.origin}/#link=${made.link}`),
  });
  return (
    <>
      <Button variant="default" loading={share.isPending} onClick={() => share.mutate(undefined)}>
        Sign in another browser
      </Button>
      <Modal
        opened={link !== null}
        onClose={() => setLink(null)}
        title="A link for another browser"
        closeButtonProps={{ "aria-label": "Close" }}
      >
        <SecretOnce title="Works once, and for an hour" secret={link ?? ""}>
          Anyone who opens it is signed in as an admin for a day. Do not send it to anyone else.
        </SecretOnce>
      </Modal>
    </>
  );
}

const COLUMNS: readonly DataColumn<KeyObject>[] = [
  { id: "name", label: "Name", value: ({ name }) => name, cell: ({ name }) => name },
  { id: "prefix", label: "Begins with", value: ({ prefix }) => prefix, cell: ({ prefix }) => <code>{prefix}</code> },
  { id: "role", label: "Role", value: ({ role }) => role, cell: ({ role }) => role },
  {
    id: "created",
    label: "Made",
    value: ({ created_at }) => created_at,
    cell: ({ created_at }) => <When at={created_at} />,
  },
  {
    id: "expires",
    label: "Expires",
    value: ({ expires_at }) => expires_at,
    cell: ({ expires_at }) => (expires_at === null ? "never" : <When at={expires_at} />),
  },
  { id: "state", label: "State", value: stateOf, cell: (key) => <KeyState api_key={key} /> },
];

function stateOf(key: KeyObject): "revoked" | "expired" | "live" {
  if (key.revoked_at !== null) return "revoked";
  return key.expires_at !== null && Date.parse(key.expires_at) <= now() ? "expired" : "live";
}

function KeyState({ api_key }: { readonly api_key: KeyObject }) {
  const session = useSession();
  const revoke = useAct(() => call<null>("DELETE", `/keys/${api_key.id}`), {
    touches: ["/keys"],
    done: `${api_key.name} is revoked`,
  });
  const state = stateOf(api_key);
  if (state !== "live") {
    return (
      <Badge variant="light" color="gray" tt="none">
        {state}
      </Badge>
    );
  }
  if (session?.key.id === api_key.id) {
    return (
      <Badge variant="light" color="green" tt="none">
        this browser's
      </Badge>
    );
  }
  return (
    <Confirm
      label="Revoke"
      title={`Revoke ${api_key.name}?`}
      act={() => revoke.mutate(undefined)}
      is_busy={revoke.isPending}
    >
      Every program that holds this key is refused from then on. This cannot be undone.
    </Confirm>
  );
}
