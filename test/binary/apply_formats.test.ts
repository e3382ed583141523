/** What `export` writes of a trigger is what `apply` takes, whatever form its model has. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { MODEL_ENDINGS } from "../../src/model/formats";
import { ADMIN_KEY, type Ended, type Service, useScratch } from "./binary";

interface Case {
  readonly name: string;
  /** The ending of the file that the model is exported to. */
  readonly ending: string;
  readonly model: unknown;
  /** null: every input may be given. */
  readonly override_schema: readonly Record<string, unknown>[] | null;
  readonly data: Readonly<Record<string, unknown>>;
}

const LP = "maximize\n obj: 3 x + 2 y\nsubject to\n c0: x + y <= 4\n c.1: x + 3 y <= 6\nbounds\n x <= 3\nend\n";
const MPS = `NAME M
ROWS
 N obj
 G c0
COLUMNS
 x obj 3 c0 1
 y obj 2 c0 1
RHS
 RHS c0 4
ENDATA
`;
const MODEL = `param demand{1..2}, default 30; var a{1..2} >= 0; minimize cost: sum{i in 1..2} a[i];
s.t. need{i in 1..2}: a[i] >= demand[i];
`;
const CELLS = [
  { name: "rows.c0.rhs", type: "number" },
  { name: "price of x", model_field_path: "columns.x.cost", default: 3 },
  { name: "use", model_field_path: "coefficients.c0.y" },
];
const CELL_DATA = { "rows.c0.rhs": 5, use: 2 };
const FLAT = {
  parameters: { demand: [1, 2] },
  variables: [{ name: "x", upper_bound: 3 }],
  objective: { sense: "maximize", expression: "x" },
  constraints: [{ name: "c", expression: "x <= demand[0] + demand[1]" }],
};
const source = (language: string, text: string) => ({ language, source: text });
const file = (format: string, content: string) => ({ format, content });

const CASES: readonly Case[] = [
  { name: "lp", ending: ".lp", model: file("lp", LP), override_schema: CELLS, data: CELL_DATA },
  {
    name: "lp, any input",
    ending: ".lp",
    model: file("lp", LP),
    override_schema: null,
    data: { "rows.c.1.rhs": 7 },
  },
  { name: "mps", ending: ".mps", model: file("mps", MPS), override_schema: CELLS, data: CELL_DATA },
  {
    name: "mathprog",
    ending: ".mod",
    model: source("mathprog", `${MODEL}end;\n`),
    override_schema: [{ name: "demand", type: "array" }],
    data: { demand: [5, 6] },
  },
  {
    name: "mathprog, data to come",
    ending: ".mod",
    model: source("mathprog", `${MODEL.replace(", default 30", "")}end;\n`),
    override_schema: [{ name: "demand", required: true }],
    data: { demand: [5, 6] },
  },
  {
    name: "jmodel",
    ending: ".jmodel",
    model: source("jmodel", MODEL),
    override_schema: [{ name: "demand" }],
    data: { demand: [5, 6] },
  },
  {
    name: "flat",
    ending: ".json",
    model: FLAT,
    override_schema: [{ name: "demand" }, { name: "most", model_field_path: "variables.x.upper_bound" }],
    data: { demand: [2, 3], most: null },
  },
];

const scratch = useScratch();
let service: Service;
let number = 0;
beforeEach(async () => {
  service = await serve();
});
afterEach(() => service.program.kill("SIGKILL"));

function serve(): Promise<Service> {
  number += 1;
  return scratch.serve({ data: `data-${number}`, words: ["--workers", "0"] });
}

function call(...words: string[]): Promise<Ended> {
  return scratch.run(words, { environment: { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY } });
}

/** Makes the case's document, trigger and schedule by other means than `apply`. */
async function make({ name, model, override_schema, data }: Case): Promise<void> {
  const document = await service.call("POST", "/api/v2/builder", { name, model_json: model });
  const version = await service.call("POST", `/api/v2/builder/${document.body.id}/versions`, {});
  const body = { name, document_id: document.body.id, version_id: version.body.id, override_schema };
  const trigger = await service.call("POST", "/api/v2/triggers", body);
  expect([name, trigger.status, trigger.body.detail]).toEqual([name, 201, undefined]);
  const schedule = { cron_expression: "0 6 * * *", override_data: data };
  const made = await service.call("POST", `/api/v2/triggers/${trigger.body.id}/schedules`, schedule);
  expect([name, made.status, made.body.detail]).toEqual([name, 201, undefined]);
}

/** The text of every file of an export, by its name. */
function texts(directory: string): Record<string, string> {
  const folders = ["documents", "models", "triggers"].filter((folder) => existsSync(join(directory, folder)));
  const names = folders.flatMap((folder) => readdirSync(join(directory, folder)).map((name) => join(folder, name)));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(directory, name), "utf8")]));
}

test("a trigger on a model of every form goes round unchanged, and is made elsewhere the same", async () => {
  expect([...new Set(CASES.map(({ ending }) => ending))].sort()).toEqual([...MODEL_ENDINGS].sort());
  for (const one of CASES) await make(one);
  const directory = join(scratch.directory, "exported");
  expect((await call("export", directory)).exit_code).toBe(0);
  const exported = texts(directory);
  const kept_endings = Object.keys(exported).map((name) => name.slice(name.lastIndexOf(".")));
  for (const { ending } of CASES) expect(kept_endings).toContain(ending);
  const same = `0 to change, ${2 * CASES.length} as they are\n`;
  expect(await call("apply", directory, "--dry-run")).toEqual({ exit_code: 0, stdout: same, stderr: "" });

  service.program.kill("SIGKILL");
  service = await serve();
  const applied = await call("apply", directory, "--secrets-file", "elsewhere.json");
  expect([applied.exit_code, applied.stderr]).toEqual([0, ""]);
  const again = join(scratch.directory, "again");
  await call("export", again);
  expect(texts(again)).toEqual(exported);
});

test("a path that leads nowhere is told with the nearest name, a model with errors by its own faults alone", async () => {
  await make(CASES[0]!);
  const directory = join(scratch.directory, "broken");
  await call("export", directory);
  const trigger = join(directory, "triggers/lp.yaml");
  writeFileSync(trigger, readFileSync(trigger, "utf8").replace("rows.c0.rhs", "rows.c00.rhs"));
  const lost = await call("apply", directory, "--dry-run");
  expect([lost.exit_code, lost.stderr]).toEqual([
    1,
    expect.stringContaining('override_schema: rows.c00.rhs: the name is no path into the file: rows has no row "c00"'),
  ]);
  writeFileSync(join(directory, "models/lp.lp"), LP.replace("<= 4", "<= four"));
  const { exit_code, stderr } = await call("apply", directory, "--dry-run");
  expect([exit_code, stderr]).toEqual([1, expect.stringContaining("documents/lp.yaml: model: content:4:15: a number")]);
  expect(stderr).toEndWith("\njaot-triggers: 1 problem; nothing was changed\n");
});
