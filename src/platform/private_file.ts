/** Small files that only their owner may read, replaced as a whole. */
import { closeSync, fsyncSync, rmSync, writeFileSync } from "node:fs";
import { platform } from "./current";

/** Writes the text under another name, syncs it and renames it: after a crash or a loss of power either the old file or the new one is there, complete. */
export function writePrivate(path: string, text: string): void {
  const draft = `${path}.new`;
  // A file that a crash left behind may have other permissions.
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
