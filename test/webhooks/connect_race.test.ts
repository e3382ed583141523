/** Receivers of several addresses, of which some swallow connects, refuse them, or speak another protocol. */
import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/clock";
import { alternating } from "../../src/webhooks/connect_race";
import { type Attempt, deliverOnce } from "../../src/webhooks/deliver";
import { Names } from "../../src/webhooks/host_addresses";

const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

/** Listens with a queue of one, fills it and accepts nothing: what connects then waits for ever, as behind a silent router. */
const SWALLOWER = `
import socket, sys
listener = socket.socket(); listener.bind((sys.argv[1], int(sys.argv[2]))); listener.listen(0)
filler = socket.socket(); filler.connect(listener.getsockname())
print("ready", flush=True); sys.stdin.read()
`;

async function swallowConnects(address: string, port: number): Promise<void> {
  const child = Bun.spawn(["python3", "-c", SWALLOWER, address, String(port)], { stdin: "pipe", stdout: "pipe" });
  cleanups.push(() => child.kill());
  await child.stdout.getReader().read();
}

function receiver(hostname: string, port = 0): { port: number; seen: string[] } {
  const seen: string[] = [];
  const server = Bun.serve({
    port,
    hostname,
    async fetch(request) {
      seen.push(await request.text());
      return new Response("thanks");
    },
  });
  cleanups.push(() => void server.stop(true));
  return { port: server.port!, seen };
}

function deliver(port: number, addresses: readonly string[], deadline_ms: number): Promise<Attempt> {
  return deliverOnce({
    url: `http://hooks.test:${port}/`,
    addresses,
    headers: { "webhook-id": "whd_1" },
    body: new TextEncoder().encode("{}"),
    deadline_ms,
    clock: systemClock,
    authorities: null,
  });
}

describe("a name with several addresses", () => {
  test("is reached although the first ones swallow connects, and the POST comes once", async () => {
    const { port, seen } = receiver("127.0.0.1");
    await Promise.all([swallowConnects("127.0.0.2", port), swallowConnects("127.0.0.3", port)]);
    const attempt = await deliver(port, ["127.0.0.2", "127.0.0.3", "127.0.0.1"], 20_000);
    expect(attempt).toMatchObject({ ok: true, http_status: 200 });
    expect(attempt.duration_ms).toBeLessThan(10_000);
    expect(seen).toEqual(["{}"]);
  });

  test("gets the POST at the first that answers, in the resolver's order", async () => {
    const { port, seen } = receiver("127.0.0.2");
    const other = receiver("127.0.0.1", port);
    expect((await deliver(port, ["127.0.0.2", "127.0.0.1"], 10_000)).ok).toBe(true);
    expect([seen.length, other.seen.length]).toEqual([1, 0]);
  });

  test("of which all swallow connects fails at the deadline, and says so", async () => {
    const { port } = receiver("127.0.0.1");
    await Promise.all([swallowConnects("127.0.0.2", port), swallowConnects("127.0.0.3", port)]);
    const attempt = await deliver(port, ["127.0.0.2", "127.0.0.3"], 400);
    expect(attempt).toMatchObject({ ok: false, error: "no answer within 0.4 s: no address takes a connection" });
  });

  test("of which some refuse and the others swallow is given up at the deadline, all refuse at once", async () => {
    const { port } = receiver("127.0.0.1");
    await swallowConnects("127.0.0.2", port);
    expect((await deliver(port, ["127.0.0.9", "127.0.0.2"], 400)).error).toContain("no answer within 0.4 s");
    const refused = await deliver(port, ["127.0.0.7", "127.0.0.8", "127.0.0.9"], 60_000);
    expect(refused.error).toContain("ECONNREFUSED");
  });

  test("takes its families in turn", () => {
    expect(alternating(["::1", "::2", "1.1.1.1", "::3", "2.2.2.2"])).toEqual([
      "::1",
      "1.1.1.1",
      "::2",
      "2.2.2.2",
      "::3",
    ]);
    expect(alternating(["1.1.1.1", "2.2.2.2"])).toEqual(["1.1.1.1", "2.2.2.2"]);
    expect(alternating([])).toEqual([]);
  });
});

describe("a receiver that changes the protocol", () => {
  test.each([
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
    "HTTP/1.1 101 Switching Protocols\r\n\r\n",
    "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
  ])("fails at once and holds no place: %p", async (bytes) => {
    const server = Bun.listen({
      port: 0,
      hostname: "127.0.0.1",
      socket: { data: (socket) => void socket.write(bytes) },
    });
    cleanups.push(() => server.stop(true));
    const attempt = await deliver(server.port, ["127.0.0.1"], 60_000);
    expect(attempt).toMatchObject({ ok: false, http_status: 101 });
    expect(attempt.error).toContain("give a URL that takes a POST");
  });

  test("is not one that sends hints first", async () => {
    const bytes = "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
    const server = Bun.listen({
      port: 0,
      hostname: "127.0.0.1",
      socket: { data: (socket) => void socket.write(bytes) },
    });
    cleanups.push(() => server.stop(true));
    expect(await deliver(server.port, ["127.0.0.1"], 60_000)).toMatchObject({ ok: true, http_status: 200 });
  });
});

describe("/etc/hosts", () => {
  function hostsFile(text: string): string {
    const directory = mkdtempSync(join(tmpdir(), "jaot-hosts-"));
    cleanups.push(() => rmSync(directory, { recursive: true, force: true }));
    const path = join(directory, "hosts");
    writeFileSync(path, text);
    return path;
  }

  test("gives all addresses of a name, of every line, in any case and with a final dot", async () => {
    const text = "10.0.0.1 plc plc.plant # first\n#10.9.9.9 plc\n10.0.0.2\tPLC\n::5 plc\n10.0.0.1 plc\nnonsense plc\n";
    const names = new Names(hostsFile(text));
    for (const name of ["plc", "PLC", "plc."]) {
      expect(await names.addressesOf(name)).toEqual(["10.0.0.1", "10.0.0.2", "::5"]);
    }
    expect(await names.addressesOf("plc.plant.")).toEqual(["10.0.0.1"]);
  });

  test("is followed when it changes", async () => {
    const path = hostsFile("10.0.0.1 plc\n");
    const names = new Names(path);
    expect(await names.addressesOf("plc")).toEqual(["10.0.0.1"]);
    writeFileSync(path, "10.0.0.22 plc\n");
    utimesSync(path, 1, 1);
    expect(await names.addressesOf("plc")).toEqual(["10.0.0.22"]);
  });

  test("need not name localhost, which is this machine with and without a final dot", async () => {
    const names = new Names(hostsFile(""));
    for (const name of ["localhost", "localhost.", "LOCALHOST.", "a.localhost", "a.localhost."]) {
      expect(await names.addressesOf(name)).toEqual(["127.0.0.1", "::1"]);
    }
  });

  test("that is a list of names to block, or not there, is left out", async () => {
    const long = new Names(hostsFile(`10.0.0.1 localhost\n${"0.0.0.0 ads.example\n".repeat(60_000)}`));
    expect(await long.addressesOf("localhost")).toEqual(["127.0.0.1", "::1"]);
    expect(await new Names("/nonexistent/hosts").addressesOf("localhost")).toEqual(["127.0.0.1", "::1"]);
  });
});
