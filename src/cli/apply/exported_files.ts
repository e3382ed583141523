/**
 * Writes the files of an export into their directory. An export neither changes nor removes files of others there: the
 * files that it wrote are listed in `.jaot-export.json`, and nothing else is touched.
 *
 * All files are written beside the old ones and synced before the first old one is removed. From then on the list names the old and the
 * new files, so an export that is cut short leaves each file whole, and the next one with --replace completes it.
 */
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { isRecord } from "../../model/json";
import { platform } from "../../platform/current";
import { FileFault } from "../model_file";
import { cannotWrite } from "../output_file";
import { BASE_FILE } from "./base";

const LIST_FILE = ".jaot-export.json";
const STAGE = ".jaot-export.new";
const NAMES_SHOWN_MAX = 10;

/**
 * Writes the files, `text by path`, and removes those of the last export that this one does not have. Returns the files in the
 * folders that no export wrote. Throws FileFault, and changes nothing, when a file is in the way or there is no room.
 */
export function writeExport(
  directory: string,
  folders: readonly string[],
  files: ReadonlyMap<string, string>,
): readonly string[] {
  try {
    return replaceFiles(directory, folders, files);
  } catch (error) {
    throw error instanceof FileFault ? error : cannotWrite(directory, error);
  }
}

function replaceFiles(
  directory: string,
  folders: readonly string[],
  files: ReadonlyMap<string, string>,
): readonly string[] {
  const own = readList(directory, folders);
  refuseLinks(directory, folders);
  refuseOthers(directory, files, own);
  const made = [directory, ...folders.map((folder) => join(directory, folder))].filter((path) => !existsSync(path));
  try {
    stage(directory, folders, files, [...new Set([...own, ...files.keys()])]);
  } catch (error) {
    platform.files.removeTree(join(directory, STAGE));
    for (const path of made.toReversed()) removeEmpty(path);
    throw error;
  }
  putInPlace(directory, files, own);
  return listOthers(directory, folders, files);
}

function stage(
  directory: string,
  folders: readonly string[],
  files: ReadonlyMap<string, string>,
  list: readonly string[],
): void {
  const root = join(directory, STAGE);
  platform.files.removeTree(root);
  for (const folder of folders) {
    mkdirSync(join(root, folder), { recursive: true });
    mkdirSync(join(directory, folder), { recursive: true });
  }
  const lists = [
    ["list.before", listText(list)],
    ["list.after", listText([...files.keys()])],
  ] as const;
  for (const [path, text] of [...files, ...lists]) {
    writeFileSync(join(root, path), text);
    platform.files.syncFile(join(root, path));
  }
}

/** Only renames and removes files: everything that needs disk space is written by now. */
function putInPlace(directory: string, files: ReadonlyMap<string, string>, own: readonly string[]): void {
  const root = join(directory, STAGE);
  platform.files.replaceDurably(join(root, "list.before"), join(directory, LIST_FILE));
  for (const path of files.keys()) platform.files.replace(join(root, path), join(directory, path));
  for (const path of own) if (!files.has(path)) rmSync(join(directory, path), { force: true });
  for (const folder of new Set([...files.keys(), ...own].map((path) => dirname(join(directory, path))))) {
    platform.files.syncDirectory(folder);
  }
  platform.files.replaceDurably(join(root, "list.after"), join(directory, LIST_FILE));
  platform.files.removeTree(root);
}

function listText(paths: readonly string[]): string {
  const listed = paths.filter((path) => path !== BASE_FILE);
  return `${JSON.stringify({ files: [...listed].sort() }, null, 2)}\n`;
}

/** The files that earlier exports wrote. The list may come from someone else's repository, so other folders are ignored. */
function readList(directory: string, folders: readonly string[]): string[] {
  const path = join(directory, LIST_FILE);
  if (!existsSync(path)) return [];
  let found: unknown;
  try {
    found = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    found = null;
  }
  if (!isRecord(found) || !Array.isArray(found.files)) {
    throw new FileFault(`${path} is no list of an export; remove it, or give another directory`);
  }
  return found.files.filter((entry): entry is string => typeof entry === "string" && isOwn(entry, folders));
}

function isOwn(path: string, folders: readonly string[]): boolean {
  const [folder = "", name = "", ...rest] = path.split("/");
  return folders.includes(folder) && rest.length === 0 && /^[a-z0-9][^\\/]*$/.test(name);
}

/** Refuses symbolic links: through them, files of another directory would be written or removed. */
function refuseLinks(directory: string, folders: readonly string[]): void {
  for (const folder of folders) {
    const path = join(directory, folder);
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory()) {
      throw new FileFault(`${path} is no directory of its own; move it away, or give another directory`);
    }
  }
}

/** Refuses to overwrite a file that no export wrote, unless it already holds exactly the same text. */
function refuseOthers(directory: string, files: ReadonlyMap<string, string>, own: readonly string[]): void {
  const in_the_way = [...files].filter(([path, text]) => {
    if (path === BASE_FILE || own.includes(path)) return false;
    const stats = lstatSync(join(directory, path), { throwIfNoEntry: false });
    return stats !== undefined && (!stats.isFile() || readFileSync(join(directory, path), "utf8") !== text);
  });
  if (in_the_way.length === 0) return;
  const names = in_the_way.map(([path]) => path);
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : "";
  throw new FileFault(
    `${names.slice(0, NAMES_SHOWN_MAX).join(", ")}${more}: there already, and not written by an export; move them away, or give another directory. Nothing was changed`,
  );
}

function listOthers(directory: string, folders: readonly string[], files: ReadonlyMap<string, string>): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(directory, folder))
      .map((name) => `${folder}/${name}`)
      .filter((path) => !files.has(path))
      .sort(),
  );
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // The folder was never created, or it is not empty.
  }
}
