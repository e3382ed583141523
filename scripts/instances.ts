/**
 * The check instances of HiGHS held against their optima (scripts/truth/optima.ts), and what proving costs there. The files are the
 * folder check/instances of HiGHS's repository and no part of this one.
 *
 *   bun scripts/instances.ts FOLDER [NAME...] [--seconds N]
 *
 * Each is solved as a solver process does it, with gap_tolerance 0 and a time limit of N seconds (20), short ones several times over. The
 * surcharge is the processor time of second solves, preparation, certificate and answer over that of the first solve. Ends with 1 at a
 * disagreement with the table; a limit that leaves a solution, or none, is told and is no disagreement.
 */
import { readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { askInProcess } from "./truth/asking";
import { type Answer, judge, type Verdict } from "./truth/judge";
import { addCosts, type Costs, surcharge } from "./truth/meter";
import { OPTIMA } from "./truth/optima";
import type { Model } from "./truth/program";

/** Short solves are repeated for so long: processor time is counted in steps of up to 10 ms. */
const MEASURED_SECONDS = 0.15;
const TURNS_MAX = 100;

interface Line {
  readonly file: string;
  readonly word: string;
  readonly is_fault: boolean;
  readonly costs: Costs;
}

const words = process.argv.slice(2);
const position = words.indexOf("--seconds");
const seconds = position === -1 ? 20 : Number(words.splice(position, 2)[1]);
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
  const costs = await measure(model, asking.costs());
  const known = OPTIMA[file];
  if (known === undefined) return { file, word: `not in the table: ${textOf(answer)}`, is_fault: false, costs };
  if (known === "unreadable") {
    const is_refused = answer.reason === "model_error";
    return { file, word: is_refused ? "refused, as it has to be" : textOf(answer), is_fault: !is_refused, costs };
  }
  const verdict = judge(answer, { model, truth: known });
  const is_fault = !verdict.startsWith("right") && !isLimit(verdict, answer);
  const word = verdict.startsWith("right") ? textOf(answer) : `${verdict}: ${textOf(answer)}; the optimum is ${known}`;
  return { file, word, is_fault, costs };
}

/** What another few solves cost besides the one that has been made. */
async function measure(model: Model, first: Costs): Promise<Costs> {
  let costs = first;
  for (let turn = 1; turn < TURNS_MAX && totalOf(costs) < MEASURED_SECONDS; turn += 1) {
    await asking.ask(model);
    costs = addCosts(costs, asking.costs());
  }
  return costs;
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
  const shares = solved.map(({ file, costs }) => ({ file, share: surcharge(costs) }));
  const mean = Math.exp(shares.reduce((sum, { share }) => sum + Math.log1p(share), 0) / shares.length) - 1;
  const worst = shares.reduce((most, one) => (one.share > most.share ? one : most), { file: "", share: 0 });
  console.log(`${lines.length} files, ${faults} different`);
  console.log(
    `surcharge over ${shares.length} files that reach the solver: ${percent(mean)} (geometric mean), at worst ${percent(worst.share)} (${worst.file})`,
  );
  process.exit(faults === 0 ? 0 : 1);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
