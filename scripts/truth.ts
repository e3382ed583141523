/**
 * Generated models whose truth is known by enumeration, dynamic programming or a closed form, solved the way a solver process
 * does it, with gap_tolerance 0: how many answers are right, wrong, held back and refused.
 *
 *   bun scripts/truth.ts --all                                    all 5,000 models of the families (scripts/truth/families.ts)
 *   bun scripts/truth.ts --family peak --count 100 --seed 11      some of one family
 *   --share 0.04     of each family's count        --binary   through POST /solve of dist/jaot-triggers
 *   --show N         so many of what is not right, a model each (5)     --out FILE   those as JSON, one a line
 *   --seconds N      time limit of one solve (20)
 *   --glpsol         asks `glpsol --exact` about the linear ones too, and tells where it does not agree with the truth: of the full proof 3 of
 *                    `linear`, where values of 1e12 cancel in its doubles, and 4 of `scaled`, whose repeated equations rounding sets apart
 *
 * Wrong: claimed optimal and further from the truth than 1e-6 relative (absolute below 1) plus the gap that the answer states;
 * a feasible solution better than the optimum, or a bound worse than it; a wrong claim of infeasible or unbounded.
 * Exits with 1 when there is one, when less than 99 % of the models with an optimum are `optimal`, or when 0.5 % are refused.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { type Asking, askInProcess, askProgram } from "./truth/asking";
import { FAMILIES, type Series, specimens } from "./truth/families";
import type { Specimen } from "./truth/family";
import { exactOptimum, isSameTruth } from "./truth/glpsol";
import { type Answer, judge, Tally, type Verdict } from "./truth/judge";
import { addCosts, type Costs, NO_COSTS } from "./truth/meter";

const OPTIMAL_SHARE_MIN = 0.99;
const REFUSED_SHARE_MAX = 0.005;

interface Finding {
  readonly family: string;
  readonly position: number;
  readonly verdict: Verdict;
  readonly answer: Answer;
  readonly specimen: Specimen;
}

const seconds = Number(argumentOf("--seconds") ?? 20);
const share = Number(argumentOf("--share") ?? 1);
const shown_max = Number(argumentOf("--show") ?? 5);
const out = argumentOf("--out");
const has_glpsol = process.argv.includes("--glpsol");
if (out !== null) writeFileSync(out, "");
const asking = await (process.argv.includes("--binary") ? askProgram(seconds) : askInProcess(seconds));
const sum = new Tally();
const findings: Finding[] = [];
let doubts = 0;
let costs = NO_COSTS;
try {
  console.log(heading());
  for (const [family, series] of chosen()) sum.addAll(await run(asking, family, series));
} finally {
  await asking.end();
}
console.log(lineOf("all", sum, process.cpuUsage().user / 1e6));
console.log(costsText(costs));
console.log(`${sum.coarse} right ones are small and further from the truth than 1e-6 of it`);
for (const finding of findings.slice(0, shown_max)) show(finding);
if (doubts > 0) console.log(`${doubts} truths that glpsol --exact does not share`);
process.exit(isGood(sum) && doubts === 0 ? 0 : 1);

function chosen(): [string, Series][] {
  const name = argumentOf("--family");
  if (name !== null && FAMILIES[name] === undefined) {
    console.error(`there is no family ${name}; the families are ${Object.keys(FAMILIES).join(", ")}`);
    process.exit(2);
  }
  if (name === null && !process.argv.includes("--all")) {
    console.error("give --all, or --family NAME with --count and --seed");
    process.exit(2);
  }
  return Object.entries(FAMILIES)
    .filter(([family]) => name === null || family === name)
    .map(([family, { make, count, seed }]) => {
      const number = Number(argumentOf("--count") ?? Math.ceil(count * share));
      return [family, { make, count: number, seed: Number(argumentOf("--seed") ?? seed) }];
    });
}

async function run(asking: Asking, family: string, series: Series): Promise<Tally> {
  const tally = new Tally();
  const started = process.cpuUsage();
  let position = 0;
  for (const specimen of specimens(series)) {
    const answer = await asking.ask(specimen.model);
    costs = addCosts(costs, asking.costs());
    const verdict = judge(answer, specimen);
    tally.add(verdict, answer, specimen);
    if (verdict !== "right" && verdict !== "right_none") keep({ family, position, verdict, answer, specimen });
    if (has_glpsol && specimen.program !== undefined) compare(family, position, specimen);
    position += 1;
  }
  const { user, system } = process.cpuUsage(started);
  console.log(lineOf(family, tally, (user + system) / 1e6));
  return tally;
}

function keep(finding: Finding): void {
  findings.push(finding);
  if (out === null) return;
  const { family, position, verdict, answer, specimen } = finding;
  const { program: _, ...rest } = specimen;
  appendFileSync(out, `${JSON.stringify({ family, position, verdict, answer, ...rest })}\n`);
}

function compare(family: string, position: number, { program, truth }: Specimen): void {
  const theirs = exactOptimum(program!);
  if (theirs === null || isSameTruth(theirs, truth)) return;
  doubts += 1;
  console.log(`${family} ${position}: the truth is ${truth}, glpsol --exact says ${theirs}`);
}

function isGood({ wrong, optimal_share, refused_share }: Tally): boolean {
  return wrong === 0 && optimal_share >= OPTIMAL_SHARE_MIN && refused_share < REFUSED_SHARE_MAX;
}

function heading(): string {
  const words = ["right", "wrong", "feasible", "refused", "none right", "none wrong", "optimal %", "CPU s"];
  return `${"family".padEnd(16)}${words.map((word) => word.padStart(11)).join("")}  refused for`;
}

function lineOf(family: string, tally: Tally, seconds: number): string {
  const { right, wrong, feasible, refused, right_none, wrong_none } = tally.counts;
  const figures = [right, wrong, feasible, refused, right_none, wrong_none].map(String);
  figures.push((100 * tally.optimal_share).toFixed(2), seconds.toFixed(1));
  const reasons = [...tally.reasons].map(([reason, count]) => `${reason} ${count}`).join(", ");
  return `${family.padEnd(16)}${figures.map((figure) => figure.padStart(11)).join("")}  ${reasons}`;
}

function costsText({ compiling, first_solve, second_solves, rest }: Costs): string {
  const parts = {
    compiling,
    "first solves": first_solve,
    "second solves": second_solves,
    "certificate and answer": rest,
  };
  return Object.entries(parts)
    .map(([part, seconds]) => `${part} ${seconds.toFixed(2)} s`)
    .join(", ");
}

function show({ family, position, verdict, answer, specimen }: Finding): void {
  const { status, objective, gap, message } = answer;
  console.log(
    `\n${family} ${position}: ${verdict}; ${status} ${objective}, gap ${gap}, truth ${specimen.truth}; ${message}`,
  );
  console.log(JSON.stringify(specimen.model));
}

function argumentOf(name: string): string | null {
  const position = process.argv.indexOf(name);
  return position === -1 ? null : (process.argv[position + 1] ?? null);
}
