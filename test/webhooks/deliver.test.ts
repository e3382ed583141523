import { afterEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { gzipSync } from "node:zlib";
import { type Clock, systemClock } from "../../src/clock";
import { type Attempt, type DeliveryRequest, deliverOnce } from "../../src/webhooks/deliver";

const LOOPBACK = "127.0.0.1";
const NOW = Date.parse("2026-01-01T00:00:00Z");
const cleanups: (() => void)[] = [];

afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

interface Seen {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** A receiver whose every answer is given by `answer`; what it saw is kept. */
function receiver(answer: (seen: Seen) => Response | Promise<Response>, tls?: Tls): { port: number; seen: Seen[] } {
  const seen: Seen[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: LOOPBACK,
    ...(tls === undefined ? {} : { tls }),
    async fetch(request) {
      const { pathname, search } = new URL(request.url);
      const one = { path: pathname + search, headers: request.headers.toJSON(), body: await request.text() };
      seen.push(one);
      return answer(one);
    },
  });
  cleanups.push(() => void server.stop(true));
  return { port: server.port!, seen };
}

/** A receiver that writes raw bytes as soon as it is spoken to, then closes the connection if it is told to. */
function rawReceiver(bytes: string, then: "close" | "stay"): number {
  const server = Bun.listen({
    port: 0,
    hostname: LOOPBACK,
    socket: {
      data(socket) {
        socket.write(bytes);
        if (then === "close") socket.terminate();
      },
    },
  });
  cleanups.push(() => server.stop(true));
  return server.port;
}

/** A clock that stands still; its deadline comes when `passDeadline` is called. */
function stillClock() {
  let due: () => void = () => {};
  const clock: Clock = {
    now: () => NOW,
    monotonic: () => 0,
    after: (_delay, callback) => {
      due = callback;
      return () => {};
    },
  };
  return { clock, passDeadline: () => due() };
}

function deliver(port: number, changes: Partial<DeliveryRequest> = {}): Promise<Attempt> {
  return deliverOnce({
    url: `http://hooks.test:${port}/hook?a=1`,
    addresses: [LOOPBACK],
    headers: { "webhook-id": "whd_1", "user-agent": "jaot-triggers/test" },
    body: new TextEncoder().encode('{"ü":1}'),
    deadline_ms: 5000,
    clock: systemClock,
    authorities: null,
    ...changes,
  });
}

describe("what is sent", () => {
  test("one POST with the exact bytes to the checked address, under the URL's own name", async () => {
    const { port, seen } = receiver(() => new Response("thanks"));
    expect(await deliver(port)).toMatchObject({ ok: true, http_status: 200, error: null, answer: "thanks" });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ path: "/hook?a=1", body: '{"ü":1}' });
    expect(seen[0]!.headers).toMatchObject({
      host: `hooks.test:${port}`,
      "content-type": "application/json",
      "content-length": "8",
      "user-agent": "jaot-triggers/test",
      "webhook-id": "whd_1",
      connection: "close",
    });
  });

  test("it goes to the next address when nobody takes the connection at the first, and not when someone did", async () => {
    const { port, seen } = receiver(() => new Response("", { status: 500 }));
    const attempt = await deliver(port, { addresses: ["127.0.0.9", "::1", LOOPBACK, LOOPBACK] });
    expect([attempt.http_status, seen.length]).toEqual([500, 1]);
    const none = await deliver(port, { addresses: ["127.0.0.9", "127.0.0.8"] });
    expect(none.error).toContain("ECONNREFUSED");
    const broken = rawReceiver("", "close");
    expect((await deliver(broken, { addresses: [LOOPBACK, LOOPBACK] })).ok).toBe(false);
  });

  test("an IPv6 address is one like any other", async () => {
    const server = Bun.serve({
      port: 0,
      hostname: "::1",
      fetch: (request) => new Response(request.headers.get("host")),
    });
    cleanups.push(() => void server.stop(true));
    const url = `http://[::1]:${server.port}/`;
    expect(await deliver(server.port!, { url, addresses: ["::1"] })).toMatchObject({
      ok: true,
      answer: `[::1]:${server.port}`,
    });
  });

  test("proxies of the environment are not used", async () => {
    const proxy = receiver(() => new Response("proxied"));
    const { port, seen } = receiver(() => new Response("direct"));
    const names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY"];
    const before = names.map((name) => process.env[name]);
    for (const name of names) process.env[name] = `http://${LOOPBACK}:${proxy.port}`;
    cleanups.push(() => {
      for (const [i, name] of names.entries()) {
        if (before[i] === undefined) delete process.env[name];
        else process.env[name] = before[i];
      }
    });
    expect((await deliver(port)).answer).toBe("direct");
    expect([seen.length, proxy.seen.length]).toEqual([1, 0]);
  });
});

