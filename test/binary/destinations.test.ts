/**
 * Where the compiled program's webhooks go, and where they never go: a canary listens on every address of this machine, a
 * decoy stands in every proxy variable, certificates are refused that the environment would let through.
 */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type { Json } from "../world";
import { BINARY, RESTOCK_FIVE, type Service, until, useScratch } from "./binary";
import { type NameServer, startNameServer } from "./name_server";

const scratch = useScratch();
const servers: { stop(): unknown }[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

/** A socket on all addresses that counts who connects. */
async function startCanary(host: string, port = 0): Promise<{ port: number; hits: () => number }> {
  let hits = 0;
  const server: Server = createServer((socket) => {
    hits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  servers.push({ stop: () => server.close() });
  return { port: (server.address() as { port: number }).port, hits: () => hits };
}

function startReceiver(port = 0, hostname = "127.0.0.1", tls?: { key: string; cert: string }) {
  let count = 0;
  const server = Bun.serve({
    ...{ port, hostname },
    ...(tls === undefined ? {} : { tls }),
    fetch: () => {
      count += 1;
      return new Response("ok");
    },
  });
  servers.push({ stop: () => server.stop(true) });
  return { port: server.port!, count: () => count };
}

async function pingOnce(service: Service, trigger: Json): Promise<Json> {
  const path = `/api/v2/triggers/${trigger.id}`;
  const { id } = (await service.call("POST", `${path}/webhook/ping`)).body;
  let one: Json;
  await until("an attempt", async () => {
    one = (await service.call("GET", `${path}/deliveries/${id}`)).body;
    return one.attempt_log.length > 0;
  });
  return one.attempt_log[0];
}

/** Spellings of this machine and of what must never be asked, with PORT for the canary's. */
const SPELLINGS = [
  ...[
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0x7F.1",
    "0177.0.0.1",
  ],
  ...[
    "017700000001",
    "0177.1",
    "0x7f.0x0.0x0.0x1",
    "127.0.0.1.",
    "127.1.",
    "%31%32%37.0.0.1",
    "１２７.0.0.1",
    "127。0。0。1",
  ],
  ...[
    "①②⑦.⓪.⓪.①",
    "0",
    "0.0.0.0",
    "0x0",
    "00",
    "0.0",
    "[::]",
    "[::0.0.0.0]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
  ],
  ...[
    "[::ffff:127.0.0.1]",
    "[::FFFF:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[2002:7f00:1::]",
  ],
  ...[
    "[2002:7f00:1::1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2001:0:101:101::80ff:fffe]",
  ],
  ...[
    "[2001:0:7f00:1:0:0:fefe:fefe]",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "[fc00::1]",
    "[fd12:3456::1]",
  ],
  ...[
    "[fec0::1]",
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[fd00:ec2::254]",
  ],
  ...[
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "100.100.100.200",
    "169.254.0.1",
    "[fe80::1]",
  ],
  ...["224.0.0.1", "[ff02::1]", "255.255.255.255", "240.0.0.1", "198.18.0.1", "[2001:db8::1]"],
].map((host) => `http://${host}:PORT/hook`);
const ODD_URLS = [
  "http://user@127.0.0.1:PORT/",
  "http://127.0.0.1:PORT@example.com/",
  "http://example.com@127.0.0.1:PORT/",
  "http:\\\\127.0.0.1:PORT\\",
  "http:/127.0.0.1:PORT/",
  "http:127.0.0.1:PORT/",
  " http://127.0.0.1:PORT/ ",
  "ht\ntp://127.0.0.1:PORT/",
  "HTTP://127.0.0.1:PORT#@example.com",
  "https://127.0.0.1:PORT/",
  "file:///etc/passwd",
  "data:text/plain,x",
  "ftp://127.0.0.1:PORT/",
  "gopher://127.0.0.1:PORT/",
  "unix:///run/x.sock",
  "unix:/run/x.sock:/hook",
  "http://127.0.0.1:22/",
  "http://127.0.0.1:25/",
];
/** Nothing to see in the text; refused when they are resolved. */
const NAMES = ["localhost", "LOCALHOST", "localhost.", "ip6-localhost"].map((name) => `http://${name}:PORT/`);

describe("under --webhook-targets public", () => {
  let service: Service;
  let canary: Awaited<ReturnType<typeof startCanary>>;
  let made: Json;

  beforeAll(async () => {
    canary = await startCanary("::");
    service = await scratch.serve({ data: "public", words: ["--workers", "0", "--webhook-targets", "public"] });
    made = await service.makeTrigger(RESTOCK_FIVE);
  });

  test(`${SPELLINGS.length + ODD_URLS.length} spellings are refused when they are given, and nobody is connected to`, async () => {
    const { document_id, version_id } = made;
    for (const spelling of [...SPELLINGS, ...ODD_URLS]) {
      const webhook_url = spelling.replace("PORT", String(canary.port));
      const body = { name: "hooked", document_id, version_id, webhook_url };
      const created = await service.call("POST", "/api/v2/triggers", body);
      const changed = await service.call("PATCH", `/api/v2/triggers/${made.id}`, { webhook_url });
      const codes = [created, changed].map((answer) => [answer.status, answer.body.code]);
      const refused = [422, "webhook_destination_refused"];
      expect([spelling, ...codes]).toEqual([spelling, refused, refused]);
    }
    expect(canary.hits()).toBe(0);
  });

  test("names are refused when they are resolved, and nobody is connected to", async () => {
    for (const name of NAMES) {
      const trigger = await service.makeTrigger(RESTOCK_FIVE, {
        webhook_url: name.replace("PORT", String(canary.port)),
      });
      const attempt = await pingOnce(service, trigger);
      expect(attempt).toMatchObject({ http_status: null, duration_ms: expect.any(Number) });
      expect(attempt.error).toMatch(/is a loopback address and --webhook-targets is public|has no address/);
    }
    expect(canary.hits()).toBe(0);
  });

  test("the canary sings when it is asked", async () => {
    await fetch(`http://127.0.0.1:${canary.port}/`).catch(() => null);
    expect(canary.hits()).toBe(1);
  });
});

const OPENSSL = Bun.which("openssl");

/** A private authority and a certificate for `name` that it signed, made anew so that none expires in the repository. */
function makeAuthority(name: string): { ca_path: string; tls: { key: string; cert: string } } {
  const at = (file: string) => join(scratch.directory, `${name}-${file}`);
  const run = (words: string) => {
    const { exitCode, stderr } = Bun.spawnSync([OPENSSL!, ...words.split(" ")]);
    if (exitCode !== 0) throw new Error(stderr.toString());
  };
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
  run(`req -x509 ${key} -days 2 -subj /CN=authority -keyout ${at("ca.key")} -out ${at("ca.pem")}`);
  run(`req ${key} -subj /CN=${name} -keyout ${at("key.pem")} -out ${at("request.pem")}`);
  writeFileSync(at("names"), `subjectAltName=DNS:${name}`);
  const signed = `-CA ${at("ca.pem")} -CAkey ${at("ca.key")} -CAcreateserial -extfile ${at("names")}`;
  run(`x509 -req -in ${at("request.pem")} ${signed} -days 2 -out ${at("cert.pem")}`);
  const read = (file: string) => readFileSync(at(file), "utf8");
  return { ca_path: at("ca.pem"), tls: { key: read("key.pem"), cert: read("cert.pem") } };
}

describe.skipIf(OPENSSL === null)("with an environment that means harm (needs the package openssl)", () => {
  test("no proxy is asked, and no certificate goes unchecked", async () => {
    const decoy = await startCanary("127.0.0.1");
    const names = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
    const environment = {
      ...Object.fromEntries(names.map((name) => [name, `http://127.0.0.1:${decoy.port}`])),
      NODE_USE_ENV_PROXY: "1",
      NODE_TLS_REJECT_UNAUTHORIZED: "0",
    };
    const { ca_path, tls } = makeAuthority("localhost");
    const other = makeAuthority("hooks.plant");
    const [plain, safe, foreign] = [
      startReceiver(),
      startReceiver(0, "127.0.0.1", tls),
      startReceiver(0, "127.0.0.1", other.tls),
    ];
    const attemptWith = async (data: string, words: string[], webhook_url: string): Promise<Json> => {
      const service = await scratch.serve({ data, environment, words: ["--workers", "0", ...words] });
      const attempt = await pingOnce(service, await service.makeTrigger(RESTOCK_FIVE, { webhook_url }));
      await service.stop();
      return attempt;
    };
    const url = `https://localhost:${safe.port}/`;
    expect(await attemptWith("plain", [], `http://localhost:${plain.port}/`)).toMatchObject({ http_status: 200 });
    const unknown = await attemptWith("unknown", [], url);
    expect(unknown.error).toContain("a private certificate authority is trusted with --webhook-ca");
    expect(await attemptWith("known", ["--webhook-ca", ca_path], url)).toMatchObject({ http_status: 200 });
    const wrong_name = await attemptWith("name", ["--webhook-ca", other.ca_path], `https://localhost:${foreign.port}/`);
    expect(wrong_name.error).toContain("localhost");
    expect([plain.count(), safe.count(), foreign.count(), decoy.hits()]).toEqual([1, 1, 0, 0]);
  });

  test("an authority that cannot be read is told at the start", async () => {
    writeFileSync(join(scratch.directory, "empty.pem"), "nothing\n");
    writeFileSync(
      join(scratch.directory, "broken.pem"),
      "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    for (const [file, said] of [
      ["absent.pem", "cannot read --webhook-ca absent.pem"],
      ["empty.pem", "--webhook-ca empty.pem holds no certificate; expected PEM"],
      ["broken.pem", "certificate 1 of 1 cannot be read"],
    ]) {
      const { exit_code, stderr } = await scratch.run(["serve", "--port", "0", "--webhook-ca", file!]);
      expect([exit_code, stderr]).toEqual([2, expect.stringContaining(said!)]);
    }
  });
});

const UNSHARE = Bun.which("unshare");
const MAY_MOUNT = UNSHARE !== null && Bun.spawnSync([UNSHARE, "-m", "true"]).exitCode === 0;
const NAME_SERVER_ADDRESS = "127.77.0.1";
const ALLOWED = "127.0.0.1";
const OTHER = "127.0.0.2";

describe.skipIf(!MAY_MOUNT)(
  "a name whose answers change (needs the package util-linux, and the right to mount)",
  () => {
    let names: NameServer;
    let program: string;

    beforeAll(async () => {
      names = await startNameServer(NAME_SERVER_ADDRESS);
      servers.push(names);
      const resolv = join(scratch.directory, "resolv.conf");
      writeFileSync(resolv, `nameserver ${NAME_SERVER_ADDRESS}\noptions timeout:1 attempts:1\n`);
      program = join(scratch.directory, "with-names.sh");
      const inside = `mount --bind ${resolv} /etc/resolv.conf && exec ${BINARY} "$@"`;
      writeFileSync(program, `#!/bin/sh\nexec ${UNSHARE} -m sh -c '${inside}' sh "$@"\n`);
      chmodSync(program, 0o755);
    });

    test("is connected to at the address that was checked, a hundred times and at every retry", async () => {
      const receiver = startReceiver(0, ALLOWED);
      const canary = await startCanary(OTHER, receiver.port);
      names.answers = (n) => [n % 5 === 0 ? OTHER : ALLOWED];
      const words = ["--workers", "0", "--webhook-targets", `${ALLOWED}/32`, "--webhook-retry-scale", "0"];
      const service = await scratch.serve({ program, data: "rebinding", words });
      const trigger = await service.makeTrigger(RESTOCK_FIVE, { webhook_url: `http://rebind.test:${receiver.port}/` });
      const path = `/api/v2/triggers/${trigger.id}`;
      for (let i = 0; i < 100; i += 1) await service.call("POST", `${path}/webhook/ping`);
      const totalOf = async (state: string) =>
        (await service.call("GET", `${path}/deliveries?state=${state}`)).body.total;
      await until("all are delivered", async () => (await totalOf("delivered")) === 100);
      expect([receiver.count(), canary.hits()]).toEqual([100, 0]);
      // Both answers came up, so there was something to fall for.
      expect(names.asked()).toBeGreaterThan(10);
      const { items } = (await service.call("GET", `${path}/deliveries?page_size=100`)).body;
      expect(items.some((item: Json) => item.attempts > 1)).toBe(true);
      await service.stop();
    });

    test("is not connected to when one of its addresses is refused", async () => {
      const receiver = startReceiver(0, ALLOWED);
      const canary = await startCanary(OTHER, receiver.port);
      names.answers = () => [ALLOWED, OTHER];
      const words = ["--workers", "0", "--webhook-targets", `${ALLOWED}/32`];
      const service = await scratch.serve({ program, data: "both", words });
      const webhook_url = `http://both.test:${receiver.port}/`;
      const attempt = await pingOnce(service, await service.makeTrigger(RESTOCK_FIVE, { webhook_url }));
      expect(attempt.error).toContain(`both.test (${OTHER}) is not in --webhook-targets`);
      expect([receiver.count(), canary.hits()]).toEqual([0, 0]);
    });

    test("has no address when the name server is silent, within the attempt's time", async () => {
      names.answers = () => null;
      const words = ["--workers", "0", "--webhook-timeout-seconds", "2"];
      const service = await scratch.serve({ program, data: "silent", words });
      const attempt = await pingOnce(
        service,
        await service.makeTrigger(RESTOCK_FIVE, { webhook_url: "http://silent.test/" }),
      );
      expect(attempt).toMatchObject({
        http_status: null,
        error: expect.stringContaining("silent.test has no address"),
      });
    });

    test("holds up no commit and no other receiver while its name server is silent", async () => {
      names.answers = () => null;
      const receiver = startReceiver();
      const service = await scratch.serve({ program, data: "others", words: ["--workers", "0"] });
      const silent: Json[] = [];
      for (let i = 0; i < 16; i += 1) {
        const trigger = await service.makeTrigger(RESTOCK_FIVE, { webhook_url: `http://silent-${i}.test/` });
        await service.call("POST", `/api/v2/triggers/${trigger.id}/webhook/ping`);
        silent.push(trigger);
      }
      const webhook_url = `http://127.0.0.1:${receiver.port}/`;
      for (let i = 0; i < 3; i += 1) {
        const good = await service.makeTrigger(RESTOCK_FIVE, { webhook_url });
        expect((await pingOnce(service, good)).http_status).toBe(200);
      }
      // Had those been waited for, they would have had their answer by now.
      for (const { id } of silent) {
        const { items } = (await service.call("GET", `/api/v2/triggers/${id}/deliveries`)).body;
        expect(items).toMatchObject([{ state: "sending", last_error: null }]);
      }
    });

    test("is asked of the name servers that resolv.conf has now", async () => {
      const other = await startNameServer("127.77.0.2");
      servers.push(other);
      other.answers = () => [ALLOWED];
      names.answers = () => [];
      const receiver = startReceiver(0, ALLOWED);
      const service = await scratch.serve({ program, data: "moved", words: ["--workers", "0"] });
      const trigger = await service.makeTrigger(RESTOCK_FIVE, { webhook_url: `http://moved.test:${receiver.port}/` });
      expect((await pingOnce(service, trigger)).error).toContain("moved.test has no address");
      writeFileSync(join(scratch.directory, "resolv.conf"), "# by hand\nnameserver 127.77.0.2\n");
      expect((await pingOnce(service, trigger)).http_status).toBe(200);
    });
  },
);
