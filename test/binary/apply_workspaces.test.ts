/** What `export` writes is all of it: a service that lost everything gets it back by `apply`, in the workspaces where it was. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DOCUMENT_FIELDS } from "../../src/services/documents/document_fields";
import type { Field, FieldTable } from "../../src/services/field_table";
import { SCHEDULE_FIELDS } from "../../src/services/schedules/schedule_fields";
import { TRIGGER_FIELDS } from "../../src/services/triggers/trigger_fields";
import type { Json } from "../world";
import { ADMIN_KEY, type Ended, type Service, useScratch } from "./binary";

const scratch = useScratch();
const MODEL = {
  variables: [{ name: "x", upper_bound: 3 }],
  objective: { sense: "maximize", expression: "x" },
  constraints: [],
};
const CAPPED = {
  variables: [{ name: "x" }],
  parameters: { cap: 3 },
  objective: { sense: "maximize", expression: "x" },
  constraints: [{ expression: "x <= cap" }],
};
/** Values of fields whose shape alone does not tell what the service takes. */
const SAMPLES: Readonly<Record<string, unknown>> = {
  override_schema: [{ name: "cap" }],
  webhook_url: "http://127.0.0.1:9/hook",
  cron_expression: "15 6 * * 1-5",
  timezone: "Europe/Madrid",
  override_data: { cap: 2 },
  exclude_dates: ["2030-01-01", "2030-12-25"],
  description: "2026-02-19T08:00:00Z is when it was made",
};

let service: Service;
let number = 0;
let dir = "";
let north = "";
beforeEach(async () => {
  number += 1;
  dir = join(scratch.directory, `files-${number}`);
  service = await scratch.serve({ data: `data-${number}`, words: ["--workers", "0"] });
  north = (await post("/workspaces", { name: "North" })).id;
});
afterEach(() => service.program.kill("SIGKILL"));

async function post(path: string, body: unknown): Promise<Json> {
  const answer = await service.call("POST", `/api/v2${path}`, body);
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
}

function command(...words: string[]): Promise<Ended> {
  return scratch.run(words, { environment: { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY } });
}

const apply = (...words: string[]) => command("apply", dir, "--secrets-file", `secrets-${number}.json`, ...words);

function put(name: string, text: string): void {
  mkdirSync(join(dir, name, ".."), { recursive: true });
  writeFileSync(join(dir, name), text);
}

const edit = (name: string, from: string, to: string): void =>
  put(name, readFileSync(join(dir, name), "utf8").replace(from, to));

async function triggerNamed(name: string): Promise<Json> {
  const triggers: Json[] = (await service.call("GET", "/api/v2/triggers")).body;
  return triggers.find((trigger) => trigger.name === name);
}

/** A value that is not the default, so that files must hold it. */
function sampleOf(name: string, { shape, default: otherwise }: Field): unknown {
  if (name in SAMPLES) return SAMPLES[name];
  switch (shape.type) {
    case "integer":
      return otherwise === shape.max ? shape.min : shape.max;
    case "flag":
      return otherwise !== true;
    case "word":
      return shape.words.findLast((word) => word !== otherwise);
    case "words":
      return [...shape.words].sort();
    case "instant":
      return "2031-05-06T07:08:09.000Z";
    default:
      return `a sample of ${name}`;
  }
}

const samplesOf = (table: FieldTable): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(table).flatMap(([name, row]) => (row.file === "setting" ? [[name, sampleOf(name, row)]] : [])),
  );

const keysOf = (table: FieldTable): string[] =>
  Object.entries(table).flatMap(([name, { file }]) => (file === null ? [] : [file === "setting" ? name : file.key]));

/** Every file of an export with its text. */
async function exported(into: string): Promise<Record<string, string>> {
  const out = join(scratch.directory, into);
  expect((await command("export", out)).stderr).toBe("");
  const names = ["documents", "triggers", "models"].flatMap((folder) =>
    readdirSync(join(out, folder)).map((name) => `${folder}/${name}`),
  );
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(out, name), "utf8")]));
}

