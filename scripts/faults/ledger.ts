/** The promises made to a client: ids of accepted runs, synced before they count, in a file that the program does not know. */
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";

export class Ledger {
  readonly #path: string;
  readonly #descriptor: number;
  #waiting = "";

  constructor(directory: string) {
    this.#path = join(directory, "ledger");
    this.#descriptor = openSync(this.#path, "a");
  }

  /** Written and synced together with all others of this turn of the event loop. */
  accept(run_id: string): void {
    if (this.#waiting === "") setImmediate(() => this.#write());
    this.#waiting += `${run_id}\n`;
  }

  ids(): string[] {
    return readFileSync(this.#path, "utf8")
      .split("\n")
      .filter((line) => line !== "");
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #write(): void {
    writeSync(this.#descriptor, this.#waiting);
    fdatasyncSync(this.#descriptor);
    this.#waiting = "";
  }
}
