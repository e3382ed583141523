/** What changed from one model to another: a sentence for a list of versions, and a structure for the diff route. */
import type { ModelLimits } from "./budget";
import { canonicalJson } from "./canonical";
import type { NamedChange, NamedValue, SectionChanges } from "./change_lists";
import { prepareModel } from "./compile";
import { splitDeclarations } from "./declarations";
import { diffFiles, type FileChanges } from "./imported/file_changes";
import { isRecord, quote } from "./json";

export interface ModelChanges {
  readonly summary: string;
  readonly variables: SectionChanges;
  readonly constraints: SectionChanges;
  readonly parameters: SectionChanges;
  /** null when it is unchanged. */
  readonly objective: { readonly before: unknown; readonly after: unknown } | null;
  /** Statements of algebraic source. */
  readonly declarations: SectionChanges;
  /** All other top-level parts of a model: name, options, language, data, an imported file. */
  readonly settings: SectionChanges;
}

/** Names listed in a summary for each kind of change of declarations and settings. */
const NAMES_SHOWN_MAX = 3;
const KEYS_WITH_SECTIONS = ["variables", "constraints", "parameters", "objective", "source"];

/** One sentence without a full stop: "Initial version", "Modified 2 constraints, added 1 variable". */
export function summarizeChanges(previous: unknown | null, next: unknown): string {
  if (previous === null || previous === undefined) return "Initial version";
  return diffModels(previous, next).summary;
}

/**
 * Compares two models of any form, valid or not; values without a name are matched by position. With `limits`, two
 * readable imported files are compared by their columns and rows, which takes as long as reading them.
 */
export function diffModels(before: unknown, after: unknown, limits: ModelLimits | null = null): ModelChanges {
  const changes = {
    variables: compare(byName(partOf(before, "variables"), "#"), byName(partOf(after, "variables"), "#")),
    constraints: compare(byName(partOf(before, "constraints"), "c"), byName(partOf(after, "constraints"), "c")),
    parameters: compare(entriesOf(partOf(before, "parameters")), entriesOf(partOf(after, "parameters"))),
    objective: compareOne(partOf(before, "objective"), partOf(after, "objective")),
    declarations: compare(splitDeclarations(partOf(before, "source")), splitDeclarations(partOf(after, "source"))),
    settings: compare(settingsOf(before), settingsOf(after)),
  };
  const files = limits === null ? null : compareFiles(before, after, limits);
  if (files === null) return { summary: sentenceOf(phrasesOf(changes)), ...changes };
  const { phrases, ...parts } = files;
  const settings = withoutFile(changes.settings);
  const all_phrases = [...phrases, ...phrasesOf({ ...changes, settings, objective: null })];
  const is_rewritten = all_phrases.length === 0 && changes.settings.modified.length > 0;
  const summary = is_rewritten ? "Rewrote the file without changing the model" : sentenceOf(all_phrases);
  return { ...changes, summary, ...parts, settings };
}

/** True when a model is an imported file, whose changes can only be found by reading it. */
export function isImportedFile(model: unknown): boolean {
  return typeof partOf(model, "content") === "string";
}

function compareFiles(before: unknown, after: unknown, limits: ModelLimits): FileChanges | null {
  const [left, right] = [before, after].map((model) => {
    const content = isImportedFile(model) ? prepareModel(model, limits).content : null;
    return content?.form === "file" ? content.file.problem : null;
  });
  return left && right ? diffFiles(left, right) : null;
}

/** Leaves out the text itself when its columns and rows are compared. */
function withoutFile(settings: SectionChanges): SectionChanges {
  const isOther = ({ name }: { readonly name: string }): boolean => name !== "content";
  return {
    added: settings.added.filter(isOther),
    removed: settings.removed.filter(isOther),
    modified: settings.modified.filter(isOther),
  };
}

function partOf(model: unknown, key: string): unknown {
  return isRecord(model) && Object.hasOwn(model, key) ? model[key] : undefined;
}

/** Entries of a list by their `name`; an unnamed or repeated one gets a name from its position. */
function byName(list: unknown, prefix: string): ReadonlyMap<string, unknown> {
  const entries = new Map<string, unknown>();
  if (!Array.isArray(list)) return entries;
  for (const [position, entry] of (list as readonly unknown[]).entries()) {
    const name = isRecord(entry) && typeof entry.name === "string" ? entry.name : `${prefix}${position + 1}`;
    entries.set(entries.has(name) ? `${name}#${position + 1}` : name, entry);
  }
  return entries;
}

function entriesOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(isRecord(value) ? Object.entries(value) : []);
}

function settingsOf(model: unknown): ReadonlyMap<string, unknown> {
  if (!isRecord(model)) return new Map();
  return new Map(Object.entries(model).filter(([key]) => !KEYS_WITH_SECTIONS.includes(key)));
}

function compare(before: ReadonlyMap<string, unknown>, after: ReadonlyMap<string, unknown>): SectionChanges {
  const added: NamedValue[] = [];
  const removed: NamedValue[] = [];
  const modified: NamedChange[] = [];
  for (const [name, value] of before) if (!after.has(name)) removed.push({ name, value });
  for (const [name, value] of after) {
    if (!before.has(name)) added.push({ name, value });
    else if (!isEqual(before.get(name), value)) modified.push({ name, before: before.get(name), after: value });
  }
  return { added, removed, modified };
}

function compareOne(before: unknown, after: unknown): { readonly before: unknown; readonly after: unknown } | null {
  return isEqual(before, after) ? null : { before: before ?? null, after: after ?? null };
}

function isEqual(left: unknown, right: unknown): boolean {
  return left === right || canonicalJson(left) === canonicalJson(right);
}

function phrasesOf(changes: Omit<ModelChanges, "summary">): readonly string[] {
  const phrases: string[] = [];
  for (const verb of ["modified", "added", "removed"] as const) {
    phrases.push(...countPhrase(verb, "variable", changes.variables));
    phrases.push(...countPhrase(verb, "constraint", changes.constraints));
    phrases.push(...countPhrase(verb, "parameter", changes.parameters));
    if (verb === "modified" && changes.objective !== null) phrases.push("modified the objective");
    phrases.push(...namePhrase(verb, changes.declarations));
    phrases.push(...namePhrase(verb, changes.settings));
  }
  return phrases;
}

function sentenceOf(phrases: readonly string[]): string {
  if (phrases.length === 0) return "No changes to the model";
  const sentence = phrases.join(", ");
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

function countPhrase(verb: keyof SectionChanges, noun: string, section: SectionChanges): string[] {
  const count = section[verb].length;
  return count === 0 ? [] : [`${verb} ${count} ${noun}${count === 1 ? "" : "s"}`];
}

function namePhrase(verb: keyof SectionChanges, section: SectionChanges): string[] {
  const names = section[verb].map(({ name }) => quote(name).slice(1, -1));
  if (names.length <= NAMES_SHOWN_MAX) return names.length === 0 ? [] : [`${verb} ${names.join(" and ")}`];
  return [`${verb} ${names.slice(0, NAMES_SHOWN_MAX).join(", ")} and ${names.length - NAMES_SHOWN_MAX} more`];
}
