/**
 * Runs the whole suite on a fresh build, and ends with one line that counts what ran. Words after the command
 * choose test files, as for `bun test`. A test that needs a missing Debian package skips and names it.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const ROOT = join(import.meta.dir, "..");
const TIMEOUT_MS = 60_000;

run([process.execPath, join(import.meta.dir, "build.ts")]);
const directory = mkdtempSync(join(tmpdir(), "jaot-test-"));
const report = join(directory, "report.xml");
const exit_code = run(
  [
    process.execPath,
    "test",
    "--timeout",
    String(TIMEOUT_MS),
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...process.argv.slice(2),
  ],
  false,
);
const counts = countOf(readFileSync(report, "utf8"));
rmSync(directory, { recursive: true });
console.log(
  `${counts.tests - counts.failures - counts.skipped} passed, ${counts.failures} failed, ${counts.skipped} skipped`,
);
process.exit(exit_code === 0 && counts.tests > 0 ? 0 : 1);

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
