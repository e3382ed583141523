/**
 * The one file by itself: copied where nothing else of the project is, into a directory whose owner means harm. What Bun
 * would read from a working directory and from a home must reach neither the service nor its solver processes.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BINARY, RESTOCK_FIVE, useScratch } from "./binary";

const scratch = useScratch();
/** Working directory and home at once. */
const hostile = join(scratch.directory, "hostile");
const marker = join(hostile, "marker");
const program = join(hostile, "jaot-triggers");
const environment = { PATH: "", HOME: hostile };
/** Needs 70, 70, 35, 40 and 15 beyond stock, which the dock takes at 2 each. */
const DEFAULT_COST = 460;

beforeAll(() => {
  mkdirSync(hostile);
  copyFileSync(BINARY, program);
  const settings =
    "JAOT_PORT=1\nJAOT_GARBAGE=1\nBUN_OPTIONS=--preload=./mark.ts\nNODE_OPTIONS=--require=./mark.ts\n\0=\n";
  for (const name of [".env", ".env.local", ".env.production"]) writeFileSync(join(hostile, name), settings);
  const preload = 'preload = ["./mark.ts"]\n[run]\nbun = true\n[install]\nregistry = "http://127.0.0.1:1/"\n';
  for (const name of ["bunfig.toml", ".bunfig.toml"]) writeFileSync(join(hostile, name), preload);
  writeFileSync(
    join(hostile, "mark.ts"),
    `require("node:fs").writeFileSync(${JSON.stringify(marker)}, process.argv0);\n`,
  );
  writeFileSync(join(hostile, "package.json"), '{"imports": {"#x": "./mark.ts"}, "type": "commonjs", "name": }');
  writeFileSync(join(hostile, "tsconfig.json"), '{"compilerOptions": {"paths": {"*": ["./mark.ts"]}}}');
  writeFileSync(join(hostile, "restock.json"), JSON.stringify(RESTOCK_FIVE));
});

/** Takes the marker away and tells whether it was there. */
function takeMarker(): boolean {
  const was_there = existsSync(marker);
  rmSync(marker, { force: true });
  return was_there;
}

describe("in a hostile directory, with an empty PATH", () => {
  test("the trap is live: Bun itself falls into it", async () => {
    const words = ["-p", "process.env.JAOT_GARBAGE"];
    const { stdout } = await scratch.run(words, { program: process.execPath, directory: hostile, environment });
    expect(stdout).toBe("1\n");
    expect(takeMarker()).toBe(true);
  });

  test("the service starts on its own settings, and solves over HTTP", async () => {
    const service = await scratch.serve({ program, directory: hostile, environment, data: "hostile/jaot-data" });
    const solved = await service.call("POST", "/api/v2/solve", RESTOCK_FIVE);
    expect(solved.body).toMatchObject({ status: "optimal", objective_value: DEFAULT_COST });
    const run = await service.fire(await service.makeTrigger(RESTOCK_FIVE), undefined, 30);
    expect(run.body).toMatchObject({ status: "completed", result_data: { objective_value: DEFAULT_COST } });
    expect(await service.stop()).toBe(0);
    expect(takeMarker()).toBe(false);
  });

  test("solve solves a file", async () => {
    const { exit_code, stdout, stderr } = await scratch.run(["solve", "restock.json"], {
      program,
      directory: hostile,
      environment,
    });
    expect([exit_code, stderr]).toEqual([0, ""]);
    expect(stdout).toStartWith(`optimal\nobjective ${DEFAULT_COST}\n`);
    expect(takeMarker()).toBe(false);
  });
});
