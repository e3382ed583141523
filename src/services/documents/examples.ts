/** Ready models for a page or a person to start from; each with its inputs, an override and the result. */
import { EXAMPLES, type ExampleModel } from "../../examples/catalog";
import type { InputDeclaration } from "../../model/inputs";
import { nearestName } from "../../nearest";
import { Refusal } from "../../refusals";

/** An example without its text. */
export interface ExampleSummary extends Omit<ExampleModel, "source"> {
  readonly inputs: readonly Omit<InputDeclaration, "shape" | "value">[];
}

export interface ExampleObject extends ExampleSummary {
  /** Ready to be a document's model_json, or the body of /solve. */
  readonly model_json: ExampleJson;
}

type ExampleJson = { readonly name: string; readonly language: "mathprog"; readonly source: string };

/** Reads the inputs that a model takes; each caller brings its own way to compile. */
export type ReadInputs = (model: unknown) => readonly InputDeclaration[] | Promise<readonly InputDeclaration[]>;

export function listExamples(readInputs: ReadInputs): Promise<readonly ExampleSummary[]> {
  return Promise.all(EXAMPLES.map((example) => summarize(example, readInputs)));
}

export async function getExample(name: string, readInputs: ReadInputs): Promise<ExampleObject> {
  const example = EXAMPLES.find((known) => known.name === name);
  if (example !== undefined) return { ...(await summarize(example, readInputs)), model_json: exampleJson(example) };
  const names = EXAMPLES.map((known) => known.name);
  const nearest = nearestName(name, names);
  const hint = nearest === null ? `there are ${names.join(", ")}` : `did you mean ${nearest}?`;
  throw new Refusal("example_not_found", `Example not found; ${hint}`);
}

function exampleJson({ name, source }: ExampleModel): ExampleJson {
  return { name, language: "mathprog", source };
}

/** Inputs of the examples by name: they never change, so each example is read once. */
const INPUTS = new Map<string, ExampleSummary["inputs"]>();

async function summarize(example: ExampleModel, readInputs: ReadInputs): Promise<ExampleSummary> {
  const { source: _, ...summary } = example;
  let inputs = INPUTS.get(example.name);
  if (inputs === undefined) {
    const declared = await readInputs(exampleJson(example));
    inputs = declared.map(({ shape: _, value: __, ...input }) => input);
    INPUTS.set(example.name, inputs);
  }
  return { ...summary, inputs };
}
