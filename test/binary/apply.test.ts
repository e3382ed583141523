/** `apply` and `export`: idempotent, conflicts shown and not overwritten, a broken file changes nothing at all. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { ADMIN_KEY, type Ended, type Service, useScratch } from "./binary";

const scratch = useScratch();
const MIX = `var a >= 0, integer; var b >= 0, integer; param demand{1..2}, default 30;
maximize profit: 50*a + 40*b;
s.t. labour: 4*a + 2*b <= 200; s.t. da: a <= demand[1]; s.t. db: b <= demand[2];
end;
`;
const FILES: Readonly<Record<string, string>> = {
  "models/mix.mod": MIX,
  "documents/mix.yaml": "name: mix\nmodel: models/mix.mod\n",
  "documents/small.json": JSON.stringify({
    name: "small",
    model: {
      variables: [{ name: "x", upper_bound: 3 }],
      objective: { sense: "maximize", expression: "x" },
      constraints: [],
    },
  }),
  "triggers/daily.yaml": `name: daily mix
document: mix
description: every morning
override_schema:
  - {name: demand}
priority: 7
schedules:
  - cron_expression: 0 6 * * 1-5
    timezone: Europe/Madrid
    override_data: {demand: [20, 35]}
  - cron_expression: "@hourly"
    overlap_policy: allow
    exclude_dates: ["2026-12-25"]
    starts_at: 2026-01-01T00:00:00Z
`,
  "triggers/quiet.yaml": "name: quiet\ndocument: small\nenabled: false\nwebhook_url: http://127.0.0.1:9/hook\n",
};

let service: Service;
let number = 0;
let dir = "";
beforeEach(async () => {
  number += 1;
  dir = join(scratch.directory, `files-${number}`);
  for (const [name, text] of Object.entries(FILES)) put(name, text);
  service = await scratch.serve({ data: `data-${number}`, words: ["--workers", "0"] });
});
afterEach(() => service.program.kill("SIGKILL"));

function put(name: string, text: string): void {
  mkdirSync(join(dir, name, ".."), { recursive: true });
  writeFileSync(join(dir, name), text);
}

function edit(name: string, from: string, to: string): void {
  const text = readFileSync(join(dir, name), "utf8");
  if (!text.includes(from)) throw new Error(`${name} does not hold ${from}`);
  put(name, text.replace(from, to));
}

function call(...words: string[]): Promise<Ended> {
  return scratch.run(words, { environment: { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY } });
}

const apply = (...words: string[]) => call("apply", dir, "--secrets-file", `secrets-${number}.json`, ...words);

/** Everything that apply could change, but for the times at which things were read. */
async function fingerprint(): Promise<string> {
  const found: Json = {};
  found.documents = (await service.call("GET", "/api/v2/builder?limit=1000")).body;
  for (const { id } of found.documents) {
    found[id] = (await service.call("GET", `/api/v2/builder/${id}`)).body;
    found[`${id} versions`] = (await service.call("GET", `/api/v2/builder/${id}/versions`)).body;
  }
  found.triggers = (await service.call("GET", "/api/v2/triggers")).body;
  for (const { id } of found.triggers) {
    found[`${id} schedules`] = (await service.call("GET", `/api/v2/triggers/${id}/schedules`)).body;
  }
  return JSON.stringify(found, null, 1);
}

const idOf = async (name: string): Promise<string> =>
  (await service.call("GET", "/api/v2/triggers")).body.find((trigger: Json) => trigger.name === name).id;

test("applying twice changes nothing, and export then apply changes nothing", async () => {
  const first = await apply();
  expect(first.stderr).toBe("");
  expect(first.stdout).toContain("+ trigger daily mix: new, from triggers/daily.yaml\n");
  expect(first.stdout).toEndWith("4 to change, 0 as they are\n");
  expect(first.exit_code).toBe(0);
  const before = await fingerprint();
  const second = await apply();
  expect([second.exit_code, second.stdout]).toEqual([0, "0 to change, 4 as they are\n"]);
  expect(await fingerprint()).toBe(before);

  const out = join(scratch.directory, `out-${number}`);
  expect((await call("export", out)).stdout).toBe(`${out}: 2 documents, 2 triggers\n`);
  expect(readFileSync(join(out, "models/mix.mod"), "utf8")).toBe(MIX);
  const again = await call("apply", out);
  expect([again.exit_code, again.stdout]).toEqual([0, "0 to change, 4 as they are\n"]);
  expect(await fingerprint()).toBe(before);
});

