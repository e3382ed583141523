/**
 * States, the moves between them, and the SQL of both. Statements in storage/ take their literals from here, so a move that
 * the table does not have cannot be written: it does not compile, and if the types are bypassed it throws when the file that
 * contains it is loaded.
 */

type Moves<State extends string> = { readonly [From in State]: readonly State[] };

/** The states from which a table allows a move to `To`; for several states, a move to each of them. */
export type FromOf<Table, To extends string> = {
  [From in keyof Table]: Table[From] extends readonly (infer Next)[] ? ([To] extends [Next] ? From : never) : never;
}[keyof Table] &
  string;

/** One guarded change of a row's state: `UPDATE ... SET {set} ... WHERE {where} AND ...`. */
export interface Move {
  readonly set: string;
  readonly where: string;
}

export class StateMachine<State extends string, Table extends Moves<State>> {
  readonly #column: string;
  readonly #moves: Moves<State>;
  readonly #literalOf: (state: State) => string | number;

  /** `literalOf` gives the SQL literal that a state is stored as. */
  constructor(column: string, moves: Table & Moves<State>, literalOf: (state: State) => string | number) {
    this.#column = column;
    this.#moves = moves;
    this.#literalOf = literalOf;
  }

  /** SQL that is true of rows in one of these states. SQLite uses a partial index only for a predicate spelled as in the index, which names one state. */
  is(...states: readonly [State, ...State[]]): string {
    const literals = states.map(this.#literalOf);
    return literals.length === 1 ? `${this.#column} = ${literals[0]}` : `${this.#column} IN (${literals.join(", ")})`;
  }

  /** SQL that is true of rows in any other state. */
  isNot(state: State): string {
    return `${this.#column} != ${this.#literalOf(state)}`;
  }

  /** The SQL of a move out of one state, or of several. Throws for one that is not in the table. */
  move<To extends State>(from: FromOf<Table, To> | readonly FromOf<Table, To>[], to: To): Move {
    const all = (typeof from === "string" ? [from] : from) as unknown as readonly [State, ...State[]];
    for (const state of all) {
      if (!this.#moves[state].includes(to)) throw new Error(`${this.#column}: there is no move from ${state} to ${to}`);
    }
    return { set: `${this.#column} = ${this.#literalOf(to)}`, where: this.is(...all) };
  }
}
