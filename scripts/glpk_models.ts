/**
 * Every MathProg model of the Debian package glpk-utils through the compiled program, against glpsol: same status and
 * optimum. `bun scripts/glpk_models.ts [NAME...]`
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const PROGRAM = join(import.meta.dir, "../dist/jaot-triggers");
const DIRECTORY = "/usr/share/doc/glpk-utils/examples";
const GLPSOL_SECONDS = 20;
const OURS_SECONDS = 60;
const TOLERANCE = 1e-6;

interface Outcome {
  readonly status: string;
  readonly objective: number | null;
  readonly seconds: number;
}

const scratch = mkdtempSync(join(tmpdir(), "glpk-models-"));
try {
  if (Bun.which("glpsol") === null || !existsSync(DIRECTORY)) throw new Error("needs the package glpk-utils");
  const wanted = process.argv.slice(2);
  const names = readdirSync(DIRECTORY)
    .filter((name) => name.endsWith(".mod"))
    .filter((name) => wanted.length === 0 || wanted.includes(basename(name, ".mod")));
  let [equal, left_out] = [0, 0];
  for (const name of names) {
    const theirs = askGlpsol(join(DIRECTORY, name));
    if (!/^(INTEGER )?OPTIMAL$/.test(theirs.status)) {
      left_out += 1;
      console.log(`${name}: glpsol has no optimum within ${GLPSOL_SECONDS} s (${theirs.status}), left out`);
      continue;
    }
    const ours = askProgram(name);
    const distance = Math.abs((ours.objective ?? 0) - (theirs.objective ?? 0));
    const is_equal = ours.status === "optimal" && distance <= TOLERANCE * Math.max(1, Math.abs(theirs.objective ?? 0));
    if (is_equal) equal += 1;
    const figures = `${ours.objective ?? "no objective"} in ${ours.seconds.toFixed(1)} s, glpsol ${theirs.seconds.toFixed(1)} s`;
    console.log(
      `${name}: ${is_equal ? "equal" : `DIFFERENT (${ours.status}, glpsol ${theirs.objective})`}, ${figures}`,
    );
  }
  console.log(`${equal} equal, ${left_out} left out, ${names.length - equal - left_out} different, of ${names.length}`);
  process.exitCode = equal + left_out === names.length ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

function askGlpsol(path: string): Outcome {
  const output = join(scratch, "glpsol.txt");
  rmSync(output, { force: true });
  const started = performance.now();
  Bun.spawnSync(["glpsol", "--math", path, "-o", output, "--tmlim", String(GLPSOL_SECONDS), "--seed", "1"], {
    cwd: scratch,
    timeout: 3 * GLPSOL_SECONDS * 1000,
  });
  const seconds = (performance.now() - started) / 1000;
  const text = existsSync(output) ? readFileSync(output, "utf8") : "";
  const objective = /Objective:.*= (\S+)/.exec(text)?.[1];
  const status = /Status:\s+(.*)/.exec(text)?.[1]?.trim() ?? "no answer";
  return { status, objective: objective === undefined ? null : Number(objective), seconds };
}

/** Changed so that printf to files goes to the report, with a seed and gap 0. */
function askProgram(name: string): Outcome {
  const source = readFileSync(join(DIRECTORY, name), "utf8").replaceAll(/>>?\s*file\s*;/g, ";");
  const model = join(scratch, "model.json");
  writeFileSync(model, JSON.stringify({ language: "mathprog", source, options: { seed: 1, gap_tolerance: 0 } }));
  const started = performance.now();
  const { stdout, stderr } = Bun.spawnSync([PROGRAM, "solve", model, "--json", "--time-limit", String(OURS_SECONDS)]);
  const seconds = (performance.now() - started) / 1000;
  if (stdout.length === 0) return { status: stderr.toString().slice(0, 200), objective: null, seconds };
  const { status, objective_value } = JSON.parse(stdout.toString());
  return { status, objective: objective_value, seconds };
}
