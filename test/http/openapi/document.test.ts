/** The document is OpenAPI 3.1 by its own meta-schema, and its examples are what its schemas say. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Validator as MetaValidator } from "@seriousme/openapi-schema-validator";
import { type Json, startWorld, type World } from "../../world";
import { createValidator, pointerTo, type Validator } from "./validator";

let world: World;
let document: Json;

beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0" } });
  document = (await world.call("GET", "/openapi.json", undefined, { token: null })).body;
});
afterAll(() => world.stop());

describe("GET /openapi.json", () => {
  test("is public, JSON, and the same every time", async () => {
    const answer = await world.call("GET", "/openapi.json", undefined, { token: null });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("application/json");
    expect(answer.body).toEqual(document);
  });

  test("is OpenAPI 3.1 by its meta-schema", async () => {
    const validator = new MetaValidator();
    const result = await validator.validate(structuredClone(document));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
    expect(validator.version).toBe("3.1");
  });

  test("has a meta-schema that refuses", async () => {
    const broken = structuredClone(document);
    broken.paths["/health"].get.responses = "none";
    expect((await new MetaValidator().validate(broken)).valid).toBe(false);
  });
});

interface Example {
  readonly place: string;
  readonly pointer: string;
  readonly value: unknown;
}

/** Every example in the document, with the schema that it stands beside. */
function findExamples(value: Json, steps: readonly string[] = []): Example[] {
  if (typeof value !== "object" || value === null) return [];
  const is_media = "schema" in value && ("example" in value || "examples" in value);
  if (is_media) {
    const pointer = pointerTo(...steps, "schema");
    const several = Object.entries(value.examples ?? {}).map(([name, example]) => ({
      place: [...steps, name].join(" "),
      pointer,
      value: document.components.examples[(example as Json).$ref.split("/").at(-1)].value,
    }));
    return "example" in value ? [...several, { place: steps.join(" "), pointer, value: value.example }] : several;
  }
  return Object.entries(value).flatMap(([key, child]) => findExamples(child, [...steps, key]));
}

describe("examples", () => {
  let validator: Validator;
  beforeAll(() => {
    validator = createValidator(document, { is_closed: true });
  });

  test("fit their schemas to the last field", () => {
    const examples = findExamples(document);
    expect(examples.length).toBeGreaterThan(200);
    const misfits = examples.flatMap(({ place, pointer, value }) =>
      validator.findFaults(pointer, value).map((fault) => `${place}: ${fault}`),
    );
    expect(misfits).toEqual([]);
  });

  test("would not fit with a field that is missing, of another type or not described", () => {
    const pointer = pointerTo("components", "schemas", "Trigger");
    const { trigger } = { trigger: document.paths["/api/v2/triggers/{trigger_id}"].get };
    const good = trigger.responses[200].content["application/json"].example;
    const { name: _, ...nameless } = good;
    expect(validator.findFaults(pointer, good)).toEqual([]);
    for (const bad of [nameless, { ...good, priority: "5" }, { ...good, extra: 1 }, { ...good, created_at: "today" }]) {
      expect(validator.findFaults(pointer, bad)).toHaveLength(1);
    }
  });

  test("are there for every answer with a body, and every body that is asked for", () => {
    const bare = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods as Json).flatMap(([method, operation]: [string, Json]) => {
        const answers = Object.entries(operation.responses) as [string, Json][];
        const places: [string, Json][] = [["body", operation.requestBody ?? {}], ...answers];
        return places.flatMap(([place, { content = {} }]) =>
          Object.values(content as Json).flatMap((media: Json) =>
            "example" in media || "examples" in media ? [] : [`${method} ${path} ${place}`],
          ),
        );
      }),
    );
    expect(bare).toEqual([]);
  });
});
