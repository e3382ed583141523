/**
 * The check instances of HiGHS held against their optima (scripts/truth/optima.ts), and what proving costs there. The files are the
 * folder check/instances of HiGHS's repository and no part of this one.
 *
 *   bun scripts/instances.ts FOLDER [NAME...] [--seconds N] [--out FILE] [--against FILE]
 *
 * Each is solved as a solver process does it, with gap_tolerance 0 and a time limit of N seconds (20), short ones several times over. The
 * surcharge is the processor time of second solves, preparation, certificate and answer over that of the first solve. Exits with 1 at a
 * disagreement with the table; a limit that leaves a solution, or none, is told and is no disagreement. `--out` keeps the processor time of a
 * whole solve of each file, and `--against` compares it with what another build kept.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { askInProcess } from "./truth/asking";
import { type Answer, judge, type Verdict } from "./truth/judge";
import { addCosts, type Costs, surcharge } from "./truth/meter";
import { OPTIMA } from "./truth/optima";
import type { Model } from "./truth/program";

/** Short solves are repeated for so long: processor time is counted in steps of up to 10 ms. */
const MEASURED_SECONDS = 0.4;
const TURNS_MAX = 200;

interface Line {
  readonly file: string;
  readonly word: string;
  readonly is_fault: boolean;
  /** Of all turns. */
  readonly costs: Costs;
  /** Processor time of one solve, compiled and answered. */
  readonly seconds: number;
}

const words = process.argv.slice(2);
const seconds = Number(takeArgument("--seconds") ?? 20);
const [out, against] = [takeArgument("--out"), takeArgument("--against")];
const [folder, ...wanted] = words;
if (folder === undefined) {
  console.error("give the folder check/instances of HiGHS's repository");
  process.exit(2);
}
const asking = await askInProcess(seconds);
const lines: Line[] = [];
for (const file of readdirSync(folder).sort()) {
  if (![".mps", ".lp"].includes(extname(file))) continue;
  if (wanted.length > 0 && !wanted.some((name) => file.startsWith(name))) continue;
  const line = await hold(file);
  lines.push(line);
  const { first_solve, second_solves, rest } = line.costs;
  const times = [first_solve, second_solves, rest].map((part) => `${(1000 * part).toFixed(1)} ms`.padStart(12));
  console.log(`${file.padEnd(26)}${times.join("")}  ${line.is_fault ? "DIFFERENT " : ""}${line.word}`);
}
report();

async function hold(file: string): Promise<Line> {
  const content = readFileSync(join(folder!, file), "utf8");
  const model: Model = { format: extname(file).slice(1), content };
  const answer = await asking.ask(model);
  const { costs, turns } = await measure(model, asking.costs());
  const of_one = { costs, seconds: (totalOf(costs) + costs.compiling) / turns };
  const known = OPTIMA[file];
  if (known === undefined) return { file, word: `not in the table: ${textOf(answer)}`, is_fault: false, ...of_one };
  if (known === "unreadable") {
    const is_refused = answer.reason === "model_error";
    return { file, word: is_refused ? "refused, as it has to be" : textOf(answer), is_fault: !is_refused, ...of_one };
  }
  const verdict = judge(answer, { model, truth: known });
  const is_fault = !verdict.startsWith("right") && !isLimit(verdict, answer);
  const word = verdict.startsWith("right") ? textOf(answer) : `${verdict}: ${textOf(answer)}; the optimum is ${known}`;
  return { file, word, is_fault, ...of_one };
}

/** What another few solves cost besides the one that has been made. */
async function measure(model: Model, first: Costs): Promise<{ readonly costs: Costs; readonly turns: number }> {
  let [costs, turns] = [first, 1];
  for (; turns < TURNS_MAX && totalOf(costs) < MEASURED_SECONDS; turns += 1) {
    await asking.ask(model);
    costs = addCosts(costs, asking.costs());
  }
  return { costs, turns };
}

function totalOf({ first_solve, second_solves, rest }: Costs): number {
  return first_solve + second_solves + rest;
}

function isLimit(verdict: Verdict, { reason }: Answer): boolean {
  return verdict === "feasible" || reason === "time_limit";
}

function textOf({ status, objective, gap, message }: Answer): string {
  return objective === null ? `${status}, ${message.slice(0, 200)}` : `${status} ${objective}, gap ${gap}`;
}

function report(): void {
  const faults = lines.filter(({ is_fault }) => is_fault).length;
  const solved = lines.filter(({ costs }) => costs.first_solve > 0);
  console.log(`${lines.length} files, ${faults} different`);
  const ratios = solved.map(({ file, costs }) => [file, 1 + surcharge(costs)] as const);
  console.log(`surcharge over the first solve: ${spread(ratios)}`);
  const times = Object.fromEntries(solved.map((line) => [line.file, line.seconds]));
  if (out !== null) writeFileSync(out, `${JSON.stringify(times, null, 2)}\n`);
  if (against !== null) {
    const theirs: Readonly<Record<string, number>> = JSON.parse(readFileSync(against, "utf8"));
    const common = Object.entries(times).filter(([file]) => theirs[file] !== undefined);
    console.log(`whole solve: ${spread(common.map(([file, mine]) => [file, mine / theirs[file]!]))} beyond ${against}`);
  }
  process.exit(faults === 0 ? 0 : 1);
}

/** How far ratios are above 1. */
function spread(ratios: readonly (readonly [file: string, ratio: number])[]): string {
  const mean = Math.exp(ratios.reduce((sum, [, ratio]) => sum + Math.log(ratio), 0) / ratios.length);
  const [file, worst] = ratios.reduce((most, one) => (one[1] > most[1] ? one : most), ["", 0] as const);
  return `${percent(mean - 1)} (geometric mean of ${ratios.length}), at worst ${percent(worst - 1)} (${file})`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function takeArgument(name: string): string | null {
  const position = words.indexOf(name);
  return position === -1 ? null : (words.splice(position, 2)[1] ?? null);
}