async function deleteAll(): Promise<void> {
  for (const { id } of (await service.call("GET", "/api/v2/triggers")).body)
    await service.call("DELETE", `/api/v2/triggers/${id}`);
  for (const { id } of (await service.call("GET", "/api/v2/builder?limit=1000")).body)
    await service.call("DELETE", `/api/v2/builder/${id}`);
}

/** A document and a trigger with every field, in the workspace North, and others beside them. */
async function makeEverything(): Promise<void> {
  const canvas_json = { nodes: [], edges: [], note: "drawn" };
  const full = await post("/builder", { name: "full", model_json: CAPPED, canvas_json, workspace_id: north });
  const pinned = await post(`/builder/${full.id}/versions`, {});
  const later = { ...CAPPED, parameters: { cap: 4 } };
  await service.call("PUT", `/api/v2/builder/${full.id}`, { model_json: later });
  const trigger = await post("/triggers", {
    ...{ name: "every field", document_id: full.id, version_id: pinned.id, workspace_id: north },
    webhook_secret: "whsec_of_the_receiver",
    ...samplesOf(TRIGGER_FIELDS),
  });
  await post(`/triggers/${trigger.id}/schedule`, { ...samplesOf(SCHEDULE_FIELDS), ends_at: "2032-01-01T00:00:00Z" });
  for (const cron_expression of ["@hourly", "0 9 * * *", "0 8 * * *"])
    await post(`/triggers/${trigger.id}/schedules`, { cron_expression, timezone: "Asia/Tokyo" });
  await post(`/triggers/${trigger.id}/toggle`, { enabled: false });
  const plain = await post("/builder", { name: "plain", model_json: { language: "mathprog", source: "var x >= 0;" } });
  const version = await post(`/builder/${plain.id}/versions`, {});
  await post("/triggers", { name: "plain", document_id: plain.id, version_id: version.id });
}

test("export, delete everything, apply, export: the same bytes, with every field", async () => {
  await makeEverything();
  const before = await exported(`before-${number}`);
  const described = before["triggers/every-field.yaml"]!;
  // A webhook's secret is in no file: its receiver has it, and names it by webhook_secret_env.
  const in_trigger = [...keysOf(TRIGGER_FIELDS), "schedules"].filter((key) => key !== "webhook_secret_env");
  expect(in_trigger.filter((key) => !new RegExp(`^${key}:`, "m").test(described))).toEqual([]);
  expect(keysOf(SCHEDULE_FIELDS).filter((key) => !new RegExp(`^ +(- )?${key}:`, "m").test(described))).toEqual([]);
  const document = before["documents/full.yaml"]!;
  expect(keysOf(DOCUMENT_FIELDS).filter((key) => !new RegExp(`^${key}:`, "m").test(document))).toEqual([]);

  await deleteAll();
  dir = join(scratch.directory, `before-${number}`);
  const applied = await apply();
  expect([applied.exit_code, applied.stderr]).toEqual([0, ""]);
  expect(await exported(`after-${number}`)).toEqual(before);
  expect((await triggerNamed("every field")).workspace_id).toBe(north);
});

const TINY = `name: tiny\nmodel: ${JSON.stringify(MODEL)}\n`;
const HOURLY = `name: hourly
document: tiny
priority: 7
schedules: [{ cron_expression: "@hourly", timezone: Europe/Madrid }]
`;

test("files without a workspace leave a thing in its own, also when its model changes", async () => {
  put("documents/tiny.yaml", `${TINY}workspace: North\n`);
  put("triggers/hourly.yaml", `${HOURLY}workspace: North\n`);
  expect((await apply()).stdout).toContain("new, from triggers/hourly.yaml, in the workspace North\n");
  edit("triggers/hourly.yaml", "workspace: North\n", "");
  edit("documents/tiny.yaml", "workspace: North\n", "");
  expect((await apply()).stdout).toBe("0 to change, 2 as they are\n");
  edit("documents/tiny.yaml", '"upper_bound":3', '"upper_bound":4');
  expect((await apply()).stdout).toContain("± trigger hourly: model; a new trigger takes the name");
  expect((await triggerNamed("hourly")).workspace_id).toBe(north);
});

