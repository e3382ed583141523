/** Fields that a fire may override: as a schema declares them, and bound to a model. Plain JSON. */
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

/** What binding needs of a PreparedModel; plain JSON, so that it may come from another process. */
export interface OverrideSubject {
  readonly form: ModelForm | null;
  readonly model: unknown;
  readonly inputs: readonly InputDeclaration[];
  /** Of an imported file: where the paths of the fields lead, or those of the inputs where there are no fields. */
  readonly cells?: Readonly<Record<string, CellResolution>>;
}

export type OverrideTarget =
  | { readonly kind: "input"; readonly input: string; readonly shape: InputShape }
  | { readonly kind: "path"; readonly segments: readonly (string | number)[]; readonly accepts: PathValue }
  | { readonly kind: "cell"; readonly cell: Cell; readonly accepts: CellValue };

export interface BoundField {
  readonly name: string;
  /** null: whatever the target takes. */
  readonly type: OverrideType | null;
  readonly required: boolean;
  readonly has_default: boolean;
  /** null without a default; null may also be one, where the target takes it. */
  readonly default: unknown;
  readonly target: OverrideTarget;
}

/** Plain JSON, and all that a fire is checked with. */
export interface BoundOverrides {
  readonly fields: readonly BoundField[];
}

export const ERRORS_MAX = 100;
