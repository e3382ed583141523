/** Models that a solver process has read, by digest: limited in number and length of text, and the least recently used are dropped first. */
import type { ModelCompiler } from "../messages";

export const PREPARED_MODELS_MAX = 64;
const PREPARED_CHARACTERS_MAX = 32 * 1024 * 1024;

interface PreparedModel {
  readonly prepared: unknown;
  readonly characters: number;
}

export class PreparedModels {
  /** In order of last use, oldest first: a Map keeps its order of insertion. */
  readonly #models = new Map<string, PreparedModel>();
  #characters = 0;
  readonly #compiler: ModelCompiler;

  constructor(compiler: ModelCompiler) {
    this.#compiler = compiler;
  }

  /** The model of this digest, made from `text` when it is not kept; null when there is no text either. */
  find(digest: string, text: string | null): PreparedModel | null {
    const kept = this.#models.get(digest);
    if (kept !== undefined) {
      this.#models.delete(digest);
      this.#models.set(digest, kept);
      return kept;
    }
    if (text === null) return null;
    const model = { prepared: this.#compiler.prepare(text), characters: text.length };
    this.#models.set(digest, model);
    this.#characters += model.characters;
    this.#shrink();
    return model;
  }

  #shrink(): void {
    for (const [digest, model] of this.#models) {
      const isWithinLimits = this.#models.size <= PREPARED_MODELS_MAX && this.#characters <= PREPARED_CHARACTERS_MAX;
      if (isWithinLimits || this.#models.size === 1) return;
      this.#models.delete(digest);
      this.#characters -= model.characters;
    }
  }
}
