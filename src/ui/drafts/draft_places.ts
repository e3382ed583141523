/**
 * Every form of the page, with its address. A form without a row here does not compile; the test of drafts takes each row,
 * fills the form and leaves it in every way. `:trigger_id` and `:document_id` stand for one of each.
 */
export interface DraftPlace {
  readonly address: string;
  /** The label of the button or tab that opens the form; null when the form is open at once. */
  readonly opens: string | null;
  /** False for a form that holds only a secret: its text is never kept. */
  readonly is_kept: boolean;
}

const place = (address: string, opens: string | null = null): DraftPlace => ({ address, opens, is_kept: true });

export const DRAFT_PLACES = {
  model: place("/models/:document_id"),
  new_model: place("/models", "New model"),
  version_name: place("/models/:document_id/versions", "Rename"),
  new_trigger: place("/triggers/new?model=:document_id"),
  fire: place("/triggers/:trigger_id", "JSON"),
  batch: place("/triggers/:trigger_id", "Batch"),
  trigger: place("/triggers/:trigger_id/edit"),
  webhook: place("/triggers/:trigger_id/webhook"),
  new_schedule: place("/triggers/:trigger_id/schedule", "New schedule"),
  schedule: place("/triggers/:trigger_id/schedule", "Change"),
  key: place("/settings", "New key"),
  workspace: place("/settings/workspaces"),
  sign_in: { address: "/sign-in", opens: null, is_kept: false },
} as const satisfies Readonly<Record<string, DraftPlace>>;

export type DraftKind = keyof typeof DRAFT_PLACES;
