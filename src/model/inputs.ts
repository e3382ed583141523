/** What a fire can override in a model by name: the answer of GET .../versions/{id}/inputs. */
import type { Budget } from "./budget";
import type { FlatParameters } from "./flat/parameters";
import type { ParamShape, SetShape } from "./indexed_shapes";
import { type Shape, shapeOf, shapeSize, shapeType } from "./shapes";

export interface IndexSet {
  readonly name: string;
  /** null when it depends on other indices or on data that is not there. */
  readonly size: number | null;
}

export type InputShape = Shape | ParamShape | SetShape;

export interface InputDeclaration {
  readonly name: string;
  /** `parameter` in a flat model, `param` or `set` in an algebraic one, `cell` in an imported file. */
  readonly kind: "param" | "set" | "parameter" | "cell";
  /** What the model's author says of it, and in which unit it is; null where nothing is said. */
  readonly description: string | null;
  readonly unit: string | null;
  readonly type: "number" | "string" | "array" | "object";
  /** Empty in a flat model. */
  readonly index_sets: readonly IndexSet[];
  readonly shape: InputShape;
  /** The model's own value; null when it has none or more than 100 numbers. */
  readonly value: unknown;
  /** How many numbers a value holds. */
  readonly size: number;
  /** The model has no value of its own, so every fire or the schema's default must give one. */
  readonly required: boolean;
}

const SHOWN_SIZE_MAX = 100;

/** The inputs of a flat model: its parameters, which all have values. */
export function declareFlatInputs(parameters: FlatParameters, budget: Budget): readonly InputDeclaration[] {
  return parameters.names.map((name, position) => {
    const value = parameters.values[position];
    const shape = shapeOf(value);
    const size = shapeSize(shape);
    budget.steps(1 + size);
    return {
      name,
      kind: "parameter",
      description: null,
      unit: null,
      type: shapeType(shape),
      index_sets: [],
      shape,
      value: size > SHOWN_SIZE_MAX ? null : value,
      size,
      required: false,
    };
  });
}
