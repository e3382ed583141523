/** An error while a model is evaluated: it stops one statement and is reported with its place. */
import type { Span } from "../syntax/ast";

export class EvaluationFault extends Error {
  readonly code: string;
  readonly span: Span;
  readonly hint: string | undefined;

  constructor(code: string, message: string, span: Span, hint?: string) {
    super(message);
    this.code = code;
    this.span = span;
    this.hint = hint;
  }
}
