/** What changed between two lists of named things. */

export interface NamedValue {
  readonly name: string;
  readonly value: unknown;
}

export interface NamedChange {
  readonly name: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Changes among named values, in the order of the model that contains them. */
export interface SectionChanges {
  readonly added: readonly NamedValue[];
  readonly removed: readonly NamedValue[];
  readonly modified: readonly NamedChange[];
}
