/** Checks a model with the compiler while it is typed: a moment after the last key, and only the newest text. */
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ApiRefusal, call } from "../api/client";
import type { Validation } from "../api/objects";
import { monotonic } from "../clock";

const DEBOUNCE_MS = 300;

export interface Check extends Validation {
  /** The time from the request to the answer. */
  readonly took_ms: number;
}

/** `model` is null while the text is not a model yet; then nothing is checked. */
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
