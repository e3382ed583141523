/** Every refusal of a body's field names what is allowed there, whatever the field, over the bodies of all routes and tools. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Value } from "@sinclair/typebox/value";
import { faultsOf } from "../../../src/http/edge/errors";
import { toolsOf } from "../../../src/http/mcp/tools";
import { createServer } from "../../../src/http/server";
import { type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0" } });
  trigger = await world.makeTrigger(RESTOCK);
});
afterAll(() => world.stop());

interface FieldPath {
  readonly where: string;
  readonly schema: Json;
  /** A body that holds the value at this place and is whole elsewhere as far as this place goes. */
  readonly around: (value: unknown) => unknown;
}

/** Every field of a schema, those of entries and of nested objects too. */
function placesOf(where: string, schema: Json, around: FieldPath["around"]): FieldPath[] {
  const here = { where, schema, around };
  const branches: Json[] = schema.anyOf ?? [schema];
  const inner = branches.flatMap((branch) => {
    if (branch.type === "object" && branch.properties !== undefined) {
      return Object.entries(branch.properties).flatMap(([name, property]) =>
        placesOf(`${where}.${name}`, property, (value) => around({ [name]: value })),
      );
    }
    return branch.type === "array" && branch.items !== undefined
      ? placesOf(`${where}.0`, branch.items, (value) => around([value]))
      : [];
  });
  return [here, ...inner];
}

/** The words and figures of a schema that a message about it must hold, by what is wrong. */
function limitsOf(schema: Json): string[] {
  const branches: Json[] = schema.anyOf ?? [schema];
  return branches.flatMap((branch) => {
    if (branch.const !== undefined) return [JSON.stringify(branch.const)];
    if (branch.enum !== undefined) return branch.enum.map((word: string) => JSON.stringify(word));
    if (branch.type === "null") return ["null"];
    const figures = [branch.minimum, branch.maximum, branch.minLength, branch.maxLength, branch.maxItems]
      .filter((figure) => figure !== undefined && figure !== 0)
      .map(String);
    const noun = {
      string: "a text",
      integer: "a whole number",
      number: "a number",
      boolean: "true or false",
      array: "a list",
      object: "a JSON object",
    }[branch.type as string];
    return [...(noun === undefined ? [] : [noun]), ...figures];
  });
}

/** Values of every kind, and just beyond each limit. */
function wrongValues(schema: Json): unknown[] {
  const branches: Json[] = schema.anyOf ?? [schema];
  const beyond = branches.flatMap((branch) => [
    ...(branch.minimum === undefined ? [] : [branch.minimum - 1]),
    ...(branch.maximum === undefined ? [] : [branch.maximum + 1]),
    ...(branch.minLength === undefined ? [] : ["x".repeat(branch.minLength - 1)]),
    ...(branch.maxLength === undefined ? [] : ["x".repeat(branch.maxLength + 1)]),
  ]);
  const candidates = ["", "   ", "SKIP", 5, 5.5, -1, 1e300, true, null, {}, [], ...beyond];
  return candidates.filter((value) => !Value.Check(schema, value));
}

function bodies(): FieldPath[] {
  const routes = createServer(world.app.context).routes.flatMap(({ method, path, hooks }) => {
    const { body } = (hooks ?? {}) as Json;
    return body === undefined ? [] : placesOf(`${method} ${path}`, body.schema ?? body, (value) => value);
  });
  return [...routes, ...toolsOf(60).flatMap(({ name, input }) => placesOf(name, input, (value) => value))];
}

test("names every allowed word and every limit, in no words of the validator's", () => {
  let tried = 0;
  for (const { where, schema } of bodies()) {
    for (const value of wrongValues(schema)) {
      const [fault] = faultsOf("body", Value.Errors(schema, value));
      if (fault!.type !== "invalid_value") continue;
      tried += 1;
      // An entry or a field inside has a message, and limits, of its own.
      if (fault!.loc.length > 1) continue;
      for (const limit of limitsOf(schema)) expect(`${where}: ${fault!.msg}`).toContain(limit);
      expect(fault!.msg).toMatch(/ is expected, found /);
      expect(fault!.msg).not.toMatch(/Expected|union|undefined|\[object/);
    }
  }
  expect(tried).toBeGreaterThan(400);
});

test("repeats no text that was sent: a secret may stand in the wrong field", () => {
  const secret = "hunter2-hunter2";
  for (const { where, schema } of bodies()) {
    if (Value.Check(schema, secret)) continue;
    const said = faultsOf("body", Value.Errors(schema, secret)).map(({ msg }) => msg);
    expect(`${where}: ${said.join("; ")}`).not.toContain("hunter2");
  }
});

describe("over HTTP", () => {
  const schedule = (fields: Json) => ["POST", "/schedules", { cron_expression: "0 6 * * *", ...fields }] as const;
  test.each([
    [
      schedule({ overlap_policy: "SKIP" }),
      'one of "skip", "buffer_one", "allow", "cancel_previous" is expected, found a text of 4 characters; did you mean "skip"?',
    ],
    [schedule({ catch_up: "last" }), 'one of "latest", "none", "all" is expected, found a text of 4 characters'],
    [
      schedule({ starts_at: 1764547200 }),
      "a text of at most 40 characters (such as 2026-03-29T06:00:00Z), or null is expected, found 1764547200",
    ],
    [
      schedule({ exclude_dates: [20261225] }),
      "a text of at most 40 characters (such as 2026-12-25) is expected, found 20261225",
    ],
    [schedule({ jitter_seconds: -1 }), "a whole number from 0 to 86400 is expected, found -1"],
    [
      ["PATCH", "", { webhook_secret: "short" }],
      "a text of 8 to 256 characters, or null is expected, found a text of 5 characters",
    ],
    [
      ["PATCH", "", { webhook_url: "" }],
      "a text of 1 to 2048 characters (such as https://plant.example/hook), or null is expected, found an empty text",
    ],
    [["PATCH", "", { max_concurrent_runs: 0 }], "a whole number from 1 to 1000000, or null is expected, found 0"],
    [
      ["PATCH", "", { name: "  " }],
      "a text of 1 to 200 characters that are not all blank is expected, found a text of 2 characters",
    ],
  ] as const)("%p", async ([method, tail, body], message) => {
    const answer = await world.call(method, `/api/v2/triggers/${trigger.id}${tail}`, body);
    expect([answer.status, answer.body.detail[0].msg]).toEqual([422, message]);
  });

  test("a wrong entry of a list that may be null is told at its place, with all words", async () => {
    const answer = await world.call("PATCH", `/api/v2/triggers/${trigger.id}`, {
      webhook_events: ["trigger.run.completed", "completed"],
    });
    expect(answer.status).toBe(422);
    const [entry] = answer.body.detail;
    expect(entry.loc).toEqual(["body", "webhook_events", "1"]);
    for (const event of ["trigger.run.completed", "trigger.overdue", "trigger.schedule.failing"]) {
      expect(entry.msg).toContain(JSON.stringify(event));
    }
  });
});
