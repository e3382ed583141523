/**
 * What the page knows of the service without asking it. The page is bundled with the values, which are computed when it is
 * built (`with { type: "macro" }` in ui/facts.ts): it takes no code of the server with it.
 */
import { EXPORT_FORMATS, MODEL_ENDINGS, MODEL_FORMATS } from "../../model/formats";

/** Plain data, as JSON can hold it. */
export function pageFacts() {
  return {
    model_formats: MODEL_FORMATS,
    model_endings: MODEL_ENDINGS,
    /** Those that a version can be taken away in. */
    export_formats: MODEL_FORMATS.filter(({ name }) => EXPORT_FORMATS.some((known) => known === name)),
  };
}
