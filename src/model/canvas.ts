/** Derives a flat model from a drawn canvas: nodes for variables, constraints and the objective, edges for coefficients. */
import { spellName } from "./flat/lexer";
import { isRecord } from "./json";

type JsonObject = Readonly<Record<string, unknown>>;

interface CanvasNode {
  readonly id: string;
  readonly type: string;
  readonly data: JsonObject;
}

/** The terms that edges bring to one node, in order. */
type TermsByTarget = ReadonlyMap<string, readonly string[]>;

/**
 * The flat model that a canvas `{"nodes": [{"id", "type", "data"}], "edges": [{"source", "target", "data"}]}` draws, or
 * null when it has no variable, constraint or objective node. Other nodes are ignored. A node without a name uses
 * its id as name. Invalid values are copied, so that compiling the model reports them.
 */
export function deriveModel(canvas: unknown): unknown | null {
  if (!isRecord(canvas)) return null;
  const nodes = readNodes(canvas.nodes);
  const variables = nodes.filter((node) => node.type === "variable");
  const constraints = nodes.filter((node) => node.type === "constraint");
  const objective = nodes.find((node) => node.type === "objective");
  if (variables.length === 0 && constraints.length === 0 && objective === undefined) return null;
  const terms = readTerms(canvas.edges, variables);
  return {
    ...(objective === undefined ? {} : { objective: deriveObjective(objective, terms) }),
    variables: variables.map(deriveVariable),
    constraints: constraints.map((node) => deriveConstraint(node, terms)),
  };
}

function readNodes(value: unknown): readonly CanvasNode[] {
  if (!Array.isArray(value)) return [];
  const nodes: CanvasNode[] = [];
  for (const node of value as readonly unknown[]) {
    if (!isRecord(node) || typeof node.id !== "string" || typeof node.type !== "string") continue;
    nodes.push({ id: node.id, type: node.type, data: isRecord(node.data) ? node.data : {} });
  }
  return nodes;
}

/** JSON for values other than strings: `String` fails on an object with a toString of its own. */
function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function nameOf(node: CanvasNode): unknown {
  const { name } = node.data;
  return name === undefined || name === null || name === "" ? node.id : name;
}

function deriveVariable(node: CanvasNode): JsonObject {
  const variable: Record<string, unknown> = { name: nameOf(node) };
  for (const key of ["type", "lower_bound", "upper_bound"]) {
    if (node.data[key] !== undefined) variable[key] = node.data[key];
  }
  return variable;
}

function deriveConstraint(node: CanvasNode, terms: TermsByTarget): JsonObject {
  const { operator, rhs } = node.data;
  const relation = typeof operator === "string" ? operator : "<=";
  return { name: nameOf(node), expression: `${sumOf(node, terms)} ${relation} ${spellNumber(rhs, "0")}` };
}

function deriveObjective(node: CanvasNode, terms: TermsByTarget): JsonObject {
  return { sense: node.data.sense ?? "minimize", expression: sumOf(node, terms) };
}

function sumOf(node: CanvasNode, terms: TermsByTarget): string {
  return terms.get(node.id)?.join(" + ") ?? "0";
}

function readTerms(edges: unknown, variables: readonly CanvasNode[]): TermsByTarget {
  const names = new Map(variables.map((node) => [node.id, spellName(textOf(nameOf(node)))]));
  const terms = new Map<string, string[]>();
  for (const edge of Array.isArray(edges) ? (edges as readonly unknown[]) : []) {
    if (!isRecord(edge) || typeof edge.source !== "string" || typeof edge.target !== "string") continue;
    const name = names.get(edge.source);
    if (name === undefined) continue;
    const coefficient = spellNumber(isRecord(edge.data) ? edge.data.coefficient : undefined, "1");
    const term = coefficient === "1" ? name : `${coefficient}*${name}`;
    const known = terms.get(edge.target);
    if (known === undefined) terms.set(edge.target, [term]);
    else known.push(term);
  }
  return terms;
}

/** A number or an expression typed into a field, in parentheses unless it is a plain positive number. */
function spellNumber(value: unknown, absent: string): string {
  if (value === undefined || value === null || value === "") return absent;
  const text = typeof value === "number" || typeof value === "string" ? String(value) : JSON.stringify(value);
  return /^[0-9.]+$/.test(text) ? text : `(${text})`;
}
