/** A secret that is shown only once: in clear text, with a button to copy it, until the reader puts it away. */
import { Alert, Button, Code, CopyButton, Group, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";

export function SecretOnce(props: {
  readonly title: string;
  readonly secret: string;
  /** Says what the secret is for, and what to do when it is lost. */
  readonly children: ReactNode;
  readonly onAway?: (() => void) | undefined;
}) {
  return (
    <Alert color="yellow" title={props.title} role="status">
      <Stack gap="xs">
        <Text size="sm">{props.children}</Text>
        <Code block className="secret">
          {props.secret}
        </Code>
        <Group gap="xs">
          <CopyText text={props.secret} label="Copy" />
          {props.onAway !== undefined && (
            <Button size="xs" variant="default" onClick={props.onAway}>
              I have put it away
            </Button>
          )}
        </Group>
      </Stack>
    </Alert>
  );
}

export function CopyText({ text, label }: { readonly text: string; readonly label: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button size="xs" variant={copied ? "light" : "filled"} onClick={copy}>
          {copied ? "Copied" : label}
        </Button>
      )}
    </CopyButton>
  );
}
