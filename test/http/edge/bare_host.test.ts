/** Small clients speak HTTP/1.0 without a Host, or leave its port out: over a raw socket, as they do. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { ServedHosts } from "../../../src/services/memory/served_hosts";
import { type Json, RESTOCK, startWorld, type World } from "../../world";

let strict: World;
let open: World;
let trigger: Json;
beforeAll(async () => {
  strict = await startWorld({ flags: { workers: "0" } });
  open = await startWorld({ flags: { workers: "0", admit_bare_host: "true" } });
  trigger = await open.makeTrigger(RESTOCK);
});
afterAll(() => Promise.all([strict.stop(), open.stop()]));

/** Status and body of what comes back to these bytes. */
async function say(world: World, bytes: string): Promise<{ status: number; body: string }> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let seen = "";
  const whole = (): boolean => {
    const [head = "", body = ""] = seen.split("\r\n\r\n");
    return Buffer.byteLength(body) >= Number(/content-length: (\d+)/i.exec(head)?.[1] ?? Infinity);
  };
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port: Number(new URL(world.address).port),
    socket: {
      data(_, chunk) {
        seen += chunk.toString();
        if (whole()) resolve(seen);
      },
      close: () => resolve(seen),
    },
  });
  socket.write(bytes);
  const answer = await promise;
  socket.end();
  const [head = "", body = ""] = answer.split("\r\n\r\n");
  return { status: Number(head.split(" ")[1]), body };
}

const RUNS = () => `/api/v2/triggers/${trigger.id}/runs?page_size=7`;
const hosts = ["", "Host: 127.0.0.1\r\n", "Host: localhost:80\r\n", "Host: LOCALHOST:443\r\n", "Host: [::1]\r\n"];

describe("with --admit-bare-host", () => {
  test.each(hosts)("a request of the API with a key is let in: %p", async (host) => {
    const answer = await say(open, `GET ${RUNS()} HTTP/1.0\r\n${host}Authorization: Bearer ${open.key}\r\n\r\n`);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body)).toMatchObject({ page_size: 7, items: expect.any(Array) });
  });

  test.each(hosts)("a fire is made: %p", async (host) => {
    const head = `POST /api/v2/triggers/${trigger.id}/fire HTTP/1.0\r\n${host}Content-Type: application/json\r\n`;
    const answer = await say(
      open,
      `${head}Authorization: Bearer ${trigger.trigger_secret}\r\nContent-Length: 2\r\n\r\n{}`,
    );
    expect([answer.status, JSON.parse(answer.body).status]).toEqual([202, "queued"]);
  });

  test("a wrong key is still refused, and so is everything without one or beside the API", async () => {
    expect((await say(open, `GET ${RUNS()} HTTP/1.0\r\nAuthorization: Bearer nope\r\n\r\n`)).status).toBe(401);
    expect((await say(open, `GET ${RUNS()} HTTP/1.0\r\n\r\n`)).status).toBe(421);
    for (const path of ["/", "/health", "/metrics", "/docs", "/openapi.json", "/mcp"]) {
      expect((await say(open, `GET ${path} HTTP/1.0\r\nAuthorization: Bearer ${open.key}\r\n\r\n`)).status).toBe(421);
    }
  });

  test.each(["evil.test", "evil.test:80", "127.0.0.2", "localhost.evil.test", "127.0.0.1:81", "user@localhost"])(
    "another name is refused as ever: %s",
    async (host) => {
      const answer = await say(
        open,
        `GET ${RUNS()} HTTP/1.0\r\nHost: ${host}\r\nAuthorization: Bearer ${open.key}\r\n\r\n`,
      );
      expect(answer.status).toBe(421);
    },
  );
});

test.each(hosts)("without it they are refused, and the setting is named: %p", async (host) => {
  const answer = await say(
    strict,
    `GET /api/v2/triggers HTTP/1.0\r\n${host}Authorization: Bearer ${strict.key}\r\n\r\n`,
  );
  expect(answer.status).toBe(421);
  expect(JSON.parse(answer.body).detail).toContain("--admit-bare-host");
});

describe("a refusal names what this caller can use", () => {
  const served = (host: string, public_hosts: string[] = []) => {
    const one = new ServedHosts(host, public_hosts);
    one.listensOn(8421);
    return one;
  };
  test.each([
    [served("127.0.0.1"), "127.0.0.1", "evil.test", "127.0.0.1:8421"],
    [served("localhost"), "127.0.0.1", "evil.test", "localhost:8421"],
    [served("::1"), "::1", "evil.test", "[::1]:8421"],
    // Only the port was missing.
    [served("127.0.0.1"), "127.0.0.1", "localhost", "localhost:8421"],
    [served("127.0.0.1"), "127.0.0.1", "localhost:80", "localhost:8421"],
    // Bound to one address: loopback does not lead there.
    [served("10.0.0.5"), "10.0.0.9", "plant", "10.0.0.5:8421"],
    [served("10.0.0.5", ["jaot.plant.example"]), "10.0.0.9", "plant", "jaot.plant.example"],
    // Bound to all: another machine's own loopback is not this service.
    [served("0.0.0.0"), "127.0.0.1", "plant", "127.0.0.1:8421"],
    [served("0.0.0.0"), "10.0.0.9", "plant", "the address that you connect to, with the port: ADDRESS:8421"],
    [served("::", ["jaot.plant.example:443"]), "10.0.0.9", null, "jaot.plant.example:443"],
  ])("%#", (hosts_of, client, refused, expected) => {
    expect(hosts_of.exampleFor(client, refused)).toBe(expected);
  });
});
