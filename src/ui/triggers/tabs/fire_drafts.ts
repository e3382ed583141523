/** Data that another screen passes to a trigger's fire form: the data of a run that will be edited and fired again. */
import type { Draft } from "../../inputs/override_form";

const drafts = new Map<string, Draft>();

export function handFireDraft(trigger_id: string, draft: Draft): void {
  drafts.set(trigger_id, draft);
}

/** Takes the data that was passed, once; empty when there is none. */
export function takeFireDraft(trigger_id: string): Draft {
  const draft = drafts.get(trigger_id) ?? {};
  drafts.delete(trigger_id);
  return draft;
}
