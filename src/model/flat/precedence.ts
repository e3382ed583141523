/** Entries of the parser's operator stack, and how tightly each binds. */
import { OP } from "./code";
import { TOKEN } from "./lexer";

/** Entries of the operator stack; the binary operations are those of OP. */
export const OPEN_PARENTHESIS = 32;
export const OPEN_CALL = 33;
export const OPEN_INDEX = 34;

/** How tightly an entry binds; an opening bracket binds nothing and waits for its closing one. */
export const PRECEDENCE = new Uint8Array(64);
PRECEDENCE[OP.add] = 1;
PRECEDENCE[OP.subtract] = 1;
PRECEDENCE[OP.multiply] = 2;
PRECEDENCE[OP.divide] = 2;
PRECEDENCE[OP.negate] = 3;
PRECEDENCE[OP.power] = 4;

export const BINARY_OF_TOKEN = new Map<number, number>([
  [TOKEN.plus, OP.add],
  [TOKEN.minus, OP.subtract],
  [TOKEN.star, OP.multiply],
  [TOKEN.slash, OP.divide],
  [TOKEN.power, OP.power],
]);
