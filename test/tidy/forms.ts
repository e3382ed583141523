/** The rule that no form of the page loses what is typed into it. */
import { inSource } from "./paths";
import type { Source } from "./source";

/** A form sends itself through the submit of its draft, which is made by the one hook. */
export function unkeptForms(sources: readonly Source[]): string[] {
  return inSource(sources)
    .filter(({ path }) => path.startsWith("src/ui/"))
    .flatMap(({ path, words, imports }) => {
      const has_hook = imports.some(({ names }) => names?.includes("useDraft"));
      const is_sent = (line: number) => words.some((word) => word.line === line && word.name.endsWith(".submit"));
      return words
        .filter(({ name, line }) => name === "onSubmit" && !(has_hook && is_sent(line)))
        .map(({ line }) => `${path}:${line} onSubmit: give it draft.submit of useDraft, so that what is typed is kept`);
    });
}
