/**
 * The one hook of every form. What is typed is kept until it is saved or given up: over links, tabs, reloads and restarts of
 * the service. A form without a draft follows what is saved. A save is held to the revision that was there when typing began;
 * when someone else saved meanwhile, both are shown and the person decides.
 */
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { now } from "../clock";
import type { DraftKind } from "./draft_places";
import { dropDraft, keepDraft, type OpenDraft, openDraft, readDraft } from "./draft_store";

export interface DraftOptions<Values> {
  readonly kind: DraftKind;
  /** Of the object; "" where there is one form only. */
  readonly id: string;
  /** What is saved, or what a new form begins with. */
  readonly saved: Values;
  /** Of the saved object; null: it has none. */
  readonly revision?: string | null;
  /** Done when the form is sent, and for Ctrl+S. */
  readonly save: (values: Values) => void;
  /** Compares what is typed with what is saved; equal JSON otherwise. */
  readonly isSame?: (a: Values, b: Values) => boolean;
  /** Fields that no other tab may see. */
  readonly secrets?: readonly (keyof Values)[];
}

export interface Draft<Values> {
  readonly values: Values;
  readonly set: (change: Partial<Values>) => void;
  readonly is_changed: boolean;
  /** When what is shown was typed, for a draft that was found when the form was opened; else null. */
  readonly found_at: number | null;
  /** False: the browser has no room for it. */
  readonly is_kept: boolean;
  /** What someone else has saved since typing began; null: nobody has. */
  readonly elsewhere: Values | null;
  /** Changes when the values were replaced from outside: a key for controls with a state of their own. */
  readonly generation: number;
  /** Headers of the request that saves. */
  readonly headers: Readonly<Record<string, string>>;
  /** Takes what is saved instead. */
  readonly discard: () => void;
  /** Keeps what is typed, although someone else has saved: the next save replaces theirs. */
  readonly overrule: () => void;
  /** What was sent is saved: with its new revision the form goes on from there, or from `next`; without one it begins empty again. */
  readonly done: (sent: Values, revision?: string, next?: Values) => void;
  readonly submit: (event: FormEvent) => void;
}

/** What the form holds beside what is saved. */
interface Held<Values> {
  readonly values: Values;
  readonly base: string | null;
  readonly seen: string | null;
  /** Saved as it is: it follows the object again when that gets a revision beyond these. */
  readonly saved_as: readonly (string | null)[] | null;
}

export function useDraft<Values extends object>(options: DraftOptions<Values>): Draft<Values> {
  const { kind, id, saved, revision = null, save, isSame = isSameJson, secrets = [] } = options;
  const [found_at, setFoundAt] = useState<number | null>(() => readDraft(kind, id)?.at ?? null);
  const [held, setHeld] = useState<Held<Values> | null>(() => {
    const kept = readDraft<Values>(kind, id);
    return kept === null ? null : { ...kept, values: { ...saved, ...kept.values }, saved_as: null };
  });
  const [is_kept, setKept] = useState(true);
  const [generation, setGeneration] = useState(0);
  const is_followed = held === null || (held.saved_as !== null && !held.saved_as.includes(revision));
  const values = is_followed ? saved : held.values;
  const is_clean = useMemo(() => isSame(values, saved), [values, saved, isSame]);
  const is_changed = !is_clean && !(held !== null && held.saved_as !== null);
  const seen = useMemo(() => seenOf(saved), [saved]);
  // A change of what this form does not hold needs no decision here.
  const base = is_followed || (held.seen !== null && held.seen === seen) ? revision : held.base;
  const latest = useLatest({ values, is_changed, save });

  const hold = (next: Values, from: Pick<Held<Values>, "base" | "seen">) => {
    setHeld({ values: next, ...from, saved_as: null });
    if (isSame(next, saved)) dropDraft(kind, id);
    else setKept(keepDraft(kind, id, from, next, without(next, secrets)));
  };
  const forget = (next: Held<Values> | null) => {
    dropDraft(kind, id);
    setFoundAt(null);
    setHeld(next);
  };
  const registered = useRegistered(latest);
  return {
    values,
    is_changed,
    found_at: is_changed ? found_at : null,
    is_kept,
    elsewhere: is_changed && base !== null && revision !== base ? saved : null,
    generation,
    headers: base === null ? {} : { "if-match": `"${base}"` },
    set: (change) => {
      registered.touched_at = now();
      const next = { ...latest.current.values, ...change };
      latest.current = { ...latest.current, values: next };
      hold(next, base === revision ? { base, seen } : { base, seen: held?.seen ?? null });
    },
    discard: () => {
      forget(null);
      setGeneration(generation + 1);
    },
    overrule: () => hold(values, { base: revision, seen }),
    done: (sent, now_revision, next = sent) => {
      if (now_revision === undefined) forget(null);
      else if (latest.current.values !== sent) hold(latest.current.values, { base: now_revision, seen: seenOf(sent) });
      else forget({ values: next, base: now_revision, seen: seenOf(sent), saved_as: [revision, now_revision] });
    },
    submit: (event) => {
      event.preventDefault();
      save(values);
    },
  };
}

interface Latest<Values> {
  readonly values: Values;
  readonly is_changed: boolean;
  readonly save: (values: Values) => void;
}

function useLatest<Value>(value: Value): { current: Value } {
  const latest = useRef(value);
  latest.current = value;
  return latest;
}

/** Known to the tab while the form is there: for Ctrl+S, and for asking before the page is left. */
function useRegistered<Values>(latest: { readonly current: Latest<Values> }): OpenDraft {
  const registered = useRef<OpenDraft>({ is_changed: false, touched_at: 0, save: () => {} }).current;
  registered.is_changed = latest.current.is_changed;
  registered.save = () => latest.current.save(latest.current.values);
  useEffect(() => openDraft(registered), [registered]);
  return registered;
}

function without<Values extends object>(values: Values, secrets: readonly (keyof Values)[]): Partial<Values> {
  return Object.fromEntries(
    Object.entries(values).filter(([name]) => !secrets.includes(name as keyof Values)),
  ) as Partial<Values>;
}

/** Long texts are not kept twice: for them any other revision counts. */
const SEEN_LENGTH_MAX = 100_000;

function seenOf(values: object): string | null {
  const text = JSON.stringify(values);
  return text.length > SEEN_LENGTH_MAX ? null : text;
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
