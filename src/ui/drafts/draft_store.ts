/**
 * Keeps unsaved text in the browser by form and object: in sessionStorage for this tab, which survives a reload and goes when
 * the tab is closed, and without secrets in localStorage for the next tab. A tab reads its own draft first, and otherwise the
 * newest draft of any tab.
 */
import { now, uniqueName } from "../clock";
import { DRAFT_PLACES, type DraftKind } from "./draft_places";

const START = "jaot.draft.";

export interface Kept<Values> {
  readonly values: Values;
  /** The object's revision when typing began; null when it has none. */
  readonly base: string | null;
  /** The saved values at that time, as JSON; null when they are too long to be kept twice. */
  readonly seen: string | null;
  readonly at: number;
  readonly tab: string;
}

/** A form that is open in this tab. */
export interface OpenDraft {
  is_changed: boolean;
  touched_at: number;
  save: () => void;
}

const tab = uniqueName();
const open = new Set<OpenDraft>();

export function readDraft<Values>(kind: DraftKind, id: string): Kept<Values> | null {
  const name = `${START}${kind}.${id}`;
  return parsed<Values>(sessionStorage.getItem(name)) ?? parsed<Values>(localStorage.getItem(name));
}

/** Keeps what is typed; `shared` is the part that other tabs may see. False when the browser has no room for it. */
export function keepDraft<Values>(
  kind: DraftKind,
  id: string,
  { base, seen }: Pick<Kept<Values>, "base" | "seen">,
  values: Values,
  shared: Partial<Values>,
): boolean {
  if (!DRAFT_PLACES[kind].is_kept) return true;
  const name = `${START}${kind}.${id}`;
  const about = { base, seen, at: now(), tab };
  try {
    sessionStorage.setItem(name, JSON.stringify({ ...about, values }));
    localStorage.setItem(name, JSON.stringify({ ...about, values: shared }));
    return true;
  } catch {
    return false;
  }
}

/** Forgets the draft of this tab; the draft of another tab stays. */
export function dropDraft(kind: DraftKind, id: string): void {
  const name = `${START}${kind}.${id}`;
  const own = parsed(sessionStorage.getItem(name));
  const newest = parsed(localStorage.getItem(name));
  sessionStorage.removeItem(name);
  if (newest !== null && (newest.tab === tab || newest.tab === own?.tab)) localStorage.removeItem(name);
}

/** Forgets all drafts of this browser, when the user signs out. */
export function dropAllDrafts(): void {
  for (const storage of [sessionStorage, localStorage]) {
    for (const name of Object.keys(storage)) if (name.startsWith(START)) storage.removeItem(name);
  }
}

/** True when this browser keeps any unsaved draft. */
export function hasDrafts(): boolean {
  return [sessionStorage, localStorage].some((storage) => Object.keys(storage).some((name) => name.startsWith(START)));
}

/** True when an open form has unsaved changes. */
function isAnythingUnsaved(): boolean {
  return [...open].some(({ is_changed }) => is_changed);
}

/** Registers an open form; the returned function removes it. */
export function openDraft(draft: OpenDraft): () => void {
  open.add(draft);
  return () => open.delete(draft);
}

window.addEventListener("beforeunload", (event) => {
  if (isAnythingUnsaved()) event.preventDefault();
});

window.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  const changed = [...open].filter(({ is_changed }) => is_changed);
  changed.toSorted((a, b) => b.touched_at - a.touched_at)[0]?.save();
});

function parsed<Values>(text: string | null): Kept<Values> | null {
  try {
    return text === null ? null : (JSON.parse(text) as Kept<Values>);
  } catch {
    return null;
  }
}
