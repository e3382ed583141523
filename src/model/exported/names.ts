/**
 * Names that are legal in a file format. A legal name stays unchanged; in others, illegal characters become `_` (brackets of an
 * LP file become parentheses), and `_` and a number keep names different.
 */

/** A function that makes names legal: it returns a legal name unchanged. */
export type NameRule = (name: string) => string;

const NAME_LENGTH_MAX = 255;
const CUT_LENGTH = 240;

/** Illegal in LP files: what looks like the beginning of a number, and words that begin sections or stand for values. */
const LP_FIRST_LETTERS = /^[A-Za-z_!#$%&(),?@{}~]/;
const LP_FORBIDDEN = /[^A-Za-z0-9_.!#$%&(),?@{}~]/g;
/** HiGHS reads `info` as infinity followed by more; `e5` may be the end of a number. */
const LP_NUMBER_LIKE = /^(?:inf|nan|[eE][eE]?\d*$)/i;
const LP_WORDS = new Set(
  `minimize minimum min maximize maximum max subject such that to st s.t. st. bounds bound general generals gen integer
  integers int binary binaries bin semi semis semi-continuous sos sos1 sos2 lazy user pwlobj gencons indicators scenario end free
  multi-objectives constraints cuts`.split(/\s+/),
);
/** Illegal in MPS files: words that begin a section even when other words follow. */
const MPS_WORDS = new Set(["NAME", "OBJSENSE", "QSECTION", "QCMATRIX", "CSECTION", "'MARKER'"]);

export function lpName(name: string): string {
  const spelled = name.replaceAll("[", "(").replaceAll("]", ")").replace(LP_FORBIDDEN, "_");
  const is_word = LP_WORDS.has(spelled.toLowerCase()) || LP_NUMBER_LIKE.test(spelled);
  return cut(is_word || !LP_FIRST_LETTERS.test(spelled) ? `_${spelled}` : spelled);
}

export function mpsName(name: string): string {
  const spelled = name.replaceAll(/[\s\p{Cc}]/gu, "_");
  const is_word = MPS_WORDS.has(spelled.toUpperCase());
  return cut(is_word || spelled === "" || spelled.startsWith("$") ? `_${spelled}` : spelled);
}

function cut(name: string): string {
  return name.length > NAME_LENGTH_MAX ? name.slice(0, CUT_LENGTH) : name;
}

/** A legal name for each, all different. Legal names stay unchanged where they come first. */
export function legalNames(names: readonly string[], rule: NameRule): readonly string[] {
  const taken = new Set<string>();
  const legal = names.map((name) => {
    const keeps = rule(name) === name && !taken.has(name);
    if (keeps) taken.add(name);
    return keeps ? name : null;
  });
  const counts = new Map<string, number>();
  return legal.map((name, at) => name ?? freeName(rule(names[at]!), taken, counts));
}

/** `base` if it is free, else base_2, base_3, ... */
export function freeName(base: string, taken: Set<string>, counts = new Map<string, number>()): string {
  let name = base;
  let count = counts.get(base) ?? 1;
  for (; taken.has(name); name = `${base}_${count}`) count += 1;
  counts.set(base, count);
  taken.add(name);
  return name;
}

/** Number of changed names that are listed in remarks. */
const REMARKS_MAX = 1000;

/** A line for each name that was changed, up to a thousand. */
export function renameRemarks(mark: string, before: readonly string[], after: readonly string[]): string[] {
  const changed: string[] = [];
  for (let at = 0; at < before.length && changed.length < REMARKS_MAX; at += 1) {
    if (before[at] !== after[at])
      changed.push(`${mark} ${after[at]} stands for ${JSON.stringify(before[at]!.slice(0, 400))}\n`);
  }
  return changed;
}
