/** Small files that only their owner may read, replaced as a whole. */
import { closeSync, fsyncSync, rmSync, writeFileSync } from "node:fs";
import { platform } from "./current";

/** Writes the text under another name, syncs it and renames it: after a crash or a loss of power the old file is there, or the new one. */
export function writePrivate(path: string, text: string): void {
  const draft = `${path}.new`;
  // One that a crash left may have other rights.
  rmSync(draft, { force: true });
  const file = platform.files.openPrivate(draft, "wx");
  try {
    writeFileSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  platform.files.replaceDurably(draft, path);
}