test("a move between workspaces is refused, and done when it is asked for", async () => {
  put("documents/tiny.yaml", TINY);
  put("triggers/hourly.yaml", HOURLY);
  expect((await apply()).stdout).toContain(
    "+ trigger hourly: new, from triggers/hourly.yaml, in the workspace Default\n",
  );
  const { id, workspace_id } = await triggerNamed("hourly");
  put("documents/tiny.yaml", `${TINY}workspace: North\n`);
  put("triggers/hourly.yaml", `${HOURLY}workspace: North\n`);
  for (const words of [[], ["--overwrite"]]) {
    const refused = await apply(...words);
    expect([refused.exit_code, refused.stderr]).toEqual([6, expect.stringContaining("nothing was changed")]);
    expect(refused.stdout).toContain('! trigger hourly: is in the workspace "Default" and the files say "North"');
    expect(refused.stdout).toContain('! document tiny: is in the workspace "Default" and the files say "North"');
  }
  expect(await triggerNamed("hourly")).toMatchObject({ id, workspace_id });
  const moved = await apply("--move");
  expect([moved.exit_code, moved.stdout]).toEqual([
    0,
    expect.stringContaining('± trigger hourly: workspace "Default" -> "North"; a new trigger takes the name'),
  ]);
  expect((await triggerNamed("hourly")).workspace_id).toBe(north);
  expect((await service.call("GET", `/api/v2/triggers/${id}`)).body).toMatchObject({ workspace_id, is_enabled: true });
  expect((await apply()).stdout).toEndWith("0 to change, 2 as they are\n");
});

test("a workspace that the key does not see is told, and nothing is made", async () => {
  put("documents/tiny.yaml", TINY);
  put("triggers/hourly.yaml", `${HOURLY}workspace: South\n`);
  const { exit_code, stdout, stderr } = await apply();
  expect([exit_code, stdout]).toEqual([1, ""]);
  expect(stderr).toContain('triggers/hourly.yaml: workspace: the key sees no workspace "South", only Default, North;');
  expect((await service.call("GET", "/api/v2/builder")).body).toEqual([]);
});

/** What version 0.1.0 noted of TINY and HOURLY, when the workspace was no part of a digest. */
const NOTED_BY_0_1_0: Readonly<Record<string, string>> = {
  document: "1fc2898f2fba2685d3ca93a81ba52ec34eb8eaadf85c5eb62ef9c518d7d64beb",
  trigger: "9fff37f3c4ac35141290bdad95807a7083ef702d6f936f5b5092b176939f9e97",
};

test("what an apply of version 0.1.0 noted is still known as its own, and a change by others as one", async () => {
  put("documents/tiny.yaml", TINY);
  put("triggers/hourly.yaml", HOURLY);
  await apply();
  const { revision, items } = (await service.call("GET", "/api/v2/applied")).body;
  const noted = items.map(({ kind, name, object_id }: Json) => ({
    kind,
    name,
    object_id,
    digest: NOTED_BY_0_1_0[kind],
  }));
  await service.call("PUT", "/api/v2/applied", { revision, items: noted });
  rmSync(join(dir, ".jaot-base.json"));
  edit("triggers/hourly.yaml", "priority: 7", "priority: 2");
  expect((await apply("--dry-run")).stdout).toBe("~ trigger hourly: priority\n1 to change, 1 as they are\n");
  const { id } = await triggerNamed("hourly");
  await service.call("PATCH", `/api/v2/triggers/${id}`, { priority: 9 });
  const conflict = await apply("--dry-run");
  expect([conflict.exit_code, conflict.stdout]).toEqual([
    6,
    expect.stringContaining("! trigger hourly: changed on the service since"),
  ]);
  await service.call("PATCH", `/api/v2/triggers/${id}`, { priority: 7 });
  expect([(await apply()).exit_code, (await triggerNamed("hourly")).priority]).toEqual([0, 2]);
  const kept: Json[] = (await service.call("GET", "/api/v2/applied")).body.items;
  expect(kept.filter(({ kind, digest }) => digest === NOTED_BY_0_1_0[kind])).toEqual([]);
});
