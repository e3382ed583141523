/** The commands beside `serve`, as a person or a script types them. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Json } from "../world";
import { ADMIN_KEY, BINARY, endlessModel, RESTOCK_FIVE, type Service, useScratch } from "./binary";

const scratch = useScratch();

/** Writes a file into the scratch directory, which the commands run in; its name. */
function write(name: string, value: unknown): string {
  writeFileSync(join(scratch.directory, name), typeof value === "string" ? value : JSON.stringify(value));
  return name;
}

const RESTOCK = write("restock.json", RESTOCK_FIVE);
/** Needs 70, 70, 35, 40 and 15 beyond stock at 2 each. */
const DEFAULT_COST = 460;

/** RESTOCK_FIVE with another constraint in the dock's place. */
function withConstraint(name: string, expression: string): string {
  const constraints = [...RESTOCK_FIVE.constraints.slice(0, -1), { name: "dock", expression }];
  return write(name, { ...RESTOCK_FIVE, constraints });
}

const INFEASIBLE = withConstraint("infeasible.json", "order_0 + 1 <= 0");
const WRONG = withConstraint("wrong.json", "order_0 + ordr_1 <= 400");

describe("solve", () => {
  test("prints status, objective and variables, and ends with 0", async () => {
    const { exit_code, stdout, stderr } = await scratch.run(["solve", RESTOCK]);
    expect([exit_code, stderr]).toEqual([0, ""]);
    expect(stdout).toStartWith(`optimal\nobjective ${DEFAULT_COST}\n`);
    expect(stdout).toMatch(/^ {2}order_1 +70$/m);
    expect(stdout).toMatch(/^ {2}short_1 +0$/m);
  });

  test("takes inputs from --data, and --set over it", async () => {
    const data = write("data.json", { demand_forecast: [31, 10, 25, 0, 5], stock: [30, 10, 25, 0, 0] });
    const costWith = async (...words: string[]): Promise<number> => {
      const { stdout } = await scratch.run(["solve", RESTOCK, "--json", ...words]);
      return JSON.parse(stdout).objective_value;
    };
    expect(await costWith("--data", data)).toBe(2 * (1 + 5));
    expect(await costWith("--data", data, "--set", "demand_forecast=[33,10,25,0,0]")).toBe(2 * 3);
    expect(await costWith("--set", "demand_forecast=[30,10,25,0,5]", "--set", "stock=[0,0,0,0,0]")).toBe(2 * 70);
  });

  test("prints the whole answer as one line of JSON with --json", async () => {
    const { exit_code, stdout } = await scratch.run(["solve", RESTOCK, "--json"]);
    expect(exit_code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(2);
    expect(JSON.parse(stdout)).toMatchObject({
      status: "optimal",
      objective_value: DEFAULT_COST,
      solution: { order_0: 70, order_1: 70, order_2: 35, order_3: 40, order_4: 15 },
      constraints: expect.arrayContaining([expect.objectContaining({ name: "dock", activity: 230, slack: 170 })]),
    });
  });

  test("prints a long answer to its end into a pipe, and ends when nobody reads on", async () => {
    const long = write("long.mod", "var x{1..9000} >= 1; minimize o: sum{i in 1..9000} x[i]; end;");
    const { exit_code, stdout } = await scratch.run(["solve", long, "--json"]);
    expect(exit_code).toBe(0);
    expect(JSON.parse(stdout).variables).toHaveLength(9000);
    const shell = Bun.spawn(["sh", "-c", `'${BINARY}' solve ${long} --json | head -c 10`], {
      cwd: scratch.directory,
      env: { PATH: "/usr/bin:/bin", HOME: scratch.directory, TMPDIR: scratch.directory },
    });
    expect(await new Response(shell.stdout).text()).toBe('{"status":');
    expect(await shell.exited).toBe(0);
  });

  test("ends with 1 for an infeasible model, and says so in both forms", async () => {
    const { exit_code, stdout } = await scratch.run(["solve", INFEASIBLE]);
    expect(exit_code).toBe(1);
    expect(stdout).toStartWith("infeasible");
    const json = await scratch.run(["solve", INFEASIBLE, "--json"]);
    expect(json.exit_code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: "infeasible", objective_value: null, solution: {} });
  });

  test("stops at --time-limit with the best that was found", async () => {
    const { exit_code, stdout } = await scratch.run([
      "solve",
      write("endless.json", endlessModel(600)),
      "--time-limit",
      "0.5",
      "--json",
    ]);
    expect(exit_code).toBe(0);
    const answer = JSON.parse(stdout);
    expect(answer.status).toBe("feasible");
    expect(answer.dual_bound).toBeLessThan(answer.objective_value);
  });

  test("shows a model's error with its line and a caret", async () => {
    const { exit_code, stdout, stderr } = await scratch.run(["solve", WRONG]);
    expect([exit_code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain('unknown name "ordr_1"');
    expect(stderr).toContain("    order_0 + ordr_1 <= 400\n              ^^^^^^\n");
    expect(stderr).toContain("order_1");
  });

  test.each([
    ["a file that is not there", ["nope.json"], 1, "cannot read nope.json"],
    ["a file that is not JSON", [write("torn.json", '{"variables": [')], 1, "torn.json is not JSON"],
    ["an ending that it does not know", [write("model.xls", "")], 1, ".json, .mod, .jmodel, .mps or .lp is expected"],
    ["an input that the model has not", [RESTOCK, "--set", "demand_forcast=[1]"], 1, 'did you mean "demand_forecast"?'],
    ["an input of the wrong length", [RESTOCK, "--set", "stock=[1,2]"], 1, "stock has 2 values, the model declares 5"],
    ["a --set that is not JSON", [RESTOCK, "--set", "stock=[1,"], 1, "--set stock is not JSON"],
    ["a --set without a name", [RESTOCK, "--set", "=1"], 1, "NAME=JSON is expected"],
    ["a --data that is no object", [RESTOCK, "--data", write("list.json", [1])], 1, "a JSON object of inputs by name"],
    ["a --time-limit of nothing", [RESTOCK, "--time-limit", "0"], 1, "--time-limit: seconds"],
    ["an option that it does not know", [RESTOCK, "--jsn"], 2, "unknown option --jsn; did you mean --json?"],
    ["two files", [RESTOCK, RESTOCK], 2, 'unexpected "restock.json"'],
  ] as const)("refuses %s", async (_what, words, expected_code, said) => {
    const { exit_code, stdout, stderr } = await scratch.run(["solve", ...words]);
    expect(stderr).toContain(said);
    expect([exit_code, stdout]).toEqual([expected_code, ""]);
  });
});

describe("examples", () => {
  test("are listed with what they decide", async () => {
    const { exit_code, stdout } = await scratch.run(["examples"]);
    expect(exit_code).toBe(0);
    expect(stdout).toMatch(/^restocking +What to order in which week/);
    expect(stdout).toContain("jaot-triggers solve --example restocking --set 'stock=[40,20,10,10,2]'");
    const list = JSON.parse((await scratch.run(["examples", "--json"])).stdout);
    expect(list.map(({ name }: Json) => name)).toContain("cutting_stock");
  });

  test("solve by name, as a file made of their text, and with other data", async () => {
    const { stdout } = await scratch.run(["solve", "--example", "transportation"]);
    expect(stdout).toStartWith("optimal\nobjective 22380\n\nFreight: 22380.00 EUR\n");
    const text = await scratch.run(["examples", "transportation"]);
    const file = write("transportation.mod", text.stdout);
    const words = [
      "solve",
      file,
      "--json",
      "--set",
      'supply={"Bilbao":220,"Lyon":180,"Gdansk":240}',
      "--set",
      "lane_max=150",
    ];
    expect(JSON.parse((await scratch.run(words)).stdout).objective_value).toBe(24_060);
  });

  test.each([
    ["a name that is none", ["examples", "restoking"], 1, "did you mean restocking?"],
    ["a name that is none, to solve", ["solve", "--example", "nope"], 1, "there are restocking, production_mix"],
    ["a file and an example", ["solve", RESTOCK, "--example", "restocking"], 2, "either a FILE or --example NAME"],
    ["neither", ["solve"], 2, "either a FILE or --example NAME"],
  ] as const)("refuses %s", async (_what, words, code, said) => {
    const { exit_code, stdout, stderr } = await scratch.run(words);
    expect(stderr).toContain(said);
    expect([exit_code, stdout]).toEqual([code, ""]);
  });
});

describe("check", () => {
  test("counts what a sound model has, and ends with 0", async () => {
    const { exit_code, stdout, stderr } = await scratch.run(["check", RESTOCK]);
    expect([exit_code, stderr]).toEqual([0, ""]);
    // Two coefficients in each of five covers, five in the dock.
    expect(stdout).toBe("ok: 10 variables, 6 constraints, 15 nonzeros\n");
  });

  test("shows every error with its line and a caret, and ends with 1", async () => {
    const { exit_code, stdout, stderr } = await scratch.run(["check", WRONG]);
    expect([exit_code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("at constraints.5.expression:1:11\n    order_0 + ordr_1 <= 400\n              ^^^^^^\n");
    expect(stderr).toEndWith("1 error\n");
  });

  test("prints the diagnostics as JSON with --json, under the same exit codes", async () => {
    const wrong = await scratch.run(["check", WRONG, "--json"]);
    expect(wrong.exit_code).toBe(1);
    const { valid, diagnostics } = JSON.parse(wrong.stdout);
    expect(valid).toBe(false);
    expect(diagnostics).toEqual([
      expect.objectContaining({
        code: "unknown_name",
        severity: "error",
        path: "constraints.5.expression",
        column: 11,
      }),
    ]);
    const sound = await scratch.run(["check", RESTOCK, "--json"]);
    expect(sound.exit_code).toBe(0);
    expect(JSON.parse(sound.stdout)).toMatchObject({ valid: true, diagnostics: [], num_variables: 10 });
  });

  test("does not mind that a sound model is infeasible", async () => {
    expect((await scratch.run(["check", INFEASIBLE])).exit_code).toBe(0);
  });
});

describe("orgs, beside a running service", () => {
  test("makes a tenant whose first key is printed once, and whose keys are made under its name", async () => {
    const service = await scratch.serve({ data: "orgs" });
    const at = ["--data-dir", service.data_dir];
    const made = await scratch.run(["orgs", "create", "Plant North", ...at]);
    expect([made.exit_code, made.stderr]).toEqual([0, ""]);
    expect(made.stdout).toMatch(/^ok_live_[0-9a-f]{64}\n$/);
    const token = made.stdout.trim();
    expect((await service.call("GET", "/api/v2/audit", undefined, { token })).body.total).toBe(2);

    const listed = await scratch.run(["orgs", "list", ...at]);
    expect(listed.stdout).toMatch(/^org_\w+ {2}\S+Z {2}Default\norg_\w+ {2}\S+Z {2}Plant North\n$/);
    const viewer = await scratch.run([
      "keys",
      "create",
      "--name",
      "v",
      "--role",
      "viewer",
      "--org",
      "Plant North",
      ...at,
    ]);
    expect((await service.call("GET", "/api/v2/triggers", undefined, { token: viewer.stdout.trim() })).body).toEqual(
      [],
    );
    expect((await service.call("GET", "/api/v2/keys", undefined, { token })).body.total).toBe(2);
    expect((await service.call("GET", "/api/v2/keys")).body.total).toBe(1);

    const twice = await scratch.run(["orgs", "create", "Plant North", ...at]);
    expect([twice.exit_code, twice.stdout]).toEqual([1, ""]);
    expect(twice.stderr).toContain('There is an organization "Plant North" already');
    const nobody = await scratch.run(["keys", "list", "--org", "Plant South", ...at]);
    expect([nobody.exit_code, nobody.stderr]).toEqual([1, expect.stringContaining("orgs list shows them")]);
    for (const words of [["create"], ["create", " "], ["list", "x"], ["delete"]])
      expect((await scratch.run(["orgs", ...words, ...at])).exit_code).toBe(2);
    await service.stop();
  });
});

describe("keys, beside a running service", () => {
  const keys = (service: Service, ...words: string[]) =>
    scratch.run(["keys", ...words, "--data-dir", service.data_dir]);

  test("makes a key that works at once with its role, lists it without showing it, and revokes it at once", async () => {
    const service = await scratch.serve({ data: "keys" });
    const created = await keys(service, "create", "--name", "ci", "--role", "viewer");
    expect([created.exit_code, created.stderr]).toEqual([0, ""]);
    expect(created.stdout).toMatch(/^ok_live_[0-9a-f]{64}\n$/);
    const token = created.stdout.trim();
    expect((await service.call("GET", "/api/v2/triggers", undefined, { token })).status).toBe(200);
    expect((await service.call("POST", "/api/v2/builder", {}, { token })).status).toBe(403);

    const listed = await keys(service, "list");
    expect(listed.exit_code).toBe(0);
    const [, key_id] = /^(key_\w+) {2}ok_live_\w{4} {2}viewer {2}expires never {2}ci$/m.exec(listed.stdout)!;
    expect(listed.stdout).not.toContain(token);
    expect(listed.stdout).not.toContain(ADMIN_KEY);

    const revoked = await keys(service, "revoke", key_id!);
    expect([revoked.exit_code, revoked.stdout]).toEqual([0, `revoked ${key_id}\n`]);
    expect((await service.call("GET", "/api/v2/triggers", undefined, { token })).status).toBe(401);
    expect((await keys(service, "list")).stdout).toMatch(new RegExp(`^${key_id} .* revoked \\d{4}-.* ci$`, "m"));
    await service.stop();
  });

  test("prints JSON with --json, and gives a key an end with --expires-days", async () => {
    const service = await scratch.serve({ data: "json" });
    const created = JSON.parse((await keys(service, "create", "--name", "ci", "--expires-days", "7", "--json")).stdout);
    expect(created).toMatchObject({ id: expect.stringMatching(/^key_/), role: "editor", name: "ci" });
    expect(Date.parse(created.expires_at) - Date.parse(created.created_at)).toBe(7 * 86_400_000);
    const listed: Json[] = JSON.parse((await keys(service, "list", "--json")).stdout);
    expect(listed.map((key) => key.role).sort()).toEqual(["admin", "editor"]);
    expect(listed[0]).not.toHaveProperty("api_key");
    await service.stop();
  });

  test("keeps the last admin key", async () => {
    const service = await scratch.serve({ data: "last" });
    const [admin] = JSON.parse((await keys(service, "list", "--json")).stdout);
    const { exit_code, stderr } = await keys(service, "revoke", admin.id);
    expect(exit_code).toBe(1);
    expect(stderr).toContain("last admin key");
    expect((await service.call("GET", "/api/v2/triggers")).status).toBe(200);
    await service.stop();
  });

  test.each([
    [["revoke", "key_nope"], 1, "API key not found"],
    [["revoke"], 2, "the key's id is missing"],
    [["create"], 2, "give the key a --name"],
    [["create", "--name", "x", "--role", "owner"], 2, "admin, editor, solver, viewer"],
    [["make"], 2, "one of create, list, revoke is expected"],
  ] as const)("refuses keys %p with %p", async (words, expected_code, said) => {
    const service = await scratch.serve({ data: "refusing" });
    const { exit_code, stdout, stderr } = await keys(service, ...words);
    expect([exit_code, stdout]).toEqual([expected_code, ""]);
    expect(stderr).toContain(said);
    await service.stop();
  });

  test("refuses a directory without a service's database, and leaves it so", async () => {
    const data_dir = join(scratch.directory, "nothing");
    const { exit_code, stderr } = await scratch.run(["keys", "list", "--data-dir", data_dir]);
    expect(exit_code).toBe(1);
    expect(stderr).toContain("there is no database");
    expect(existsSync(data_dir)).toBe(false);
  });
});

describe("demo", () => {
  test("tells the whole story with curl lines and HTTP statuses, ends by itself with 0 and leaves nothing behind", async () => {
    const before = readdirSync(scratch.directory);
    const { exit_code, stdout, stderr } = await scratch.run(["demo"]);
    expect([exit_code, stderr]).toEqual([0, ""]);
    const steps = [...stdout.matchAll(/^ {2}curl (?:-X (POST) )?"\$JAOT(\S+)".*\n {2}(\d{3}) /gm)];
    const nameless = (path: string): string => path.replaceAll(/(doc|trg|run)_\w+/g, "ID").replace(/\?.*/, "");
    expect(steps.map(([, method = "GET", path = "", status]) => `${method} ${nameless(path)} ${status}`)).toEqual([
      "POST /api/v2/builder 201",
      "POST /api/v2/builder/ID/versions 201",
      "POST /api/v2/triggers 201",
      "POST /api/v2/triggers/ID/fire 202",
      "GET /api/v2/triggers/ID/runs/ID 200",
      "POST /api/v2/triggers/ID/schedule 201",
      "GET /api/v2/triggers/ID/runs 200",
    ]);
    expect(stdout).toMatch(/optimal, total cost \d+/);
    expect(stdout).toMatch(/x-jaot-signature [0-9a-f]{64} \(checked: it fits\)/);
    expect(stdout).toMatch(/run run_\w+ was scheduled for \S+Z and is completed/);
    expect(readdirSync(scratch.directory)).toEqual(before);
  });
});
