/** Queries and actions of the screens. Answers are cached by path; an action refreshes the paths that it affects. */
import { notifications } from "@mantine/notifications";
import { keepPreviousData, type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ApiRefusal, call } from "./client";

const CHANGED_ELSEWHERE = 412;

export interface GetOptions {
  /** The time between two requests while the page is visible. */
  readonly poll_ms?: number | false;
  /** Keeps the previous answer on screen while the next one loads: for paging and filters. */
  readonly keeps?: boolean;
  readonly stale_ms?: number;
}

/** The answer to GET for a path under the API; a null path sends no request. */
export function useGet<Answer>(path: string | null, options: GetOptions = {}) {
  return useQuery<Answer, ApiRefusal>({
    queryKey: [path],
    queryFn: ({ signal }) => call<Answer>("GET", path!, undefined, { signal }),
    enabled: path !== null,
    refetchInterval: options.poll_ms ?? false,
    ...(options.keeps ? { placeholderData: keepPreviousData } : {}),
    ...(options.stale_ms === undefined ? {} : { staleTime: options.stale_ms }),
  });
}

/** Loads every path again that starts with one of these prefixes. */
export function refresh(client: QueryClient, beginnings: readonly string[]): void {
  void client.invalidateQueries({
    predicate: ({ queryKey: [path] }) =>
      typeof path === "string" && beginnings.some((beginning) => path.startsWith(beginning)),
  });
}

export interface ActOptions<Answer, Input = unknown> {
  /** Prefixes of the paths whose answers are out of date afterwards. */
  readonly touches: readonly string[];
  /** The message shown on success. */
  readonly done?: string | ((answer: Answer) => string);
  readonly onDone?: (answer: Answer, given: Input) => void;
  /** True when the screen shows the refusal itself. */
  readonly is_quiet?: boolean;
}

/** An action that changes the service. Its refusal is shown where it happened, or as a notification. */
export function useAct<Input, Answer>(act: (input: Input) => Promise<Answer>, options: ActOptions<Answer, Input>) {
  const client = useQueryClient();
  return useMutation<Answer, ApiRefusal, Input>({
    mutationFn: act,
    onSuccess: (answer, given) => {
      refresh(client, options.touches);
      const { done } = options;
      if (done !== undefined) notifications.show({ message: typeof done === "string" ? done : done(answer) });
      options.onDone?.(answer, given);
    },
    onError: (refusal) => {
      // The form shows the values that someone else has saved beside the draft.
      if (refusal.status === CHANGED_ELSEWHERE) refresh(client, options.touches);
      if (!options.is_quiet) notifications.show({ color: "red", title: "Not done", message: refusal.message });
    },
  });
}
