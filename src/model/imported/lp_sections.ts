/** The words that begin a section of an LP file, in any case. A word followed by a colon is a label and begins no section. */
import type { LpLexer } from "./lp_lexer";

export type LpSection =
  | "minimize"
  | "maximize"
  | "constraints"
  | "bounds"
  | "general"
  | "binary"
  | "semicontinuous"
  | "unsupported"
  | "end";

const WORDS = new Map<string, LpSection>([
  ...words("minimize", "minimize", "minimum", "min"),
  ...words("maximize", "maximize", "maximum", "max"),
  ...words("constraints", "subject to", "such that", "st", "s.t.", "st."),
  ...words("bounds", "bounds", "bound"),
  ...words("general", "general", "generals", "gen", "integer", "integers", "int"),
  ...words("binary", "binary", "binaries", "bin"),
  ...words("semicontinuous", "semi-continuous", "semis", "semi"),
  ...words("unsupported", "sos", "sos1", "sos2", "lazy constraints", "user cuts", "pwlobj", "general constraints"),
  ...words("unsupported", "multi-objectives", "gencons", "indicators", "scenario"),
  ...words("end", "end"),
]);
const LONG_WORDS =
  /(?:subject\s+to|such\s+that|semi-continuous|lazy\s+constraints|user\s+cuts|general\s+constraints|multi-objectives)(?![^\s:\\])/iy;
const BLANKS = /\s+/g;
const LONG_FIRST_WORDS = new Set(["subject", "such", "semi", "lazy", "user", "general", "multi"]);
/** A bit for each letter that a section word begins with: most names are ruled out by that. */
const FIRST_LETTERS = [...WORDS.keys()].reduce((bits, word) => bits | (1 << (word.charCodeAt(0) - 0x61)), 0);
/** Words with blanks inside. */
const WORD_LENGTH_MAX = 40;
/** What each unsupported section contains. */
const UNSUPPORTED_PARTS = new Map([
  ["sos", "special ordered sets"],
  ["sos1", "special ordered sets"],
  ["sos2", "special ordered sets"],
  ["pwlobj", "piecewise linear objectives"],
  ["gencons", "general constraints"],
]);

/** The section that the current token, a name, begins. For a word of several parts the lexer moves to its end. */
export function sectionAt(lexer: LpLexer): LpSection | null {
  const length = lexer.end - lexer.start;
  const first = lexer.text.charCodeAt(lexer.start) | 0x20;
  if (length > WORD_LENGTH_MAX || (FIRST_LETTERS & (1 << (first - 0x61))) === 0 || first > 0x7a) return null;
  const spelled = lexer.spell().toLowerCase();
  const word = spelled.length > 7 ? spelled.replaceAll(BLANKS, " ") : spelled;
  if (LONG_FIRST_WORDS.has(word)) {
    LONG_WORDS.lastIndex = lexer.start;
    const found = LONG_WORDS.exec(lexer.text);
    if (found !== null) {
      const end = lexer.end;
      lexer.end = LONG_WORDS.lastIndex;
      if (!lexer.isLabel()) return WORDS.get(found[0].toLowerCase().replaceAll(BLANKS, " ")) ?? null;
      lexer.end = end;
      return null;
    }
  }
  const section = WORDS.get(word);
  return section === undefined || lexer.isLabel() ? null : section;
}

/** The name of an unsupported section and what it contains. */
export function describeUnsupported(word: string): string {
  const part = UNSUPPORTED_PARTS.get(word.toLowerCase());
  return part === undefined ? word.toLowerCase() : `${word.toLowerCase()} (${part})`;
}

function words(section: LpSection, ...spelled: readonly string[]): [string, LpSection][] {
  return spelled.map((word) => [word, section]);
}
