/** The states of a screen without data: loading, empty, or refused. */
import { Alert, Button, Code, Group, List, Skeleton, Stack, Text, Title, VisuallyHidden } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import type { ApiRefusal } from "../api/client";

/** Grey bars in the place of content that is loading. */
export function Loading({ what = "Loading", rows = 3 }: { readonly what?: string; readonly rows?: number }) {
  return (
    <Stack gap="sm" role="status" aria-busy="true" p="xs">
      <VisuallyHidden>{what}</VisuallyHidden>
      {Array.from({ length: rows }, (_, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: bars have no identity.
        <Skeleton key={i} height={28} width={i === 0 ? "40%" : "100%"} />
      ))}
    </Stack>
  );
}

/** A refusal in the API's own words, field by field, with its request id and a button to try again. */
export function RefusalNote(props: {
  readonly refusal: ApiRefusal;
  readonly title?: string;
  readonly onRetry?: (() => void) | undefined;
}) {
  const { refusal, title, onRetry } = props;
  const is_list = refusal.faults.length > 0;
  return (
    <Alert color="red" title={title ?? titleOf(refusal)} role="alert">
      <Stack gap="xs" align="flex-start">
        {(!is_list || typeof refusal.body.detail !== "object") && <Text size="sm">{refusal.message}</Text>}
        {is_list && (
          <List size="sm">
            {refusal.faults.map(({ field, message }) => (
              <List.Item key={`${field} ${message}`}>
                {field !== "" && <Code>{field}</Code>} {message}
              </List.Item>
            ))}
          </List>
        )}
        {refusal.request_id !== null && (
          <Text size="xs" c="dimmed">
            Request {refusal.request_id}
          </Text>
        )}
        {onRetry !== undefined && (
          <Button size="xs" variant="default" onClick={onRetry}>
            Try again
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

function titleOf(refusal: ApiRefusal): string {
  if (refusal.status === 0) return "No answer";
  if (refusal.status === 403) return "Not allowed with this key";
  if (refusal.status === 404) return "Not found";
  if (refusal.status >= 500) return "The service could not do it";
  return "This does not fit";
}

/** Shows an answer, or its loading or refused state. A refusal after an answer keeps the answer on screen and marks it as old. */
export function Answered<Answer>(props: {
  readonly query: UseQueryResult<Answer, ApiRefusal>;
  readonly rows?: number;
  readonly children: (answer: Answer) => ReactNode;
}) {
  const { query, rows, children } = props;
  if (query.data !== undefined) {
    return (
      <>
        {query.error !== null && (
          <RefusalNote refusal={query.error} title="This may be out of date" onRetry={() => query.refetch()} />
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.error !== null) return <RefusalNote refusal={query.error} onRetry={() => query.refetch()} />;
  return <Loading rows={rows ?? 3} />;
}

/** The empty state: says what would be here, and what to do. */
export function Empty(props: { readonly title: string; readonly children?: ReactNode; readonly actions?: ReactNode }) {
  return (
    <Stack gap="xs" align="center" py="xl" px="md" className="empty">
      <Title order={3} size="h4" ta="center">
        {props.title}
      </Title>
      {props.children !== undefined && (
        <Text c="dimmed" ta="center" maw={520}>
          {props.children}
        </Text>
      )}
      {props.actions !== undefined && <Group justify="center">{props.actions}</Group>}
    </Stack>
  );
}
