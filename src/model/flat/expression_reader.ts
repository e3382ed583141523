/** The current place in the text of one flat expression, and reports of errors there. */
import type { DiagnosticExtras, DiagnosticList } from "../diagnostic_list";
import { Lexer, type Relation } from "./lexer";

/** Stands for the objective where constraints have their position. */
export const OBJECTIVE = -1;

/** Dot path into model_json of an expression's text. */
export function expressionPath(position: number): string {
  return position === OBJECTIVE ? "objective.expression" : `constraints.${position}.expression`;
}

/** State of a parser of expressions: its lexer, and whether it may go on. */
export class ExpressionReader {
  protected readonly list: DiagnosticList;
  protected lexer = new Lexer("");
  protected position = OBJECTIVE;
  protected is_valid = true;
  protected is_over = false;

  constructor(list: DiagnosticList) {
    this.list = list;
  }

  /** Goes to the first token of `text`, the expression at `position`. */
  protected begin(text: string, position: number): void {
    this.lexer = new Lexer(text);
    this.position = position;
    this.is_valid = true;
    this.is_over = false;
    this.lexer.advance();
  }

  /** Stops at a token that the lexer could not read. */
  protected stopAtFault(): void {
    const { fault, start, end } = this.lexer;
    this.stop(fault!.code, fault!.message, start, end, { hint: fault!.hint });
  }

  /** Reports an error and stops reading. */
  protected stop(code: string, message: string, start: number, end: number, extras?: DiagnosticExtras): void {
    this.is_over = true;
    this.addError(code, message, start, end, extras);
  }

  /** Reports an error and goes on; the expression is not evaluated. */
  protected addError(code: string, message: string, start: number, end: number, extras?: DiagnosticExtras): void {
    this.is_valid = false;
    const { text } = this.lexer;
    this.list.error(code, message, { path: expressionPath(this.position), text, start, end }, extras);
  }
}

export interface ParsedExpression {
  readonly text: string;
  /** Index in `constraints`, or OBJECTIVE. */
  readonly position: number;
  /** Roots of the sides in ExpressionCode: one more than there are relations. */
  readonly sides: readonly number[];
  readonly relations: readonly Relation[];
  /** False when it had errors and must not be evaluated. */
  readonly is_valid: boolean;
}
