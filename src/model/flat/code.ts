/**
 * The parsed expressions of a model, all in shared arrays: trees in postfix order, without pointers.
 * The last node of a subtree is its root; `first` is where the subtree begins, so a subtree is the range
 * first[root]..root, the right child of a binary node is the node before it, and the left child ends just before the
 * right one begins. Walking needs no recursion, and a constant subtree is evaluated by one pass over its range.
 */

export const OP = {
  number: 0,
  variable: 1,
  parameter: 2,
  /** A key inside brackets; `operand` is its index in `texts`. */
  text: 3,
  index: 4,
  negate: 5,
  add: 6,
  subtract: 7,
  multiply: 8,
  divide: 9,
  power: 10,
  /** `operand` is argument count * 8 + function. */
  call: 11,
} as const;

export const FUNCTION_NAMES: readonly string[] = ["sum", "abs", "min", "max", "pow"];
export const FUNCTION = { sum: 0, abs: 1, min: 2, max: 3, pow: 4 } as const;

export class ExpressionCode {
  count = 0;
  op: Uint8Array;
  operand: Int32Array;
  first: Int32Array;
  /** Span of the node in its expression's text, parentheses around it included. */
  start: Int32Array;
  end: Int32Array;
  /** 1 when the subtree contains a variable. */
  varying: Uint8Array;
  readonly numbers: number[] = [];
  readonly texts: string[] = [];

  /** `capacity` nodes fit before the arrays grow. */
  constructor(capacity: number) {
    this.op = new Uint8Array(capacity);
    this.operand = new Int32Array(capacity);
    this.first = new Int32Array(capacity);
    this.start = new Int32Array(capacity);
    this.end = new Int32Array(capacity);
    this.varying = new Uint8Array(capacity);
  }

  pushLeaf(op: number, operand: number, start: number, end: number): void {
    this.#push(op, operand, this.count, start, end, op === OP.variable ? 1 : 0);
  }

  pushNumber(value: number, start: number, end: number): void {
    this.numbers.push(value);
    this.pushLeaf(OP.number, this.numbers.length - 1, start, end);
  }

  pushText(value: string, start: number, end: number): void {
    this.texts.push(value);
    this.pushLeaf(OP.text, this.texts.length - 1, start, end);
  }

  /** Negation of the last subtree. */
  pushNegation(start: number): void {
    const child = this.count - 1;
    this.#push(OP.negate, 0, this.first[child]!, start, this.end[child]!, this.varying[child]!);
  }

  /** An operation on the last two subtrees; `end` is given when a closing bracket follows the right one. */
  pushBinary(op: number, end?: number): void {
    const right = this.count - 1;
    const left = this.first[right]! - 1;
    const varying = this.varying[left]! | this.varying[right]!;
    this.#push(op, 0, this.first[left]!, this.start[left]!, end ?? this.end[right]!, varying);
  }

  /** A call with the last `argument_count` subtrees as arguments. */
  pushCall(name: number, argument_count: number, start: number, end: number): void {
    let varying = 0;
    let next = this.count;
    for (let argument = 0; argument < argument_count; argument += 1) {
      varying |= this.varying[next - 1]!;
      next = this.first[next - 1]!;
    }
    this.#push(OP.call, argument_count * 8 + name, next, start, end, varying);
  }

  /** Makes the span of the last subtree include its parentheses. */
  widen(start: number, end: number): void {
    this.start[this.count - 1] = start;
    this.end[this.count - 1] = end;
  }

  /** Root of the left operand of a binary node. */
  left(node: number): number {
    return this.first[node - 1]! - 1;
  }

  /** Roots of the arguments of a call, in order. */
  callArguments(node: number): number[] {
    const roots: number[] = [];
    for (let root = node - 1; roots.length < this.operand[node]! >> 3; root = this.first[root]! - 1) roots.push(root);
    return roots.reverse();
  }

  #push(op: number, operand: number, first: number, start: number, end: number, varying: number): void {
    if (this.count === this.op.length) this.#grow();
    const node = this.count;
    this.op[node] = op;
    this.operand[node] = operand;
    this.first[node] = first;
    this.start[node] = start;
    this.end[node] = end;
    this.varying[node] = varying;
    this.count = node + 1;
  }

  #grow(): void {
    const capacity = Math.max(16, this.op.length * 2);
    this.op = enlarge(this.op, new Uint8Array(capacity));
    this.operand = enlarge(this.operand, new Int32Array(capacity));
    this.first = enlarge(this.first, new Int32Array(capacity));
    this.start = enlarge(this.start, new Int32Array(capacity));
    this.end = enlarge(this.end, new Int32Array(capacity));
    this.varying = enlarge(this.varying, new Uint8Array(capacity));
  }
}

function enlarge<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
