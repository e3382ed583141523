/** What the compiler says of a model while it is typed: asked a moment after the last key, the newest question alone. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ApiRefusal, call } from "../api/client";
import type { Validation } from "../api/objects";
import { monotonic } from "../clock";

const DEBOUNCE_MS = 300;

export interface Check extends Validation {
  /** From the question to the answer. */
  readonly took_ms: number;
}

/** `model` null: the text is no model yet, and nothing is asked. */
export function useCheck(model: object | null) {
  const [asked] = useDebouncedValue(model, DEBOUNCE_MS);
  return useQuery<Check, ApiRefusal>({
    queryKey: ["/solve/validate", asked],
    queryFn: async ({ signal }) => {
      const began_at = monotonic();
      const validation = await call<Validation>("POST", "/solve/validate", asked, { signal });
      return { ...validation, took_ms: monotonic() - began_at };
    },
    enabled: asked !== null,
    gcTime: 0,
    placeholderData: (before) => before,
  });
}
