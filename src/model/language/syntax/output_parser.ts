/** Parses the statements that print and check: check, display, printf and for around them (gmpl manual, section 4.6 to 4.9). */
import type { Expression, OutputStatement } from "./ast";
import { ExpressionParser, LEVEL } from "./expression_parser";

const FOR_NESTING_MAX = 50;

export class OutputParser extends ExpressionParser {
  /** Number of open for statements; the parser of statements resets it after a faulty one. */
  protected for_nesting = 0;

  /** The statement at the cursor, or null when it begins with another word. */
  protected outputStatement(): OutputStatement | null {
    const { cursor } = this;
    switch (cursor.token.word) {
      case "check":
        return this.#check();
      case "display":
        return this.#display();
      case "printf":
        return this.#printf();
      case "for":
        return this.#loop();
      default:
        return null;
    }
  }

  protected endStatement(): void {
    if (!this.cursor.takeMark(";")) this.cursor.fail("expected ; at the end of the statement");
  }

  #check(): OutputStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const domain = this.optionalDomain();
    cursor.takeMark(":");
    const predicate = this.expression(LEVEL.or);
    this.endStatement();
    return { kind: "check", domain, predicate, ...cursor.spanFrom(start) };
  }

  #display(): OutputStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const domain = this.optionalDomain();
    cursor.takeMark(":");
    const items: Expression[] = [];
    do items.push(this.expression(LEVEL.or));
    while (cursor.takeMark(","));
    this.endStatement();
    return { kind: "display", domain, items, ...cursor.spanFrom(start) };
  }

  #printf(): OutputStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    const domain = this.optionalDomain();
    cursor.takeMark(":");
    const format = this.expression(LEVEL.concatenation);
    const operands: Expression[] = [];
    while (cursor.takeMark(",")) operands.push(this.expression(LEVEL.union));
    if (cursor.isMark(">") || cursor.isMark(">>"))
      cursor.fail("expected ;: printf cannot write files; leave the file out and its text goes to the report");
    this.endStatement();
    return { kind: "printf", domain, format, operands, ...cursor.spanFrom(start) };
  }

  #loop(): OutputStatement {
    const { cursor } = this;
    const { start } = cursor.token;
    cursor.advance();
    this.for_nesting += 1;
    if (this.for_nesting > FOR_NESTING_MAX)
      cursor.fail(`expected for statements nested at most ${FOR_NESTING_MAX} deep`);
    const domain = this.domain();
    cursor.takeMark(":");
    const body: OutputStatement[] = [];
    if (cursor.takeMark("{")) {
      while (!cursor.takeMark("}")) body.push(this.#loopBody());
    } else body.push(this.#loopBody());
    this.for_nesting -= 1;
    return { kind: "for", domain, body, ...cursor.spanFrom(start) };
  }

  #loopBody(): OutputStatement {
    return this.outputStatement() ?? this.cursor.fail("expected check, display, printf or for inside a for statement");
  }
}
