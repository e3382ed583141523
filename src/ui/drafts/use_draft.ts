/**
 * The hook that every form uses. It keeps typed text until it is saved or discarded, across links, tabs, reloads and restarts
 * of the service. A form without a draft follows the saved values. A save names the revision at which typing began; when
 * someone else has saved in the meantime, both versions are shown and the person decides.
 */
import { type FormEvent, useEffect, useMemo, useRef, useState } from "react";
import { now } from "../clock";
import type { DraftKind } from "./draft_places";
import { dropDraft, keepDraft, type OpenDraft, openDraft, readDraft } from "./draft_store";

export interface DraftOptions<Values> {
  readonly kind: DraftKind;
  /** The id of the object; "" when there is only one form of this kind. */
  readonly id: string;
  /** The saved values, or the first values of a new form. */
  readonly saved: Values;
  /** The revision of the saved object; null when it has none. */
  readonly revision?: string | null;
  /** Called when the form is submitted, and for Ctrl+S. */
  readonly save: (values: Values) => void;
  /** Compares typed values with saved ones; the default compares their JSON. */
  readonly isSame?: (a: Values, b: Values) => boolean;
  /** Fields that no other tab may see. */
  readonly secrets?: readonly (keyof Values)[];
}

export interface Draft<Values> {
  readonly values: Values;
  readonly set: (change: Partial<Values>) => void;
  readonly is_changed: boolean;
  /** The time when a draft was typed that was found when the form was opened; otherwise null. */
  readonly found_at: number | null;
  /** False when the browser has no room for the draft. */
  readonly is_kept: boolean;
  /** The values that someone else has saved since typing began; null when nobody has. */
  readonly elsewhere: Values | null;
  /** Changes when the values were replaced from outside: a key for controls with a state of their own. */
  readonly generation: number;
  /** Headers of the request that saves. */
  readonly headers: Readonly<Record<string, string>>;
  /** Discards the draft and takes the saved values. */
  readonly discard: () => void;
  /** Keeps the draft although someone else has saved: the next save replaces their values. */
  readonly overrule: () => void;
  /** Called after `sent` was saved. With its new revision the form continues from `sent`, or from `next`; without one it starts empty. */
  readonly done: (sent: Values, revision?: string, next?: Values) => void;
  readonly submit: (event: FormEvent) => void;
}

/** The values that the form holds beside the saved ones. */
interface Held<Values> {
  readonly values: Values;
  readonly base: string | null;
  readonly seen: string | null;
  /** Set when these values were saved: the form follows the object again when its revision is none of these. */
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
  // A change of fields that this form does not hold needs no decision.
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

/** Registers the form with the tab while it is open: for Ctrl+S, and for a warning before the page is left. */
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

/** Longer texts are not kept twice: for them, any other revision counts as a change. */
const SEEN_LENGTH_MAX = 100_000;

function seenOf(values: object): string | null {
  const text = JSON.stringify(values);
  return text.length > SEEN_LENGTH_MAX ? null : text;
}

function isSameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