test("an export makes the same on another service, which exports the same files", async () => {
  await apply();
  const one = join(scratch.directory, `one-${number}`);
  await call("export", one);
  service = await scratch.serve({ data: `other-${number}`, words: ["--workers", "0"] });
  rmSync(join(one, ".jaot-base.json"));
  expect((await call("apply", one, "--secrets-file", "other.json")).exit_code).toBe(0);
  const two = join(scratch.directory, `two-${number}`);
  await call("export", two);
  for (const folder of ["documents", "triggers", "models"]) {
    for (const name of readdirSync(join(one, folder))) {
      expect(readFileSync(join(two, folder, name), "utf8")).toBe(readFileSync(join(one, folder, name), "utf8"));
    }
  }
});

test("what apply made fires with the secret it kept, in a file that its owner alone may read", async () => {
  await apply();
  const path = join(scratch.directory, `secrets-${number}.json`);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const secrets = JSON.parse(readFileSync(path, "utf8"));
  expect(Object.keys(secrets)).toEqual(["daily mix", "quiet"]);
  const { trigger_id, trigger_secret } = secrets["daily mix"];
  service.program.kill("SIGTERM");
  await service.program.ended;
  service = await scratch.serve({ data: `data-${number}`, words: ["--workers", "1"] });
  const { stdout } = await scratch.run(["fire", trigger_id, "--set", "demand=[20,35]", "--wait", "--json"], {
    environment: { JAOT_URL: service.address, JAOT_TRIGGER_SECRET: trigger_secret },
  });
  expect(JSON.parse(stdout).result_data.objective_value).toBe(50 * 20 + 40 * 35);
});

test("--dry-run shows the plan and changes nothing; without a place for secrets nothing is made", async () => {
  const before = await fingerprint();
  const dry = await apply("--dry-run", "--json");
  expect(JSON.parse(dry.stdout)).toMatchObject({ changes: 4, is_applied: false });
  const logged = await call("apply", dir);
  expect([logged.exit_code, logged.stderr]).toEqual([2, expect.stringContaining("--secrets-file")]);
  expect(await fingerprint()).toBe(before);
});

test("settings and schedules change in place; a changed model moves to a new trigger, the old one goes on answering", async () => {
  await apply();
  const id = await idOf("daily mix");
  edit("triggers/daily.yaml", "priority: 7", "priority: 2");
  edit("triggers/daily.yaml", "0 6 *", "30 7 *");
  edit("triggers/quiet.yaml", "enabled: false\n", "");
  expect((await apply()).stdout).toContain("~ trigger daily mix: priority, schedules\n~ trigger quiet: enabled\n");
  const changed = (await service.call("GET", `/api/v2/triggers/${id}`)).body;
  expect(changed).toMatchObject({ name: "daily mix", priority: 2 });
  expect((await service.call("GET", `/api/v2/triggers/${id}/schedule`)).body.cron_expression).toBe("30 7 * * 1-5");

  edit("models/mix.mod", "50*a", "60*a");
  const replaced = await apply();
  expect(replaced.stdout).toContain("~ document mix: model\n± trigger daily mix: model; a new trigger takes the name");
  const new_id = await idOf("daily mix");
  expect(new_id).not.toBe(id);
  expect((await service.call("GET", `/api/v2/triggers/${id}/schedule`)).status).toBe(404);
  expect((await service.call("GET", `/api/v2/triggers/${new_id}/schedule`)).body.cron_expression).toBe("30 7 * * 1-5");
  const old = (await service.call("GET", `/api/v2/triggers/${id}`)).body;
  expect(old.name).toMatch(/^daily mix \(until \d{4}-.*Z\)$/);
  expect(old.is_enabled).toBe(true);
  expect((await apply()).stdout).toContain(`? trigger ${old.name}: no file any more; --prune deletes it\n`);
  expect((await apply("--prune")).stdout).toContain(`- trigger ${old.name}: no file any more`);
  expect((await service.call("GET", `/api/v2/triggers/${id}`)).status).toBe(404);
  expect((await apply("--prune")).stdout).toBe("0 to change, 4 as they are\n");
});

