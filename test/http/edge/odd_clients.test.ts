/** What the manual says of clients whose requests the runtime's HTTP server answers with 400 or not at all: the run is made, once. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import { type Json, RESTOCK, startWorld, type World } from "../../world";

let world: World;
let trigger: Json;
beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0" } });
  trigger = await world.makeTrigger(RESTOCK);
});
afterAll(() => world.stop());

const BODY = '{"override_data":{}}';
const CHUNKS = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\nX-Sum: 1\r\n\r\n`;

function fireText(key: string, body = BODY, framing = `Content-Length: ${BODY.length}`): string {
  const { host } = new URL(world.address);
  const head = [
    `POST /api/v2/triggers/${trigger.id}/fire HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: Bearer ${trigger.trigger_secret}`,
  ];
  return [...head, "Content-Type: application/json", `Idempotency-Key: ${key}`, framing, "", body].join("\r\n");
}

/** Sends the bytes and waits until the service closes the connection, or has answered. */
function exchange(text: string, is_half_closed = false): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(world.address);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  let answer = "";
  const end = () => {
    socket.destroy();
    resolve(answer);
  };
  socket.on("data", (piece) => {
    answer += piece.toString();
    end();
  });
  socket.on("end", end);
  socket.on("error", end);
  socket.write(text);
  if (is_half_closed) socket.end();
  return promise;
}

test.each([
  ["a line break after its body", "crlf", () => exchange(`${fireText("crlf")}\r\n`)],
  [
    "a chunked body with a trailer",
    "trailer",
    () => exchange(fireText("trailer", CHUNKS, "Transfer-Encoding: chunked")),
  ],
  ["a closed sending side", "half", () => exchange(fireText("half"), true)],
  ["a second request behind it", "two", () => exchange(fireText("two") + fireText("two"))],
])("a fire with %s makes one run, and its key finds it", async (_, key, send) => {
  const total = async () => (await world.call("GET", `/api/v2/triggers/${trigger.id}/runs`)).body.total;
  const before = await total();
  const answer = await send();
  expect(answer === "" || /^HTTP\/1\.1 (?:400|202) /.test(answer)).toBe(true);
  const again = await world.call("POST", `/api/v2/triggers/${trigger.id}/fire`, BODY, {
    token: trigger.trigger_secret,
    headers: { "idempotency-key": key },
  });
  expect(again.status).toBe(202);
  expect(await total()).toBe(before + 1);
});
