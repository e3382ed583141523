/** Wording that a colleague would not say aloud, and what to write instead. */

/** A sentence starts at the beginning of a text, or behind the mark that ends another one. */
const START = "(?:^|[.!?:;] )";

const BANNED: readonly (readonly [pattern: RegExp, advice: string])[] = [
  [
    new RegExp(`${START}(?:Who|Whose) [^.?!]*(?:[.!]|$)`),
    'begins with a clause of "who" that is no question: name the thing, as in "The principal behind an API key."',
  ],
  [/\bWhat of (?:an?|the) /, 'hides its subject behind "What of": name it, as in "Tick fields that the policy reads."'],
  [
    /\bbirths? (?:an?|the) |\b(?:is|are|was|were|be|been) born\b/i,
    'gives birth to data: say what is done, as in "Inserts a run."',
  ],
  [/\bthrough the (?:floor|door)\b|\bthe (?:only )?door\b/i, "is a picture: say what happens, and which code does it"],
  [
    /\bno [\w-]+ (?:is|are|was|were) so\b|\b(?:is|are) not so[.;]/i,
    'leaves open what "so" means: say it, as in "No runs match"',
  ],
  [
    /\b(?:is|are|was|were) (?:(?:an?|the|this|that) )?(?:[\w-]+(?:'s|s')|ours|theirs|yours) to (?!the\b|a\b|an\b)\w+/,
    'turns the sentence round: name who acts, as in "Only admins can read the audit log."',
  ],
  [/\b(?:for|by|than) who \w+/, 'needs a noun before "who": "for developers who", "by the thread that"'],
  [/\bwants? in(?:[.,;]|$)/, 'is slang: say what is asked for, as in "Credentials presented with a fire."'],
  [
    new RegExp(String.raw`${START}(?:Nor|So|Such|Thus|Gone|Not so) (?:is|are|was|were|do|does|did|has|have|had)\b`),
    "puts the verb before its subject: begin with the subject",
  ],
  [
    /\b(?:anew|forthwith|hence|hither|lest|naught|nought|thereof|therein|thither|unto|whence|whereof|wherein)\b/i,
    'holds a word that nobody says aloud: "again", "otherwise", "so", "nothing"',
  ],
];

/** What is wrong with a text, with the words that break the rule; empty for plain wording. */
export function wordingFaults(text: string): string[] {
  return BANNED.flatMap(([pattern, advice]) => {
    const found = pattern.exec(text)?.[0].trim();
    return found === undefined ? [] : [`"${found}" ${advice}`];
  });
}
