import { describe, expect, test } from "bun:test";
import { environmentName, flagName, publicSettings, readConfig } from "../src/config";

const nothing = { flags: {}, environment: {}, file_text: null };

describe("configuration", () => {
  test("takes the documented defaults", () => {
    const { config } = readConfig(nothing);
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 8421,
      data_dir: "./jaot-data",
      drain_seconds: 10,
      workers: null,
    });
  });

  test("lets a flag beat the environment, and that the file", () => {
    const environment = { JAOT_PORT: "2", JAOT_HOST: "env" };
    const file_text = 'port = 3\nhost = "file"\ndata_dir = "from-file"';
    const { config } = readConfig({ flags: { port: "1" }, environment, file_text });
    expect(config).toMatchObject({ port: 1, host: "env", data_dir: "from-file" });
  });

  test("tells every problem at once, with the nearest name", () => {
    const { problems } = readConfig({
      flags: { port: "99999" },
      environment: { JAOT_PROT: "1", HOME: "/", JAOT_WORKERS: "-1" },
      file_text: "drian_seconds = 5",
    });
    expect(problems).toEqual([
      "unknown key in the configuration file: drian_seconds; did you mean drain_seconds?",
      "unknown variable JAOT_PROT; did you mean JAOT_PORT?",
      '--port: a whole number from 0 to 65535 is expected, found "99999"',
      'JAOT_WORKERS: a whole number at least 0 is expected, found "-1"',
    ]);
  });

  test("refuses a file that is not TOML, and a secret in it", () => {
    expect(readConfig({ ...nothing, file_text: "port = = 1" }).problems?.[0]).toStartWith(
      "the configuration file is not TOML",
    );
    expect(readConfig({ ...nothing, file_text: 'admin_key = "x"' }).problems?.[0]).toContain("unknown key");
  });

  test("never shows a secret's value in a problem", () => {
    const { problems } = readConfig({ ...nothing, environment: { JAOT_ADMIN_KEY: "" } });
    expect(problems).toEqual(["JAOT_ADMIN_KEY: text is expected"]);
  });

  test("names every public setting as flag and variable", () => {
    expect(publicSettings()).toContain("max_body_mb");
    expect(publicSettings()).not.toContain("admin_key");
    expect([flagName("max_body_mb"), environmentName("max_body_mb")]).toEqual(["--max-body-mb", "JAOT_MAX_BODY_MB"]);
  });
});
