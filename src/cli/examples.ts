/** `examples [NAME]`: the ready models inside the program, or the text of one. */
import { prepareModel } from "../model/compile";
import { Refusal } from "../refusals";
import { type ExampleObject, getExample, listExamples, type ReadInputs } from "../services/documents/examples";
import type { ParsedArguments } from "./arguments";
import { defaultLimits } from "./check";
import { FileFault } from "./model_file";
import { complain, type Terminal } from "./terminal";

export async function examples(terminal: Terminal, parsed: ParsedArguments): Promise<number> {
  const [name] = parsed.positionals;
  const is_json = parsed.options.json !== undefined;
  if (name !== undefined) {
    try {
      const example = await readExample(name, terminal);
      terminal.out(is_json ? `${JSON.stringify(example)}\n` : example.model_json.source);
      return 0;
    } catch (error) {
      if (error instanceof FileFault) return complain(terminal, [error.message], error.exit_code);
      throw error;
    }
  }
  const list = await listExamples(readerOf(terminal));
  if (is_json) terminal.out(`${JSON.stringify(list)}\n`);
  else {
    const width = Math.max(...list.map((example) => example.name.length));
    for (const example of list) terminal.out(`${example.name.padEnd(width)}  ${example.description}\n`);
    const { name: first, override_example } = list[0]!;
    const [input, value] = Object.entries(override_example)[0]!;
    terminal.out(
      `\njaot-triggers solve --example ${first} --set '${input}=${JSON.stringify(value)}' solves one with other data;`,
    );
    terminal.out(`\njaot-triggers examples ${first} > ${first}.mod writes its text into a file.\n`);
  }
  return 0;
}

/** An example by name; throws a FileFault that names the nearest one. */
export async function readExample(name: string, terminal: Terminal): Promise<ExampleObject> {
  try {
    return await getExample(name, readerOf(terminal));
  } catch (error) {
    if (error instanceof Refusal) throw new FileFault(error.message);
    throw error;
  }
}

function readerOf(terminal: Terminal): ReadInputs {
  return (model) => prepareModel(model, defaultLimits(terminal)).inputs;
}
