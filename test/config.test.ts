import { describe, expect, test } from "bun:test";
import { type ConfigReading, flagName, publicSettings, readConfig, type SettingName } from "../src/config";

/** The documented rule: JAOT_ and the name in capitals. */
const environmentName = (name: SettingName): string => `JAOT_${name.toUpperCase()}`;

interface Given {
  readonly flags?: Record<string, string>;
  readonly environment?: Record<string, string>;
  readonly file?: string;
}

function read({ flags = {}, environment = {}, file }: Given = {}): ConfigReading {
  return readConfig({ flags, environment, file_text: file ?? null });
}

function problemsOf(given: Given): readonly string[] {
  return read(given).faults ?? [];
}

describe("where a value comes from", () => {
  test("nothing given leaves every default", () => {
    expect(read().config).toMatchObject({ host: "127.0.0.1", port: 8421, data_dir: "./jaot-data", workers: null });
  });

  test("a flag beats the environment, which beats the file", () => {
    const file = "port = 1\nhost = 'file'\ndrain_seconds = 3\n";
    const environment = { JAOT_PORT: "2", JAOT_HOST: "environment" };
    const { config } = read({ flags: { port: "4" }, environment, file });
    expect(config).toMatchObject({ port: 4, host: "environment", drain_seconds: 3 });
  });

  test("every setting can be given by the names that help shows", () => {
    for (const name of publicSettings()) {
      expect(flagName(name)).toMatch(/^--[a-z-]+$/);
      const wrong = { environment: { [environmentName(name)]: "" } };
      expect(problemsOf(wrong)).toEqual([expect.stringContaining(environmentName(name))]);
    }
  });

  test("variables of other programs are left alone", () => {
    expect(read({ environment: { PORT: "x", JAOTA: "x", HOME: "/" } }).faults).toBeNull();
  });

  test("a list in the file means the same as its entries with commas", () => {
    const { config } = read({ file: 'webhook_targets = ["10.0.0.0/8", "hooks.plant"]' });
    expect(config?.webhook_targets).toBe("10.0.0.0/8,hooks.plant");
  });
});

describe("a toggle", () => {
  test("is off, and on or off by true, false, 1 and 0 in the environment and a boolean in the file", () => {
    expect(read().config?.mcp).toBe(false);
    for (const [given, value] of [
      ["true", true],
      ["1", true],
      ["false", false],
      ["0", false],
    ] as const) {
      expect(read({ environment: { JAOT_MCP: given } }).config?.mcp).toBe(value);
    }
    expect(read({ file: "mcp = true" }).config?.mcp).toBe(true);
    expect(read({ flags: { mcp: "false" }, file: "mcp = true" }).config?.mcp).toBe(false);
  });

  test("is neither on nor off by any other word", () => {
    for (const given of ["yes", "constructor", "TRUE"]) {
      const told = `JAOT_MCP: true or false is expected, found ${JSON.stringify(given)}`;
      expect(problemsOf({ environment: { JAOT_MCP: given } })).toEqual([told]);
    }
  });
});

describe("what is wrong", () => {
  test("all problems of all sources are told at once", () => {
    const problems = problemsOf({
      flags: { port: "70000" },
      environment: { JAOT_PROT: "1", JAOT_WORKERS: "-1" },
      file: "hots = 'a'\nlog = 'xml'\n",
    });
    expect(problems).toHaveLength(5);
    expect(problems).toContainEqual(expect.stringContaining("did you mean JAOT_PORT?"));
    expect(problems).toContainEqual(expect.stringContaining("did you mean host?"));
    expect(problems).toContainEqual('--port: a whole number from 0 to 65535 is expected, found "70000"');
    expect(problems).toContainEqual('JAOT_WORKERS: a whole number at least 0 or none is expected, found "-1"');
    expect(problems).toContainEqual(expect.stringContaining("one of auto, json, text is expected"));
  });

  test.each(["", " ", "ten", "1.5", "1e999", "NaN", "-1"])("%p is no port", (port) => {
    expect(problemsOf({ flags: { port } })).toHaveLength(1);
  });

  test.each(["true", "'ten'", "1.5", "nan", "2026-01-01", "[1]", "{a = 1}"])(
    "a port of %s in the file is refused",
    (value) => {
      expect(problemsOf({ file: `port = ${value}` })).toEqual([
        expect.stringContaining("port in the configuration file"),
      ]);
    },
  );

  test("a file that is not TOML is one problem and hides no other", () => {
    const problems = problemsOf({ file: "port = = 1", flags: { port: "x" } });
    expect(problems).toHaveLength(2);
    expect(problems[0]).toContain("not TOML");
  });

  test.each(["private", "public", "10.0.0.0/8", "::1", "fd00::/8, plant.local, 192.168.1.7"])(
    "webhooks may go to %p",
    (targets) => {
      expect(read({ flags: { webhook_targets: targets } }).config?.webhook_targets).toBe(targets);
    },
  );

  test.each(["10.0.0.0/33", "10.0.0.0/8/8", "10.0.0/8", "a,,b", "http://a", "10.0.0.0/", "1.2.3", "*", "fe80::1%eth0"])(
    "webhook targets %p are refused",
    (targets) => {
      expect(problemsOf({ flags: { webhook_targets: targets } })).toEqual([expect.stringContaining("10.0.0.0/8")]);
    },
  );
});

describe("secrets", () => {
  const ADMIN_KEY = `ok_live_${"0a".repeat(32)}`;

  test.each(["00".repeat(32), Buffer.alloc(32, 7).toString("base64")])(
    "a key of 32 bytes is taken: %s",
    (secret_key) => {
      const { config } = read({ environment: { JAOT_SECRET_KEY: secret_key, JAOT_ADMIN_KEY: ADMIN_KEY } });
      expect(config).toMatchObject({ secret_key, admin_key: ADMIN_KEY });
    },
  );

  test.each(["short-canary", "00".repeat(31), Buffer.alloc(31, 7).toString("base64")])(
    "a wrong key is refused without being shown: %s",
    (canary) => {
      const problems = problemsOf({ environment: { JAOT_SECRET_KEY: canary, JAOT_ADMIN_KEY: canary } });
      expect(problems).toHaveLength(2);
      expect(problems.join()).not.toContain(canary);
    },
  );

  test("a secret in the file is refused and pointed to its variable", () => {
    expect(publicSettings()).not.toContain("admin_key");
    expect(problemsOf({ file: `admin_key = "${ADMIN_KEY}"` })).toEqual([expect.stringContaining("JAOT_ADMIN_KEY")]);
  });
});
