/** What a request passes before it is routed: whose name it calls, and which page sends it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ServedHosts } from "../../../src/services/memory/served_hosts";
import { type Answer, startWorld, type World } from "../../world";

const PLANNING = "https://planning.example";
const TRIGGERS = "/api/v2/triggers";

let world: World;
let port: string;
beforeAll(async () => {
  const flags = { workers: "0", cors_origin: `${PLANNING}, http://localhost:3000`, public_host: "jaot.plant.example" };
  world = await startWorld({ flags });
  ({ port } = new URL(world.address));
});
afterAll(() => world.stop());

function ask(headers: Record<string, string>, method = "GET", path = TRIGGERS): Promise<Answer> {
  return world.call(method, path, method === "POST" ? {} : undefined, { headers });
}

describe("the Host of a request", () => {
  test.each(["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "jaot.plant.example"])(
    "may be %s, with the port",
    async (name) => {
      expect((await ask({ host: `${name}:${port}` })).status).toBe(200);
    },
  );

  test("may be a public name alone, as a proxy forwards it", async () => {
    expect((await ask({ host: "jaot.plant.example" })).status).toBe(200);
  });

  const hostile = [
    ..."evil.test localhost 127.0.0.1 localhost:1 evil.test:PORT localhost.evil.test:PORT 127.0.0.1.evil.test:PORT".split(
      " ",
    ),
    ..."localhost:PORT.evil.test 0.0.0.0:PORT [::]:PORT 127.0.0.2:PORT 127.1:PORT 2130706433:PORT 0x7f.1:PORT".split(
      " ",
    ),
    ..."localhost.:PORT [::ffff:127.0.0.1]:PORT ::1:PORT user@localhost:PORT localhost:PORT@evil.test".split(" "),
    ..."localhost:0PORT localhost:PORT/ jaot.plant.example:1 sub.jaot.plant.example:PORT localhost:PORT,evil.test".split(
      " ",
    ),
    ...[
      "localhost:PORT, localhost:PORT",
      "localhost :PORT",
      "localhost:PORT#",
      "localhost:PORT?x",
      "a".repeat(3000),
      "*",
    ],
    ..."10.0.0.1:PORT null undefined localhost%00:PORT".split(" "),
  ];
  test.each(hostile)("may not be %p: 421, whatever is asked", async (text) => {
    for (const [method, path] of [
      ["GET", "/health"],
      ["GET", TRIGGERS],
      ["POST", "/api/v2/builder"],
      ["GET", "/no/route"],
    ] as const) {
      const answer = await ask({ host: text.replaceAll("PORT", port) }, method, path);
      expect([answer.status, answer.body.code]).toEqual([421, "host_not_served"]);
      expect(answer.body.detail).toContain("--public-host");
    }
    expect((await world.call("GET", "/api/v2/builder")).body).toEqual([]);
  });

  test("is each of the machine's own addresses where all of them are listened on", () => {
    const hosts = new ServedHosts("0.0.0.0", []);
    hosts.listensOn(8421);
    expect(hosts.isServed("127.0.0.1:8421")).toBe(true);
    expect(hosts.isServed("0.0.0.0:8421")).toBe(false);
    expect(hosts.isServed("203.0.113.7:8421")).toBe(false);
  });

  test("is the address that is listened on, and without a port where that is a usual one", () => {
    const hosts = new ServedHosts("2001:DB8::1", ["[2001:db8::2]:443"]);
    hosts.listensOn(443);
    for (const host of ["[2001:db8::1]:443", "[2001:db8::1]", "[2001:db8::2]:443", "localhost"])
      expect([host, hosts.isServed(host)]).toEqual([host, true]);
    for (const host of [null, "", "[2001:db8::2]", "[2001:db8::3]"])
      expect([host, hosts.isServed(host)]).toEqual([host, false]);
  });
});

describe("a page", () => {
  const foreign: readonly Record<string, string>[] = [
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "http://evil.test" },
    { origin: "null" },
    { origin: "" },
    { origin: "http://127.0.0.1:1" },
    { origin: "http://127.0.0.1" },
    { origin: `${PLANNING}.evil.test` },
    { origin: "https://planning.example:8443" },
    { origin: "http://planning.example", "sec-fetch-site": "same-origin" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
    { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" },
  ];
  test.each(foreign)("of another origin is refused, and may read nothing: %j", async (headers) => {
    for (const method of ["GET", "POST", "OPTIONS"]) {
      const answer = await ask(headers, method, "/api/v2/builder");
      expect([method, answer.status, answer.body.code]).toEqual([method, 403, "foreign_origin"]);
      expect([...answer.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect((await world.call("GET", "/api/v2/builder")).body).toEqual([]);
  });

  test("of our own is not", async () => {
    for (const headers of [
      { "sec-fetch-site": "same-origin" },
      { "sec-fetch-site": "none" },
      { origin: world.address, "sec-fetch-site": "same-origin" },
      { origin: "https://jaot.plant.example", host: "jaot.plant.example" },
    ]) {
      const answer = await ask(headers as Record<string, string>);
      expect(answer.status).toBe(200);
      expect(answer.headers.has("access-control-allow-origin")).toBe(false);
    }
  });

  test("may link to ours: a followed link opens, a frame does not", async () => {
    const link = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
    expect((await ask(link, "GET", "/health")).status).toBe(200);
    expect((await ask({ ...link, "sec-fetch-dest": "iframe" }, "GET", "/health")).status).toBe(403);
    expect((await ask(link, "POST", "/health")).status).toBe(403);
    expect((await ask({ ...link, "sec-fetch-mode": "cors" }, "GET", "/health")).status).toBe(403);
  });

  test("of an origin that --cors-origin names is let in, asks first, and may read what it needs", async () => {
    const headers = { origin: PLANNING, "sec-fetch-site": "cross-site" };
    const preflight = await ask({ ...headers, "access-control-request-method": "POST" }, "OPTIONS");
    expect([preflight.status, preflight.body]).toEqual([204, null]);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(preflight.headers.get("access-control-allow-methods")).toContain("PATCH");
    for (const token of [world.key, null]) {
      const answer = await world.call("GET", TRIGGERS, undefined, { token, headers });
      expect(answer.status).toBe(token === null ? 401 : 200);
      expect(answer.headers.get("access-control-allow-origin")).toBe(PLANNING);
      expect(answer.headers.get("access-control-allow-credentials")).toBeNull();
      expect(answer.headers.get("vary")).toBe("origin");
    }
    expect((await ask({ origin: "http://localhost:3000" })).headers.get("access-control-allow-origin")).toBe(
      "http://localhost:3000",
    );
  });
});

test("every answer forbids what a browser might do with it", async () => {
  for (const [path, status] of [
    ["/health", 200],
    [TRIGGERS, 200],
    ["/api/v2/nope", 404],
    ["/openapi.json", 200],
  ] as const) {
    const { status: found, headers } = await ask({}, "GET", path);
    expect(found).toBe(status);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("x-frame-options")).toBe("DENY");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-resource-policy")).toBe("same-origin");
    expect(headers.get("content-security-policy")).toBe("default-src 'none'; frame-ancestors 'none'");
  }
});

test("a body is not read before its sender has shown a key", async () => {
  for (const body of ["{", "[".repeat(1000), "x".repeat(1_000_000)]) {
    const answer = await world.call("POST", "/api/v2/builder", body, { token: null });
    expect([answer.status, answer.body.code]).toEqual([401, "missing_api_key"]);
  }
});
