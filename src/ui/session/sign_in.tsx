/** The sign-in screen: asks for an API key, or says why a sign-in link did not work. */
import { Alert, Anchor, Button, Code, Paper, PasswordInput, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import { ApiRefusal, call } from "../api/client";
import type { Session } from "../api/objects";
import { useDraft } from "../drafts/use_draft";
import { setKey } from "./key_store";

/** `reason` is null when there is nothing to explain. */
export function SignIn({ title, reason }: { readonly title: string; readonly reason: string | null }) {
  return (
    <main className="sign-in">
      <Paper withBorder shadow="sm" p="xl" w="100%" maw={440}>
        <Stack gap="md">
          <div>
            <Title order={1} size="h2">
              jaot-triggers
            </Title>
            <Text c="dimmed">Optimization models behind HTTP triggers and schedules</Text>
          </div>
          {reason !== null && (
            <Alert color="red" title={title} role="alert">
              {reason}
            </Alert>
          )}
          <KeyForm />
          <Text size="sm" c="dimmed">
            No key? <Code>jaot-triggers keys create --name me --role admin</Code> on the machine of the service makes
            one. The key stays in the open tabs of this browser and is gone when you close the last one.{" "}
            <Anchor href="/health">Health</Anchor>
          </Text>
        </Stack>
      </Paper>
    </main>
  );
}

const NO_KEY = { key: "" };

function KeyForm() {
  const [error, setError] = useState<string | null>(null);
  const [is_busy, setBusy] = useState(false);

  const enter = async ({ key }: { readonly key: string }) => {
    setBusy(true);
    setError(null);
    try {
      await call<Session>("GET", "/session", undefined, { token: key.trim() });
      setKey(key.trim());
    } catch (refusal) {
      setError(refusal instanceof ApiRefusal ? refusal.message : String(refusal));
      setBusy(false);
    }
  };

  const draft = useDraft<{ readonly key: string }>({ kind: "sign_in", id: "", saved: NO_KEY, save: enter });
  const { key } = draft.values;
  return (
    <form onSubmit={draft.submit} data-draft="sign_in">
      <Stack gap="sm">
        <PasswordInput
          label="API key"
          placeholder="ok_live_..."
          value={key}
          onChange={(event) => draft.set({ key: event.currentTarget.value })}
          error={error}
          autoComplete="off"
          data-autofocus
          autoFocus
        />
        <Button type="submit" loading={is_busy} disabled={key.trim() === ""}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
