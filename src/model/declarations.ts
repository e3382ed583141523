/**
 * Splits algebraic source text into statements, for comparing two texts. It knows only comments, quotes
 * and semicolons, so that texts with errors can be compared too.
 */

/** Length of the part of an unusual statement that serves as its name. */
const NAME_LENGTH_MAX = 30;

/**
 * Statements by a name such as `param cost`, `constraint cover` or, in the data section, `data of cost`, each without
 * comments and with single blanks. Repeated names are numbered. Values other than strings have no statements.
 */
export function splitDeclarations(source: unknown): ReadonlyMap<string, string> {
  const declarations = new Map<string, string>();
  if (typeof source !== "string") return declarations;
  const counts = new Map<string, number>();
  let is_data = false;
  for (const statement of splitStatements(source)) {
    const name = is_data ? nameData(statement) : nameStatement(statement);
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    declarations.set(count === 1 ? name : `${name} (${count})`, statement);
    if (statement === "data") is_data = true;
  }
  return declarations;
}

function splitStatements(source: string): string[] {
  const statements: string[] = [];
  let pieces: string[] = [];
  let kept_from = 0;
  const finish = () => {
    const statement = pieces.join(" ").replaceAll(/\s+/g, " ").trim();
    if (statement !== "") statements.push(statement);
    pieces = [];
  };
  for (let at = 0; at < source.length; ) {
    const letter = source.charAt(at);
    if (letter === "#" || (letter === "/" && source.charAt(at + 1) === "*")) {
      pieces.push(source.slice(kept_from, at));
      at = letter === "#" ? endOf(source, "\n", at) : endOf(source, "*/", at + 2);
      kept_from = at;
    } else if (letter === '"' || letter === "'") {
      at = endOf(source, letter, at + 1);
    } else if (letter === ";") {
      pieces.push(source.slice(kept_from, at));
      finish();
      at += 1;
      kept_from = at;
    } else at += 1;
  }
  pieces.push(source.slice(kept_from));
  finish();
  return statements;
}

/** Offset just after the next `mark`, or the end of the text. */
function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found === -1 ? source.length : found + mark.length;
}

function nameStatement(statement: string): string {
  const declared = /^(set|param|var|minimize|maximize)\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(statement);
  if (declared !== null) return `${declared[1]} ${declared[2]}`;
  const labelled = /^(?:(?:subject to|subj to|s\.t\.)\s+)?([\p{L}_][\p{L}\p{N}_]*)[^:=]*:(?!=)/u.exec(statement);
  if (labelled !== null) return `constraint ${labelled[1]}`;
  return statement.slice(0, NAME_LENGTH_MAX);
}

function nameData(statement: string): string {
  const filled = /^(?:set|param)\s+(?:default\s+\S+\s+)?:?\s*([\p{L}_][\p{L}\p{N}_]*)/u.exec(statement);
  return filled === null ? nameStatement(statement) : `data of ${filled[1]}`;
}
