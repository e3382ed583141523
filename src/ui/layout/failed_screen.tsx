/**
 * Replaces a screen whose code failed or could not be loaded. Scripts are named by their content: after an upgrade the old
 * ones are gone. When the service has another main script than this tab, the page is reloaded once.
 */
import { Alert, Button, Code, Stack, Text } from "@mantine/core";
import { Component, type ReactNode, useEffect, useState } from "react";

const RELOADED_FOR = "jaot.reloaded_for";
const MAIN_SCRIPT_PATTERN = /<script[^>]*\ssrc="([^"]+)"/;

interface BoundaryProps {
  /** The address of the screen. A change of address clears the error. */
  readonly address: string;
  readonly children: ReactNode;
}

interface BoundaryState {
  readonly error: unknown;
  readonly address: string;
}

export class ScreenBoundary extends Component<BoundaryProps, BoundaryState> {
  override state: BoundaryState = { error: null, address: this.props.address };

  static getDerivedStateFromError(error: unknown): Partial<BoundaryState> {
    return { error: error ?? new Error("The screen failed without a reason") };
  }

  static getDerivedStateFromProps({ address }: BoundaryProps, before: BoundaryState): BoundaryState {
    return address === before.address ? before : { error: null, address };
  }

  override render(): ReactNode {
    return this.state.error === null ? this.props.children : <FailedScreen error={this.state.error} />;
  }
}

function FailedScreen({ error }: { readonly error: unknown }) {
  const [is_silent, setSilent] = useState(false);
  useEffect(() => {
    void reloadOnceForNewProgram();
  }, []);
  // A browser may remember that a script failed; only a new document is certain to request it again.
  const again = async () => {
    if ((await mainScriptServed()) === null) setSilent(true);
    else location.reload();
  };
  return (
    <Alert color="red" title="This screen could not be shown" role="alert">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          Its code failed, or the service did not answer when it was to be loaded. What you typed elsewhere is kept.
        </Text>
        <Code block>{error instanceof Error ? error.message : String(error)}</Code>
        {is_silent && <Text size="sm">The service does not answer yet; check that it runs.</Text>}
        <Button size="xs" variant="default" onClick={again}>
          Try again
        </Button>
      </Stack>
    </Alert>
  );
}

async function reloadOnceForNewProgram(): Promise<void> {
  const served = await mainScriptServed();
  const own = document.querySelector<HTMLScriptElement>("script[src]")?.getAttribute("src");
  if (served === null || served === own || sessionStorage.getItem(RELOADED_FOR) === served) return;
  sessionStorage.setItem(RELOADED_FOR, served);
  location.reload();
}

/** The main script that the service has now; null when the service does not answer. */
async function mainScriptServed(): Promise<string | null> {
  try {
    const response = await fetch("/", { cache: "no-store" });
    return MAIN_SCRIPT_PATTERN.exec(await response.text())?.[1] ?? null;
  } catch {
    return null;
  }
}
