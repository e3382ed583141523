/** Files that a command writes for a person: the old one stays until the new one is whole and on the disk. */
import { closeSync, fsyncSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { messageOf } from "../log";
import { platform } from "../platform/current";
import { EXIT_CODES } from "./exit_codes";
import { FileFault } from "./model_file";

/** Errors that come from the disk, not from the file's name or its permissions. */
const DISK_FAULTS = ["ENOSPC", "EDQUOT", "EIO", "EFBIG", "EROFS"];

export class OutputFile {
  readonly #path: string;
  /** The temporary file that is written until it is complete; the path itself when it is not a plain file. */
  readonly #draft: string;
  readonly #descriptor: number;

  /** @throws FileFault */
  constructor(path: string) {
    try {
      const before = statSync(path, { throwIfNoEntry: false });
      const is_stream = before !== undefined && !before.isFile();
      this.#path = before === undefined || is_stream ? path : realpathSync(path);
      this.#draft = is_stream ? path : `${this.#path}.part`;
      if (!is_stream) rmSync(this.#draft, { force: true });
      this.#descriptor = platform.files.openPrivate(this.#draft, "w");
      if (!is_stream && before !== undefined) platform.files.takeRights(this.#draft, this.#path);
    } catch (error) {
      throw cannotWrite(path, error);
    }
  }

  write(text: string | Uint8Array): void {
    try {
      writeFileSync(this.#descriptor, text);
    } catch (error) {
      throw this.#given(error);
    }
  }

  /** Call this when the file is complete: it gets its name. */
  keep(): void {
    const is_plain = this.#draft !== this.#path;
    try {
      if (is_plain) fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      if (is_plain) platform.files.replaceDurably(this.#draft, this.#path);
    } catch (error) {
      throw this.#given(error);
    }
  }

  /** Call this when the file will not be complete: the old file stays. */
  drop(): void {
    closeSync(this.#descriptor);
    if (this.#draft !== this.#path) rmSync(this.#draft, { force: true });
  }

  #given(error: unknown): FileFault {
    return cannotWrite(this.#path, error);
  }
}

/** @throws FileFault; the old file is still there then. */
export function writeOutputFile(path: string, text: string | Uint8Array): void {
  const file = new OutputFile(path);
  try {
    file.write(text);
  } catch (error) {
    file.drop();
    throw error;
  }
  file.keep();
}

export function cannotWrite(path: string, error: unknown): FileFault {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return new FileFault(
    `cannot write ${path}: ${messageOf(error)}`,
    DISK_FAULTS.includes(code) ? EXIT_CODES.storage_failed : 1,
  );
}