test("--prune deletes what apply made and nothing else", async () => {
  await apply();
  const other = await service.makeTrigger({
    variables: [{ name: "x" }],
    objective: { sense: "minimize", expression: "x" },
    constraints: [],
  });
  rmSync(join(dir, "triggers/quiet.yaml"));
  rmSync(join(dir, "documents/small.json"));
  expect((await apply()).stdout).toContain("? document small: no file any more");
  expect((await apply("--prune")).exit_code).toBe(0);
  const left = (await service.call("GET", "/api/v2/triggers")).body.map((trigger: Json) => trigger.name);
  expect(left.sort()).toEqual(["daily mix", other.name].sort());
});

describe("conflicts are shown and not overwritten", () => {
  const conflict = async (said: string, ...words: string[]): Promise<void> => {
    const before = await fingerprint();
    const { exit_code, stdout, stderr } = await apply(...words);
    expect(stdout).toContain(said);
    expect([exit_code, stderr]).toEqual([6, "jaot-triggers: there are conflicts; nothing was changed\n"]);
    expect(await fingerprint()).toBe(before);
  };

  test("a trigger and a document that were changed on the service", async () => {
    await apply();
    const id = await idOf("daily mix");
    await service.call("PATCH", `/api/v2/triggers/${id}`, { priority: 9 });
    edit("triggers/daily.yaml", "priority: 7", "priority: 1");
    edit("documents/small.json", '"upper_bound":3', '"upper_bound":4');
    await conflict("! trigger daily mix: changed on the service since");
    // Whether this directory remembers, or only the service does.
    rmSync(join(dir, ".jaot-base.json"));
    await conflict("! trigger daily mix: changed on the service since");
    expect((await apply("--overwrite")).exit_code).toBe(0);
    expect((await service.call("GET", `/api/v2/triggers/${id}`)).body.priority).toBe(1);
  });

  test("a schedule that was changed on the service", async () => {
    await apply();
    const path = `/api/v2/triggers/${await idOf("daily mix")}/schedule`;
    await service.call("PATCH", path, { is_enabled: false });
    await conflict("! trigger daily mix: changed on the service since");
  });

  test("an apply of other files since this directory was exported", async () => {
    await apply();
    const mine = join(scratch.directory, `mine-${number}`);
    await call("export", mine);
    edit("triggers/daily.yaml", "priority: 7", "priority: 8");
    await apply();
    dir = mine;
    edit("triggers/daily-mix.yaml", "priority: 7", "priority: 1");
    await conflict("! trigger daily mix: changed on the service since");
  });

  test("things of these names that apply did not make, and two of one name", async () => {
    await service.call("POST", "/api/v2/builder", { name: "mix" });
    await conflict("! document mix: is on the service already, by other means");
    await service.call("POST", "/api/v2/builder", { name: "mix" });
    await conflict("! document mix: 2 documents on the service have this name", "--overwrite");
    const exported = await call("export", join(scratch.directory, `twins-${number}`));
    expect([exported.exit_code, exported.stderr]).toEqual([6, expect.stringContaining('2 documents are named "mix"')]);
    expect(existsSync(join(scratch.directory, `twins-${number}`))).toBe(false);
  });

  test("a pruned trigger that was changed since", async () => {
    await apply();
    await service.call("PATCH", `/api/v2/triggers/${await idOf("quiet")}`, { description: "mine now" });
    rmSync(join(dir, "triggers/quiet.yaml"));
    await conflict("! trigger quiet: no file any more, but changed on the service since", "--prune");
  });
});

