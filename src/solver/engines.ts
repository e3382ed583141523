/** The engines, by the names that options and records use. A new one is a row here and its own file. */
import type { EngineKind } from "./engine";
import { HIGHS_WASM } from "./highs/highs_engine";

export const ENGINES = {
  "highs-wasm": HIGHS_WASM,
} as const satisfies Readonly<Record<string, EngineKind>>;

export type EngineName = keyof typeof ENGINES;

export const ENGINE_DEFAULT: EngineName = "highs-wasm";

/** Version of the default engine. */
export const SOLVER_VERSION = ENGINES[ENGINE_DEFAULT].version;
