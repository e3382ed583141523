/** Secrets that the service shows only once: they go into a file that only its owner can read, or to a terminal, never into a log. */
import { existsSync, readFileSync } from "node:fs";
import { messageOf } from "../../log";
import { isRecord } from "../../model/json";
import { writePrivate } from "../../platform/private_file";
import { FileFault } from "../model_file";

export interface NewSecrets {
  readonly trigger_id: string;
  readonly trigger_secret: string;
  readonly webhook_secret?: string;
}

export class SecretsFile {
  readonly #path: string;
  readonly #all: Record<string, unknown>;

  /** Refuses a path that cannot be written, before there is a secret that could get lost. */
  constructor(path: string) {
    this.#path = path;
    try {
      const before: unknown = existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {};
      if (!isRecord(before)) throw new Error("it holds something else than secrets by trigger");
      // Without a prototype, so that a trigger may be called __proto__.
      this.#all = Object.assign(Object.create(null), before);
      this.#write();
    } catch (error) {
      throw new FileFault(`cannot use --secrets-file ${path}: ${messageOf(error)}`);
    }
  }

  /** Keeps the secrets of the trigger of that name; those of other triggers stay. */
  keep(name: string, secrets: NewSecrets): void {
    this.#all[name] = secrets;
    this.#write();
  }

  #write(): void {
    writePrivate(this.#path, `${JSON.stringify(this.#all, null, 2)}\n`);
  }
}
