import { describe, expect, test } from "bun:test";
import { eventOf } from "../../src/webhooks/events";
import { buildPayload, type RunEnding } from "../../src/webhooks/payload";

const LIMIT_BYTES = 262_144;
const ENDED_AT = Date.parse("2026-02-19T06:00:15.250Z");
const RESULT = { status: "optimal", objective_value: 4250 };
const REPORT: RunEnding = {
  trigger_id: "trg_a1b2c3d4",
  run_id: "run_x1y2z3w4",
  status: "completed",
  ended_at: ENDED_AT,
  error_message: null,
  override_data: null,
  result: JSON.stringify(RESULT),
  result_summary: null,
};

function build(changes: Partial<RunEnding> = {}): { bytes: Uint8Array; text: string } {
  const ending = { ...REPORT, ...changes };
  const bytes = buildPayload(eventOf(ending.status), ending);
  return { bytes, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
}

describe("an event", () => {
  test("is what the end of a run is told as", () => {
    expect(eventOf("completed")).toBe("trigger.run.completed");
    expect([eventOf("failed"), eventOf("timeout")]).toEqual(["trigger.run.failed", "trigger.run.failed"]);
    expect(eventOf("cancelled")).toBe("trigger.run.cancelled");
    expect(eventOf("validation_failed")).toBe("trigger.run.validation_failed");
    expect(eventOf("skipped_overlap")).toBe("trigger.run.skipped");
  });
});

describe("a payload", () => {
  test("has the documented fields in the documented order", () => {
    expect(build({ override_data: '{"demand":[1,2]}' }).text).toBe(
      '{"event":"trigger.run.completed","trigger_id":"trg_a1b2c3d4","run_id":"run_x1y2z3w4",' +
        '"timestamp":"2026-02-19T06:00:15.250Z","data":{"status":"completed",' +
        '"result":{"status":"optimal","objective_value":4250},"override_data":{"demand":[1,2]}}}',
    );
  });

  test("of a failure carries the error, and a result only where there is one", () => {
    const failed = { status: "failed", error_message: 'Solver error: "x" is ü\n' } as const;
    expect(JSON.parse(build({ ...failed, result: null }).text).data).toEqual({
      ...{ status: "failed", error: failed.error_message, override_data: null },
    });
    const result = { status: "infeasible", objective_value: null };
    expect(JSON.parse(build({ ...failed, result: JSON.stringify(result) }).text)).toMatchObject({
      event: "trigger.run.failed",
      data: { status: "failed", result },
    });
  });

  test("passes stored texts through as they are, digits and all", () => {
    const override_data = '{"rate":0.10000000000000001,"big":12345678901234567890,"name":"ü\\u0000"}';
    expect(build({ override_data }).text).toContain(`"override_data":${override_data}`);
  });
});

describe("a payload that is too large", () => {
  const overhead = build({ result: '""' }).bytes.length;
  const sized = (length: number) => `"${"x".repeat(length - overhead)}"`.replace(/^"x/, '"');
  const summary = { result_summary: JSON.stringify(RESULT) };

  test("is cut at the first byte above 256 KiB and not before", () => {
    const whole = build({ ...summary, result: sized(LIMIT_BYTES + 1) });
    expect(whole.bytes.length).toBe(LIMIT_BYTES);
    expect(whole.text).not.toContain("truncated");
    const cut = build({ ...summary, result: sized(LIMIT_BYTES + 2) });
    expect(JSON.parse(cut.text).data).toEqual({
      ...{ status: "completed", result: RESULT, override_data: null, truncated: true },
      result_url: "/api/v2/triggers/trg_a1b2c3d4/runs/run_x1y2z3w4",
    });
  });

  test("is measured in bytes, not in characters", () => {
    const result = `"${"ü".repeat(LIMIT_BYTES / 2)}"`;
    expect(JSON.parse(build({ ...summary, result }).text).data.truncated).toBe(true);
  });

  test("keeps a result that is small when it is the override data that are large", () => {
    const override_data = JSON.stringify({ weights: Array.from({ length: 60_000 }, (_, i) => i) });
    const { data } = JSON.parse(build({ override_data }).text);
    expect(data.result).toEqual(RESULT);
  });
});
