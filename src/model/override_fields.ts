/** Fields that a fire may override, as declared in a schema and as bound to a model. Plain JSON. */
import type { ModelForm } from "./compile";
import type { Cell, CellResolution, CellValue } from "./imported/cells";
import type { InputDeclaration, InputShape } from "./inputs";
import type { PathValue } from "./override_paths";

export const OVERRIDE_TYPES = ["string", "number", "integer", "boolean", "array", "object"] as const;
export type OverrideType = (typeof OVERRIDE_TYPES)[number];

export interface OverrideField {
  readonly name: string;
  readonly type?: OverrideType;
  readonly required?: boolean;
  /** Applied when a fire leaves the field out. */
  readonly default?: unknown;
  readonly description?: string;
  /** Dot path into model_json; without it the field names an input of the model. */
  readonly model_field_path?: string;
}

/** One sentence about one field: an entry of `detail.fields`. */
export interface FieldError {
  readonly name: string;
  readonly msg: string;
}

/** What binding needs of a model; plain JSON, so that it can come from another process. */
export interface OverrideSubject {
  readonly form: ModelForm | null;
  readonly model: unknown;
  readonly inputs: readonly InputDeclaration[];
  /** For an imported file: the cells that the paths of the fields lead to, or those of the inputs when there are no fields; else empty. */
  readonly cells: Readonly<Record<string, CellResolution>>;
}

export type OverrideTarget =
  | { readonly kind: "input"; readonly input: string; readonly shape: InputShape }
  | { readonly kind: "path"; readonly segments: readonly (string | number)[]; readonly accepts: PathValue }
  | { readonly kind: "cell"; readonly cell: Cell; readonly accepts: CellValue };

export interface BoundField {
  readonly name: string;
  /** null: anything that the target accepts. */
  readonly type: OverrideType | null;
  readonly required: boolean;
  readonly has_default: boolean;
  /** null when there is no default; null can also be the default where the target accepts it. */
  readonly default: unknown;
  readonly target: OverrideTarget;
}

/** Everything needed to check a fire, as plain JSON. */
export interface BoundOverrides {
  readonly fields: readonly BoundField[];
}

export const ERRORS_MAX = 100;
