import { expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SecretsFile } from "../../src/cli/apply/secrets";

test("a trigger of any name keeps its secret, also beside those of an earlier apply", () => {
  const directory = mkdtempSync(join(tmpdir(), "jaot-secrets-"));
  try {
    const path = join(directory, "secrets.json");
    for (const name of ["__proto__", "constructor", "toString"]) {
      new SecretsFile(path).keep(name, { trigger_id: `trg_${name}`, trigger_secret: "s" });
    }
    const kept = Object.entries(JSON.parse(readFileSync(path, "utf8")) as Record<string, { trigger_id: string }>);
    expect(kept.map(([name, { trigger_id }]) => [name, trigger_id])).toEqual([
      ["__proto__", "trg___proto__"],
      ["constructor", "trg_constructor"],
      ["toString", "trg_toString"],
    ]);
  } finally {
    rmSync(directory, { recursive: true });
  }
});
