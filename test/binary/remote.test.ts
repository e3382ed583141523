/** The commands against a running service, as an operator's scripts call them: output, files and exit codes. */
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { ADMIN_KEY, type Ended, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const scratch = useScratch();
const path = (name: string): string => join(scratch.directory, name);
/** Needs 70, 70, 35, 40 and 15 beyond stock at 2 each. */
const DEFAULT_COST = 460;

let service: Service;
let trigger: Json;
beforeAll(async () => {
  service = await scratch.serve({ words: ["--workers", "1"] });
  writeFileSync(path("restock.json"), JSON.stringify(RESTOCK_FIVE));
  writeFileSync(path("wrong.json"), JSON.stringify({ ...RESTOCK_FIVE, constraints: [{ expression: "ordr_1 <= 4" }] }));
  await call("models", "push", "restock.json", "--name", "restock");
  trigger = await callJson("triggers", "create", "--name", "daily mix", "--document", "restock");
});

function call(...words: string[]): Promise<Ended> {
  return callWith({}, ...words);
}

function callWith(environment: Record<string, string>, ...words: string[]): Promise<Ended> {
  const known = { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY };
  return scratch.run(words, { environment: { ...known, ...environment } });
}

async function callJson(...words: string[]): Promise<Json> {
  const { exit_code, stdout, stderr } = await call(...words, "--json");
  if (exit_code !== 0) throw new Error(`${words.join(" ")} ended with ${exit_code}: ${stderr}`);
  return JSON.parse(stdout);
}

const fire = (...words: string[]) =>
  callWith({ JAOT_TRIGGER_SECRET: trigger.trigger_secret }, "fire", "daily mix", ...words);

describe("models push", () => {
  test("makes a document once, a version for each change, and none without", async () => {
    const first = await callJson("models", "push", "restock.json", "--name", "pushed", "--version-name", "spring");
    expect(first).toMatchObject({ sequence: 1, is_new: true, change_summary: "Initial version" });
    expect(await callJson("models", "push", "restock.json", "--name", "pushed")).toEqual({ ...first, is_new: false });
    writeFileSync(path("changed.json"), JSON.stringify({ ...RESTOCK_FIVE, constraints: [] }));
    const changed = await callJson("models", "push", "changed.json", "--name", "pushed");
    expect(changed).toMatchObject({ document_id: first.document_id, sequence: 2 });
    expect((await call("models", "list")).stdout).toMatch(new RegExp(`^${first.document_id}  pushed `, "m"));
  });

  test("pushes nothing of a model with errors, and shows them", async () => {
    const { exit_code, stdout, stderr } = await call("models", "push", "wrong.json", "--name", "wrong");
    expect([exit_code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('unknown name "ordr_1"');
    expect((await call("models", "list")).stdout).not.toContain("wrong");
  });
});

describe("fire", () => {
  test("prints the run's id, and with --wait its answer", async () => {
    const queued = await fire();
    expect([queued.exit_code, queued.stderr]).toEqual([0, ""]);
    expect(queued.stdout).toMatch(/^run_\w{27}\n$/);
    const ended = await fire("--wait");
    expect([ended.exit_code, ended.stderr]).toEqual([0, ""]);
    expect(ended.stdout).toContain(`objective   ${DEFAULT_COST}\n`);
    expect(ended.stdout).toMatch(/^ {2}order_1 {2}70$/m);
  });

  test("takes inputs from --data, and --set over it", async () => {
    writeFileSync(path("today.json"), JSON.stringify({ demand_forecast: [31, 10, 25, 0, 5], stock: [0, 0, 0, 0, 0] }));
    const { stdout } = await fire("--data", "today.json", "--set", "stock=[30,10,25,0,0]", "--wait", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ status: "completed", result_data: { objective_value: 2 * (1 + 5) } });
  });

  test("needs no API key when the trigger is given by its id, and takes the secret from a file", async () => {
    writeFileSync(path("secret"), `${trigger.trigger_secret}\n`);
    const words = ["fire", trigger.id, "--secret-file", "secret", "--wait", "--url", service.address];
    expect((await scratch.run(words)).exit_code).toBe(0);
  });

  test("fires once under one --idempotency-key", async () => {
    const [first, second] = [await fire("--idempotency-key", "k1"), await fire("--idempotency-key", "k1")];
    expect(second.stdout).toBe(first.stdout);
  });

  test("ends with 1 when the run has no solution or does not end in time, 6 when it is refused, 5 without a service", async () => {
    const infeasible = { ...RESTOCK_FIVE, constraints: [{ expression: "order_0 + 1 <= 0" }] };
    writeFileSync(path("infeasible.json"), JSON.stringify(infeasible));
    await callJson("models", "push", "infeasible.json", "--name", "infeasible");
    const other = await callJson("triggers", "create", "--name", "hopeless", "--document", "infeasible");
    const environment = { JAOT_TRIGGER_SECRET: other.trigger_secret };
    const ended = await callWith(environment, "fire", "hopeless", "--wait");
    expect([ended.exit_code, ended.stdout]).toEqual([1, expect.stringContaining("infeasible")]);
    const misfit = await fire("--set", "stock=[1,2]");
    expect([misfit.exit_code, misfit.stderr]).toEqual([6, expect.stringContaining("stock has 2 values")]);
    const wrong_secret = await callWith({ JAOT_TRIGGER_SECRET: "00" }, "fire", "daily mix");
    expect([wrong_secret.exit_code, wrong_secret.stderr]).toEqual([
      6,
      expect.stringContaining("Invalid trigger secret"),
    ]);
    const nobody = await fire("--url", "http://127.0.0.1:9");
    expect([nobody.exit_code, nobody.stderr]).toEqual([
      5,
      expect.stringContaining("no answer from http://127.0.0.1:9"),
    ]);
  });
});

describe("runs", () => {
  test("list, show and rerun", async () => {
    const run_id = (await fire("--wait", "--json").then(({ stdout }) => JSON.parse(stdout))).id;
    const listed = await callJson("runs", "list", "daily mix", "--limit", "1");
    expect(listed.map((run: Json) => run.id)).toEqual([run_id]);
    expect((await call("runs", "list", "daily mix", "--status", "completed")).stdout).toContain(run_id);
    expect((await call("runs", "list", "daily mix", "--status", "failed")).stdout).not.toContain("run_");
    expect((await call("runs", "show", trigger.id, run_id)).stdout).toContain(`objective   ${DEFAULT_COST}`);
    const again = await call("runs", "rerun", "daily mix", run_id, "--wait", "--json");
    expect(again.exit_code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ source: "rerun", rerun_of: run_id, status: "completed" });
  });

  test("cancel stops a queued run, and refuses one that has ended", async () => {
    const run_id = JSON.parse((await fire("--wait", "--json")).stdout).id;
    const refused = await call("runs", "cancel", "daily mix", run_id);
    expect([refused.exit_code, refused.stderr]).toEqual([6, expect.stringContaining("already ended: completed")]);
  });

  test("export writes every run once, newest first, as CSV that no spreadsheet runs, and as JSON lines", async () => {
    await call("fire", "daily mix", "--set", "demand_forecast=[1,2]");
    await callWith({ JAOT_TRIGGER_SECRET: trigger.trigger_secret }, "fire", "daily mix", "--set", '=cmd="x,\\"y"');
    const total = (await callJson("triggers", "show", "daily mix")).total_runs;
    const csv = await call("runs", "export", "daily mix", "--out", "runs.csv");
    expect([csv.exit_code, csv.stdout, csv.stderr]).toEqual([0, "", ""]);
    expect(statSync(path("runs.csv")).mode & 0o777).toBe(0o600);
    const [header = "", ...rows] = readFileSync(path("runs.csv"), "utf8").trimEnd().split("\r\n");
    expect(header).toStartWith("id,status,source,created_at,");
    expect(rows).toHaveLength(total);
    expect(rows.join("\n")).not.toMatch(/(^|,)"?[=@]/m);
    const ids = rows.map((row) => row.split(",")[0]!);
    expect(ids).toEqual([...new Set(ids)].sort().reverse());
    const lines = (await call("runs", "export", "daily mix", "--format", "json", "--full")).stdout
      .trimEnd()
      .split("\n");
    expect(lines.map((line) => JSON.parse(line).id)).toEqual(ids);
    expect(JSON.parse(lines.find((line) => line.includes('"completed"'))!).result_data.solution).toBeObject();
  });
});

describe("triggers", () => {
  test("create, show, disable, rotate the secret and delete", async () => {
    const made = await call(
      "triggers",
      "create",
      "--name",
      "short",
      "--document",
      "restock",
      "--version",
      "1",
      "--priority",
      "7",
    );
    const [, id = "", secret = ""] = /^trigger +(trg_\w+)\nsecret +([0-9a-f]{64})\n/.exec(made.stdout) ?? [];
    expect((await call("triggers", "show", "short")).stdout).toMatch(/^priority +7$/m);
    expect((await call("triggers", "list")).stdout).toMatch(new RegExp(`^${id}  short +restock +true +0 +-$`, "m"));
    expect((await call("triggers", "disable", "short")).stdout).toBe(`disabled ${id}\n`);
    const refused = await callWith({ JAOT_TRIGGER_SECRET: secret }, "fire", id);
    expect([refused.exit_code, refused.stderr]).toEqual([6, "jaot-triggers: Trigger is disabled\n"]);
    await call("triggers", "enable", "short");
    const rotated = (await call("triggers", "rotate-secret", "short")).stdout.trim();
    expect((await callWith({ JAOT_TRIGGER_SECRET: rotated }, "fire", id)).exit_code).toBe(0);
    expect((await call("triggers", "delete", "short")).exit_code).toBe(0);
    expect((await call("triggers", "show", id)).exit_code).toBe(6);
  });

  test("update changes what is given and keeps the rest", async () => {
    await call("triggers", "create", "--name", "changing", "--document", "restock", "--max-concurrent-runs", "3");
    const changed = await call("triggers", "update", "changing", "--priority", "2", "--description", "for the night");
    expect(changed.stdout).toMatch(/^priority +2$/m);
    const shown = (await call("triggers", "show", "changing")).stdout;
    expect(shown).toBe(changed.stdout);
    expect(shown).toMatch(/^description +for the night$/m);
    expect(shown).toMatch(/^runs at once +3$/m);
    const webhook = await callJson("triggers", "update", "changing", "--webhook-url", "http://127.0.0.1:9/hook");
    expect(webhook).toMatchObject({ webhook_url: "http://127.0.0.1:9/hook", webhook_secret: expect.any(String) });
    const nothing = await call("triggers", "update", "changing");
    expect([nothing.exit_code, nothing.stderr]).toEqual([2, expect.stringContaining("give what to change")]);
    const wrong = await call("triggers", "update", "changing", "--priority", "12");
    expect([wrong.exit_code, wrong.stderr]).toEqual([2, expect.stringContaining("from 0 to 9 is expected, found 12")]);
    await call("triggers", "delete", "changing");
  });

  test("a name that two have is refused with both ids; one that none has, with the nearest", async () => {
    const twins = [1, 2].map(() => callJson("triggers", "create", "--name", "twin", "--document", "restock"));
    const ids = (await Promise.all(twins)).map((twin) => twin.id);
    const both = await call("triggers", "show", "twin");
    expect(both.exit_code).toBe(6);
    for (const id of ids) expect(both.stderr).toContain(id);
    const none = await call("triggers", "show", "daily mx");
    expect([none.exit_code, none.stderr]).toEqual([6, expect.stringContaining('did you mean "daily mix"?')]);
  });
});

test("schedules: create, list, pause, resume, preview and delete", async () => {
  const words = ["--cron", "0 6 * * 1-5", "--timezone", "Europe/Madrid"];
  expect((await call("schedules", "create", "daily mix", ...words)).stdout).toMatch(/^tsch_\w+ {2}next \d{4}-.*Z\n$/);
  expect((await call("schedules", "list")).stdout).toMatch(/daily mix +0 6 \* \* 1-5 +Europe\/Madrid +true +\d{4}-/);
  expect((await call("schedules", "pause", "daily mix")).stdout).toMatch(/paused\n$/);
  expect(await callJson("schedules", "list", "daily mix")).toMatchObject([{ is_enabled: false, next_run_at: null }]);
  expect((await call("schedules", "resume", "daily mix")).stdout).toMatch(/next \d{4}-/);
  expect((await call("schedules", "preview", "daily mix", "--count", "3")).stdout.match(/Z {2}/g)).toHaveLength(3);
  const [, second = ""] = /^(tsch_\w+) /.exec(
    (await call("schedules", "create", "daily mix", "--cron", "@daily")).stdout,
  )!;
  const unclear = await call("schedules", "pause", "daily mix");
  expect([unclear.exit_code, unclear.stderr]).toEqual([2, expect.stringContaining(`${second} (@daily)`)]);
  expect((await call("schedules", "delete", "daily mix", second)).stdout).toBe(`deleted ${second}\n`);
  const tried = await call("schedules", "preview", "--cron", "0 0 29 2 *", "--count", "1");
  expect(tried.stdout).toMatch(/^\d{4}-02-29T00:00:00.000Z {2}.*29 February/);
  expect((await call("schedules", "delete", "daily mix")).exit_code).toBe(0);
  expect(await callJson("schedules", "list")).toEqual([]);
  const wrong = await call("schedules", "create", "daily mix", "--cron", "99 * * * *");
  expect([wrong.exit_code, wrong.stdout]).toEqual([6, ""]);
});

describe("words that are wrong", () => {
  test.each([
    [["runs", "lst", "x"], 2, "one of list, show, cancel, rerun, export is expected"],
    [["runs", "show", "x"], 2, "runs show: RUN_ID is missing"],
    [["triggers", "create"], 2, "give the trigger a --name"],
    [["models", "push", "restock.json"], 2, "give the document a --name"],
    [["fire", "x", "--key", "secret"], 2, "--key is not taken: every process list would show it"],
    [["runs", "export", "x", "--format", "xml"], 2, "csv or json is expected"],
    [["runs", "list", "x", "--limit", "0"], 2, "--limit: a whole number from 1"],
    [["triggers", "list", "--url", "ftp://x"], 1, "an address such as http://127.0.0.1:8421 is expected"],
    [["triggers", "list", "--key-file", "nope"], 1, "cannot read nope"],
    [["completions", "tcsh"], 2, "one of bash, zsh, fish is expected"],
  ] as const)("%p ends with %p", async (words, code, said) => {
    const { exit_code, stdout, stderr } = await call(...words);
    expect(stderr).toContain(said);
    expect([exit_code, stdout]).toEqual([code, ""]);
  });

  test("without a key it says where one goes, and a wrong one is refused", async () => {
    const none = await scratch.run(["triggers", "list", "--url", service.address]);
    expect([none.exit_code, none.stderr]).toEqual([1, expect.stringContaining("set JAOT_API_KEY")]);
    const wrong = await callWith({ JAOT_API_KEY: `ok_live_${"0".repeat(64)}` }, "triggers", "list");
    expect([wrong.exit_code, wrong.stderr]).toEqual([6, "jaot-triggers: Invalid API key\n"]);
  });

  test("a proxy of the environment gets nothing of it", async () => {
    const environment = { http_proxy: "http://127.0.0.1:9", HTTP_PROXY: "http://127.0.0.1:9" };
    expect((await callWith(environment, "triggers", "list")).exit_code).toBe(0);
  });
});

const SHELLS: readonly (readonly [shell: string, check: string[]])[] = [["bash", ["/bin/bash", "-n"]]];

test.each(SHELLS)("the completions of %s are sound and know every command", async (shell, check) => {
  const { exit_code, stdout } = await call("completions", shell);
  expect(exit_code).toBe(0);
  writeFileSync(path(`completions.${shell}`), stdout);
  expect(Bun.spawnSync([...check, path(`completions.${shell}`)]).exitCode).toBe(0);
  expect(existsSync(path(`completions.${shell}`))).toBe(true);
  const words = `source ${path("completions.bash")}; COMP_WORDS=(jaot-triggers runs ex); COMP_CWORD=2; _jaot_triggers; echo "\${COMPREPLY[@]}"`;
  expect(Bun.spawnSync(["/bin/bash", "-c", words]).stdout.toString()).toBe("export\n");
});
