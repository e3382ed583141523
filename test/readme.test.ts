import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { flagName, SETTINGS, type SettingName } from "../src/config";

/** The documented rule: JAOT_ and the name in capitals. */
const environmentName = (name: SettingName): string => `JAOT_${name.toUpperCase()}`;

const readme = readFileSync(join(import.meta.dir, "../README.md"), "utf8");

test("README's table of settings is the program's own", () => {
  const shown = readme.split("\n").filter((line) => /^\| (`--|environment only).*JAOT_/.test(line));
  expect(shown).toEqual(Object.keys(SETTINGS).map((name) => rowOf(name as SettingName)));
});

test("README's first commands exist", () => {
  const { scripts } = JSON.parse(readFileSync(join(import.meta.dir, "../package.json"), "utf8"));
  expect(readme).toContain("npm ci && npm run demo");
  expect(readme).toContain("npm ci && npm test");
  expect(scripts).toMatchObject({ demo: expect.any(String), test: expect.any(String) });
});

function rowOf(name: SettingName): string {
  const { about, is_public, default: value } = SETTINGS[name];
  const flag = is_public ? `\`${flagName(name)}\`` : "environment only";
  return `| ${flag} | \`${environmentName(name)}\` | ${value === null ? "none" : `\`${value}\``} | ${about} |`;
}
