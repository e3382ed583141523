/** src/README.md names files, folders and declarations that are there, and has a recipe for each kind of change. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const guide = readFileSync(join(ROOT, "src/README.md"), "utf8");

const RECIPES = [
  "a field to triggers",
  "a route",
  "a setting",
  "a model format",
  "an engine",
  "a source kind",
  "a migration",
  "a metric",
  "a screen",
];

/** What stands in backquotes and is a path from the root of the repository. */
function pathsIn(text: string): string[] {
  const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!);
  const named = quoted.flatMap((words) => words.match(/(?:src|test|scripts)\/[^\s)]+|^(?:README|CHANGES)\.md$/g) ?? []);
  return [...new Set(named)];
}

/** A name that the reader chooses stands for any: there must be an example of it. */
function exists(path: string): boolean {
  if (!path.includes("<")) return existsSync(join(ROOT, path));
  return !new Bun.Glob(path.replace(/<\w+>/g, "*").replace(/\/$/, "")).scanSync({ cwd: ROOT, onlyFiles: false }).next()
    .done;
}

test("every path exists", () => {
  const paths = pathsIn(guide);
  expect(paths.length).toBeGreaterThan(60);
  expect(paths.filter((path) => !exists(path))).toEqual([]);
});

test("every declaration stands in the file that is named beside it", () => {
  const beside =
    /`([A-Za-z_]\w+)` in `([^`<]+\.tsx?)`|`((?:src|test|scripts)\/[^`<]+\.tsx?)`[^`\n.]*? (?:in|of) `([A-Z]\w+)`/g;
  const named = [...guide.matchAll(beside)].map(([, before, its_file, file, after]) => ({
    path: (its_file ?? file)!,
    name: (before ?? after)!,
  }));
  expect(named.length).toBeGreaterThan(15);
  const missing = named.filter(({ path, name }) => {
    const text = readFileSync(join(ROOT, path), "utf8");
    return !new RegExp(`\\b(?:const|function|interface|class|type) ${name}\\b`).test(text);
  });
  expect(missing).toEqual([]);
});

test("every folder of src is on a floor", () => {
  const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const missing = folders.filter(({ name }) => !guide.includes(`\n| \`src/${name}/\` | `));
  expect(missing.map(({ name }) => name)).toEqual([]);
});

describe("recipes", () => {
  const recipes = guide.split("\n### Add ").slice(1);

  test("there is one for each kind of change", () => {
    expect(recipes.map((recipe) => recipe.split("\n")[0]!)).toEqual(RECIPES);
  });

  test.each(RECIPES)("to add %s names its files", (name) => {
    const recipe = recipes.find((text) => text.startsWith(`${name}\n`)) ?? "";
    expect(pathsIn(recipe.split("\n## ")[0]!).length).toBeGreaterThanOrEqual(2);
  });
});
