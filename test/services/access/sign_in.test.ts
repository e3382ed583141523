import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Role } from "../../../src/roles";
import { makeSignInLink } from "../../../src/services/access/sign_in";
import { firstTenant } from "../../../src/storage/access";
import { type Answer, movableClock, startWorld, type World } from "../../world";

const SESSION = "/api/v2/session";
const HOUR_MS = 3_600_000;

const clock = movableClock("2026-02-19T06:00:00.000Z");
let world: World;
beforeAll(async () => {
  world = await startWorld({ clock, flags: { workers: "0" } });
});
afterAll(() => world.stop());

function makeLink(role: Role = "admin"): Promise<string> {
  const { context } = world.app;
  return makeSignInLink(context, { ...firstTenant(context.db)!, role });
}

const signIn = (link: string): Promise<Answer> => world.call("POST", SESSION, { link }, { token: null });

describe("a sign-in link", () => {
  test("gives a key of its role, once", async () => {
    const link = await makeLink("viewer");
    const { status, body } = await signIn(link);
    expect(status).toBe(201);
    expect(body).toEqual({
      api_key: expect.stringMatching(/^ok_live_[0-9a-f]{64}$/),
      role: "viewer",
      expires_at: "2026-02-20T06:00:00.000Z",
    });
    expect((await world.call("GET", SESSION, undefined, { token: body.api_key })).body.role).toBe("viewer");
    const again = await signIn(link);
    expect([again.status, again.body.code]).toEqual([401, "invalid_sign_in_link"]);
  });

  test("works no more once a key of its user was revoked", async () => {
    const key = (await world.call("POST", "/api/v2/keys", { name: "leaves", role: "admin" })).body;
    const { link } = (await world.call("POST", `${SESSION}/links`, undefined, { token: key.api_key })).body;
    await world.call("DELETE", `/api/v2/keys/${key.id}`);
    expect((await signIn(link)).status).toBe(401);
  });

  test("gives one key when two browsers use it at one time", async () => {
    const link = await makeLink();
    const answers = await Promise.all([signIn(link), signIn(link), signIn(link)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401]);
  });

  test("works for an hour", async () => {
    const [early, late] = [await makeLink(), await makeLink()];
    clock.move(HOUR_MS - 1000);
    expect((await signIn(early)).status).toBe(201);
    clock.move(1000);
    expect((await signIn(late)).status).toBe(401);
  });

  test("is answered the same whether it is old or never was, and is not told back", async () => {
    const { status, body } = await signIn("5f".repeat(32));
    expect(status).toBe(401);
    expect(JSON.stringify(body)).not.toContain("5f5f");
  });

  test("cannot be guessed without end", async () => {
    const answers: number[] = [];
    for (let i = 0; i < 25; i += 1) answers.push((await signIn(`wrong ${i}`)).status);
    expect(answers.at(-1)).toBe(429);
    expect((await signIn(await makeLink())).status).toBe(201);
  });

  test("is made for another browser by an admin", async () => {
    const { status, body } = await world.call("POST", `${SESSION}/links`);
    expect(status).toBe(201);
    expect((await signIn(body.link)).body.role).toBe("admin");
  });
});

describe("signing out", () => {
  test("ends the key that a link gave", async () => {
    const { api_key: token } = (await signIn(await makeLink())).body;
    expect((await world.call("GET", SESSION, undefined, { token })).body).toMatchObject({ ends_with_sign_out: true });
    expect((await world.call("DELETE", SESSION, undefined, { token })).status).toBe(204);
    expect((await world.call("GET", SESSION, undefined, { token })).status).toBe(401);
  });

  test("leaves any other key alone", async () => {
    expect((await world.call("DELETE", SESSION)).status).toBe(204);
    expect((await world.call("GET", SESSION)).body).toMatchObject({ role: "admin", ends_with_sign_out: false });
  });
});
