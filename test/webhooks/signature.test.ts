import { describe, expect, test } from "bun:test";
import { makeWebhookSecret, signPayload } from "../../src/webhooks/signature";

const BODY =
  '{"event":"trigger.run.completed","trigger_id":"trg_a1b2c3d4","run_id":"run_x1y2z3w4","timestamp":"2026-02-19T06:00:15Z","data":{"status":"completed","result":{"status":"optimal","objective_value":4250}}}';
const ID = "msg_run_x1y2z3w4_completed";
const TIMESTAMP_SECONDS = 1_771_480_815;
const BASE64_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const RAW_SECRET = "whsec_your_signing_secret";

function sign(secret: string, previous_secret: string | null = null, body: Uint8Array | string = BODY) {
  return signPayload({ id: ID, timestamp_seconds: TIMESTAMP_SECONDS, body, secret, previous_secret });
}

describe("published vectors", () => {
  test.each([
    [
      BASE64_SECRET,
      "196234d623a36c1f9e8f062a6dd1ee388e59a2e33ca58c294cd9672bcac1827c",
      "v1,f8RWaDHqEZo2FxB95mfuP89lo7IlKELqIUQ0F+1H870=",
    ],
    [
      RAW_SECRET,
      "06e612609f2d1c291f193b214cfddd227652290c1dafc8edf5f57cc3279779df",
      "v1,UFQ2FnscYZVImmN5OHT+rf5zDMJrkdgYJQhek/5lVsI=",
    ],
  ])("both signatures with %s", (secret, body_signature, standard_signature) => {
    expect(sign(secret)).toEqual({
      "x-jaot-signature": body_signature,
      "webhook-id": ID,
      "webhook-timestamp": String(TIMESTAMP_SECONDS),
      "webhook-signature": standard_signature,
    });
  });

  test("the bytes of a text sign as the text does", () => {
    expect(sign(BASE64_SECRET, null, new TextEncoder().encode(BODY))).toEqual(sign(BASE64_SECRET));
  });
});

test("the previous secret signs as a second v1 and nowhere else", () => {
  const both = sign(BASE64_SECRET, RAW_SECRET);
  expect(both["x-jaot-signature"]).toBe(sign(BASE64_SECRET)["x-jaot-signature"]!);
  expect(both["webhook-signature"]).toBe(
    `${sign(BASE64_SECRET)["webhook-signature"]} ${sign(RAW_SECRET)["webhook-signature"]}`,
  );
});

test("an id that would make the signed text ambiguous is refused", () => {
  for (const id of ["", "whd.1", "whd 1", "whd\n1", "x".repeat(65)]) {
    expect(() => signPayload({ id, timestamp_seconds: 1, body: "", secret: "s" })).toThrow(RangeError);
  }
});

test("a made secret is 32 random bytes behind whsec_", () => {
  const secret = makeWebhookSecret((count) => new Uint8Array(count).fill(255));
  expect(secret).toBe(`whsec_${"/".repeat(42)}8=`);
});

const PYTHON = Bun.which("python3");
const VERIFIER = `
import base64, hashlib, hmac, json, sys
out = []
for c in json.load(sys.stdin):
    body = base64.b64decode(c["body"])
    secret = c["secret"]
    key = secret.encode()
    if c["is_base64"]:
        key = base64.b64decode(secret[len("whsec_"):], validate=True)
    signed = ("%s.%d." % (c["id"], c["timestamp_seconds"])).encode() + body
    standard = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    out.append([hmac.new(secret.encode(), body, hashlib.sha256).hexdigest(), "v1," + standard])
print(json.dumps(out))
`;

test.skipIf(PYTHON === null)("another implementation makes the same signatures (needs the package python3)", () => {
  const key = (count: number) => `whsec_${Buffer.alloc(count, count).toString("base64")}`;
  const cases = [
    { secret: key(24), is_base64: true },
    { secret: key(64), is_base64: true },
    { secret: key(23), is_base64: false },
    { secret: key(65), is_base64: false },
    // Base64 by its letters, but not as an encoder would write it.
    { secret: `${key(25).slice(0, -2)}`, is_base64: false },
    { secret: `${key(24)} `, is_base64: false },
    { secret: "a secret without a prefix: ä", is_base64: false },
  ].map((one, i) => ({
    ...one,
    id: `whd_${i}`,
    timestamp_seconds: 1_700_000_000 + i,
    bytes: Buffer.alloc(i * 100, i + 127),
  }));
  const input = JSON.stringify(cases.map(({ bytes, ...rest }) => ({ ...rest, body: bytes.toString("base64") })));
  const { stdout, exitCode } = Bun.spawnSync([PYTHON!, "-c", VERIFIER], { stdin: Buffer.from(input) });
  expect(exitCode).toBe(0);
  const ours = cases.map(({ bytes, ...rest }) => {
    const headers = signPayload({ ...rest, body: bytes });
    return [headers["x-jaot-signature"], headers["webhook-signature"]];
  });
  expect(ours).toEqual(JSON.parse(stdout.toString()));
});
