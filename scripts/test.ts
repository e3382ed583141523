/**
 * Runs a suite on a fresh build and prints one line with the counts at the end. `npm test` runs all tests but those in
 * test/servers/, `npm run test:servers` those alone: tests that start servers of others, kill at random, or run long. Words after
 * the command choose test files, as for `bun test`. A test that needs a missing Debian package skips and names it.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const SERVERS = "test/servers";
const SERVERS_WORD = "--servers";
const TIMEOUT_MS = 60_000;

run([process.execPath, join(import.meta.dir, "build.ts")]);
const directory = mkdtempSync(join(tmpdir(), "jaot-test-"));
const report = join(directory, "report.xml");
const options = ["--timeout", String(TIMEOUT_MS), "--reporter=junit", `--reporter-outfile=${report}`];
const exit_code = run([process.execPath, "test", ...options, ...choose(process.argv.slice(2))], false);
const counts = countOf(existsSync(report) ? readFileSync(report, "utf8") : "");
rmSync(directory, { recursive: true });
if (counts.tests === 0) console.error(`no test ran; tests in ${SERVERS} are run by npm run test:servers alone`);
console.log(
  `${counts.tests - counts.failures - counts.skipped} passed, ${counts.failures} failed, ${counts.skipped} skipped`,
);
process.exit(exit_code === 0 && counts.tests > 0 ? 0 : 1);

/** The words for `bun test` that choose the files of a suite, narrowed by the words that were given. */
function choose(words: readonly string[]): string[] {
  if (!words.includes(SERVERS_WORD)) return [`--path-ignore-patterns=${SERVERS}/**`, ...words];
  const narrowing = words.filter((word) => word !== SERVERS_WORD);
  const names = narrowing.filter((word) => !word.startsWith("-"));
  const flags = narrowing.filter((word) => word.startsWith("-"));
  return [...flags, ...(names.length === 0 ? [SERVERS] : names.map((name) => join(SERVERS, name)))];
}

function run(words: string[], must_pass = true): number {
  const { exitCode } = Bun.spawnSync(words, { cwd: ROOT, stdout: "inherit", stderr: "inherit" });
  if (must_pass && exitCode !== 0) process.exit(exitCode);
  return exitCode;
}

function countOf(xml: string): { tests: number; failures: number; skipped: number } {
  const totals = /<testsuites\b[^>]*>/.exec(xml)?.[0] ?? "";
  const of = (name: string): number => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(totals)?.[1] ?? 0);
  return { tests: of("tests"), failures: of("failures"), skipped: of("skipped") };
}
