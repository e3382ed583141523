/** TLS by the program itself, with a certificate of a private authority, as a plant has one. */
import { beforeAll, describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ADMIN_KEY, RESTOCK_FIVE, useScratch } from "./binary";

const scratch = useScratch();
const path = (name: string): string => join(scratch.directory, name);
const has_openssl = Bun.which("openssl") !== null;

function openssl(...words: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(["openssl", ...words], { cwd: scratch.directory });
  if (exitCode !== 0) throw new Error(`openssl ${words[0]}: ${stderr}`);
}

describe.skipIf(!has_openssl)("with --tls-cert and --tls-key (needs the package openssl)", () => {
  beforeAll(() => {
    for (const name of ["plant", "other"]) {
      const subject = ["-subj", "/CN=plant", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost"];
      openssl(
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "30",
        ...subject,
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.pem`,
      );
    }
    writeFileSync(path("restock.json"), JSON.stringify(RESTOCK_FIVE));
  });

  test("the service answers over https alone, and the commands reach it with --ca", async () => {
    const words = [
      "--tls-cert",
      path("plant.pem"),
      "--tls-key",
      path("plant.key"),
      "--host",
      "0.0.0.0",
      "--workers",
      "1",
    ];
    const service = await scratch.serve({ words });
    expect(service.address).toMatch(/^https:\/\/127/);
    expect(service.program.stdout.text).not.toContain("Warning");
    const environment = { JAOT_URL: service.address, JAOT_API_KEY: ADMIN_KEY };
    const pushed = await scratch.run(["models", "push", "restock.json", "--name", "x", "--ca", path("plant.pem")], {
      environment,
    });
    expect([pushed.exit_code, pushed.stderr]).toEqual([0, ""]);
    const distrusted = await scratch.run(["models", "list"], { environment });
    expect([distrusted.exit_code, distrusted.stderr]).toEqual([5, expect.stringMatching(/certificate|self.signed/i)]);
    const plain = { ...environment, JAOT_URL: service.address.replace("https:", "http:") };
    expect((await scratch.run(["models", "list"], { environment: plain })).exit_code).toBe(5);
    await service.stop();
  });

  test.each([
    ["one without the other", () => ["--tls-cert", path("plant.pem")], "--tls-cert is given without --tls-key"],
    [
      "a key of another certificate",
      () => ["--tls-cert", path("plant.pem"), "--tls-key", path("other.key")],
      "does not belong to the certificate",
    ],
    [
      "a file that is no certificate",
      () => ["--tls-cert", path("restock.json"), "--tls-key", path("plant.key")],
      "does not hold a certificate in PEM",
    ],
    [
      "a file that is not there",
      () => ["--tls-cert", path("none.pem"), "--tls-key", path("plant.key")],
      "--tls-cert: cannot read",
    ],
  ])("refuses %s at the start", async (_what, words, said) => {
    const { exit_code, stderr } = await scratch.run(["serve", "--port", "0", "--data-dir", path("never"), ...words()]);
    expect([exit_code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