describe("a broken file changes nothing at all", () => {
  const BROKEN = [
    ["YAML that is none", "triggers/quiet.yaml", "name: [quiet", "triggers/quiet.yaml:1: "],
    ["a key twice", "triggers/quiet.yaml", "name: quiet\nname: loud\ndocument: small\n", "triggers/quiet.yaml:2: "],
    [
      "an unknown field",
      "triggers/quiet.yaml",
      "name: quiet\ndocumnt: small\n",
      'quiet.yaml:2: documnt: unknown field; did you mean "document"?',
    ],
    [
      "a document that is not there",
      "triggers/quiet.yaml",
      "name: q\ndocument: smal\n",
      'no document is named "smal"; did you mean "small"?',
    ],
    [
      "a value of the wrong kind",
      "triggers/quiet.yaml",
      "name: q\ndocument: small\npriority: high\n",
      "quiet.yaml: priority: ",
    ],
    [
      "a pattern that is none",
      "triggers/quiet.yaml",
      "name: q\ndocument: small\nschedules: [{cron_expression: 99 * * * *}]\n",
      "schedules.0: ",
    ],
    [
      "an input that the model has not",
      "triggers/quiet.yaml",
      "name: q\ndocument: mix\noverride_schema: [{name: dmand}]\n",
      "override_schema: dmand: ",
    ],
    [
      "data that does not fit",
      "triggers/quiet.yaml",
      "name: q\ndocument: mix\nschedules: [{cron_expression: 0 6 * * *, override_data: {demand: x}}]\n",
      "schedules.0: override_data: ",
    ],
    ["two of one name", "triggers/quiet.yaml", "name: daily mix\ndocument: small\n", 'has the name "daily mix" too'],
    [
      "a model with an error",
      "models/mix.mod",
      MIX.replace("4*a", "4*aa"),
      "documents/mix.yaml: model: 3:16: nothing is declared as aa",
    ],
    [
      "a model that is not there",
      "documents/mix.yaml",
      "name: mix\nmodel: models/none.mod\n",
      "there is no file models/none.mod",
    ],
    [
      "a model from outside",
      "documents/mix.yaml",
      "name: mix\nmodel: ../../../../../etc/hostname\n",
      "lies outside the directory",
    ],
    ["no model", "documents/mix.yaml", "name: mix\n", "a model is missing"],
    ["a stray file", "documents/notes.txt", "hello", "documents/notes.txt: "],
  ] as const;

  test("whatever is broken about it", async () => {
    const before = await fingerprint();
    for (const [what, name, text, said] of BROKEN) {
      const whole = FILES[name];
      put(name, text);
      const { exit_code, stdout, stderr } = await apply();
      expect([what, stderr]).toEqual([what, expect.stringContaining(said)]);
      expect(stderr).toContain("nothing was changed");
      expect([what, exit_code, stdout]).toEqual([what, 1, ""]);
      if (whole === undefined) rmSync(join(dir, name));
      else put(name, whole);
    }
    expect(await fingerprint()).toBe(before);
  });

  test("all problems are told at once", async () => {
    put("triggers/quiet.yaml", "name: quiet\n");
    put("documents/mix.yaml", "name: mix\n");
    const { stderr } = await apply();
    expect(stderr).toContain("document: is missing");
    expect(stderr).toContain("a model is missing");
  });

  test("a step that the service refuses takes back the steps before it", async () => {
    await apply();
    const before = await fingerprint();
    edit("documents/small.json", '"upper_bound":3', '"upper_bound":4');
    edit("triggers/daily.yaml", "priority: 7", "priority: 1");
    put("triggers/wrong.yaml", "name: wrong\ndocument: mix\nwebhook_url: http://169.254.169.254/latest\n");
    const { exit_code, stderr } = await apply();
    expect(stderr).toContain("what was done before it was taken back");
    expect(exit_code).toBe(6);
    const withoutTimes = (text: string): string => text.replaceAll(/"updated_at": "[^"]+"/g, '"updated_at": ""');
    const after: Json = JSON.parse(withoutTimes(await fingerprint()));
    const expected: Json = JSON.parse(withoutTimes(before));
    // Versions stay: they are frozen, and nothing points at them.
    for (const key of Object.keys(expected).filter((one) => one.endsWith("versions"))) after[key] = expected[key];
    const sameTriggers = (one: Json): Json =>
      one.triggers.map(({ name, priority, is_enabled, version_id }: Json) => ({
        name,
        priority,
        is_enabled,
        version_id,
      }));
    expect(after.documents).toEqual(expected.documents);
    expect(sameTriggers(after)).toEqual(sameTriggers(expected));
    rmSync(join(dir, "triggers/wrong.yaml"));
    expect((await apply()).exit_code).toBe(0);
    expect((await apply()).stdout).toContain("0 to change, 4 as they are\n");
  });
});
