/** The inputs of a model that a fire can override by name: the answer of GET .../versions/{id}/inputs. */
import type { Budget } from "./budget";
import type { FlatParameters } from "./flat/parameters";
import type { ParamShape, SetShape } from "./indexed_shapes";
import { type Shape, shapeOf, shapeSize, shapeType } from "./shapes";

export interface IndexSet {
  readonly name: string;
  /** null when it depends on other indices or on missing data. */
  readonly size: number | null;
}

export type InputShape = Shape | ParamShape | SetShape;

export interface InputDeclaration {
  readonly name: string;
  /** `parameter` in a flat model, `param` or `set` in an algebraic one, `cell` in an imported file. */
  readonly kind: "param" | "set" | "parameter" | "cell";
  /** The author's description, and the unit; null where there is none. */
  readonly description: string | null;
  readonly unit: string | null;
  readonly type: "number" | "string" | "array" | "object";
  /** Empty in a flat model. */
  readonly index_sets: readonly IndexSet[];
  readonly shape: InputShape;
  /** The model's own value; null when it has none or more than 100 numbers. */
  readonly value: unknown;
  /** How many numbers a value contains. */
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