describe("what counts", () => {
  test.each([200, 201, 202, 204, 299])("%i is success", async (status) => {
    const { port } = receiver(() => new Response(status === 204 ? null : "ok", { status }));
    expect(await deliver(port)).toMatchObject({ ok: true, http_status: status, error: null });
  });

  test.each([400, 404, 410, 429, 500, 503])("%i is failure", async (status) => {
    const { port } = receiver(() => new Response("no", { status }));
    const error = `the receiver answered ${status}`;
    expect(await deliver(port)).toMatchObject({ ok: false, http_status: status, error, answer: "no" });
  });

  test.each([301, 302, 303, 307, 308])("%i is failure and not followed", async (status) => {
    const canary = receiver(() => new Response("followed"));
    const location = `http://${LOOPBACK}:${canary.port}/`;
    const { port } = receiver(() => new Response(null, { status, headers: { location } }));
    const attempt = await deliver(port);
    expect(attempt).toMatchObject({ ok: false, http_status: status });
    expect(attempt.error).toContain("not followed");
    expect(canary.seen).toEqual([]);
  });

  test.each([
    ["120", 120],
    ["0", 0],
    ["Thu, 01 Jan 2026 00:01:30 GMT", 90],
    ["Wed, 31 Dec 2025 00:00:00 GMT", 0],
    ["soon", null],
    ["-5", null],
    ["1e9", null],
    ["9".repeat(400), null],
  ])("Retry-After %s is %p seconds", async (value, retry_after_seconds) => {
    const { port } = receiver(() => new Response("", { status: 503, headers: { "retry-after": value } }));
    expect(await deliver(port, { clock: stillClock().clock })).toMatchObject({ retry_after_seconds });
  });
});

describe("receivers that misbehave", () => {
  test("one that never answers is given up at the deadline", async () => {
    const { clock, passDeadline } = stillClock();
    const { port } = receiver(() => {
      passDeadline();
      return new Promise<Response>(() => {});
    });
    const attempt = await deliver(port, { clock, deadline_ms: 30_000 });
    expect(attempt).toMatchObject({ ok: false, http_status: null, error: "no answer within 30 s" });
  });

  test("one that takes the connection and says nothing is given up by the real clock too", async () => {
    const attempt = await deliver(rawReceiver("", "stay"), { deadline_ms: 50 });
    expect(attempt.error).toBe("no answer within 0.05 s");
    expect(attempt.duration_ms).toBeGreaterThanOrEqual(49);
  });

  test("one that hangs within its answer has answered with its status", async () => {
    const port = rawReceiver("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf", "stay");
    expect(await deliver(port, { deadline_ms: 100 })).toMatchObject({ ok: true, http_status: 200, answer: "half" });
    const failing = rawReceiver("HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\nhalf", "stay");
    expect(await deliver(failing, { deadline_ms: 100 })).toMatchObject({ ok: false, http_status: 500 });
  });

  test("one that breaks the connection off, speaks nonsense or is not there fails in words", async () => {
    const free = rawReceiver("", "close");
    for (const port of [free, rawReceiver("nonsense\r\n\r\n", "close")]) {
      const attempt = await deliver(port);
      expect(attempt).toMatchObject({ ok: false, http_status: null, answer: "", retry_after_seconds: null });
      expect(attempt.error).not.toBe("");
    }
    for (const cleanup of cleanups.splice(0)) cleanup();
    expect((await deliver(free)).error).toContain("ECONNREFUSED");
  });

  test("an endless answer is cut off and its first KiB kept", async () => {
    let sent = 0;
    const ended = Promise.withResolvers<void>();
    const body = new ReadableStream({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(65));
      },
      cancel: () => ended.resolve(),
    });
    const { port } = receiver(() => new Response(body));
    expect(await deliver(port)).toMatchObject({ ok: true, answer: "A".repeat(1024) });
    await ended.promise;
    expect(sent).toBeLessThan(64 * 1_048_576);
  });

  test("a packed answer is not unpacked", async () => {
    const packed = gzipSync(Buffer.alloc(10_000_000, 65));
    const { port } = receiver(() => new Response(packed, { headers: { "content-encoding": "gzip" } }));
    const attempt = await deliver(port);
    expect(attempt.ok).toBe(true);
    expect(attempt.answer).not.toContain("AAAA");
  });

  test("control characters do not come through", async () => {
    const { port } = receiver(() => new Response("a\u001b[31mb\u0000c\r\nd\u009be ü", { status: 500 }));
    expect((await deliver(port)).answer).toBe("a[31mbcde ü");
  });
});

const OPENSSL = Bun.which("openssl");

/** A certificate for hooks.test that signs itself, made anew so that none expires in the repository. */
function makeCertificate(): Tls {
  const directory = mkdtempSync(join(tmpdir(), "tls-"));
  const [key, cert] = [join(directory, "key.pem"), join(directory, "cert.pem")];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=hooks.test -addext subjectAltName=DNS:hooks.test -keyout ${key} -out ${cert}`;
  Bun.spawnSync([OPENSSL!, ...words.split(" ")]);
  const tls = { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
  rmSync(directory, { recursive: true });
  return tls;
}

describe.skipIf(OPENSSL === null)("TLS (needs the package openssl)", () => {
  test("a certificate is checked against the URL's name, and a private authority is trusted when it is given", async () => {
    const tls = makeCertificate();
    const { port, seen } = receiver(() => new Response("safe"), tls);
    const url = `https://hooks.test:${port}/`;
    expect(await deliver(port, { url, authorities: createSecureContext({ ca: tls.cert }) })).toMatchObject({
      ok: true,
      answer: "safe",
    });
    expect(seen).toHaveLength(1);
    expect((await deliver(port, { url })).error).toContain("self signed");
    const other = await deliver(port, {
      url: `https://other.test:${port}/`,
      authorities: createSecureContext({ ca: tls.cert }),
    });
    expect(other.error).toContain("other.test");
    const literal = await deliver(port, {
      url: `https://${LOOPBACK}:${port}/`,
      authorities: createSecureContext({ ca: tls.cert }),
    });
    expect(literal.ok).toBe(false);
    expect(seen).toHaveLength(1);
  });
});
