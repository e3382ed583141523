/**
 * Compares this build with another one: pairs of measurements in the order this, other, other, this, in rounds. A round with too
 * much spread, or on a machine that others use, is reported as such and measured again, a few times at most.
 */
import { existsSync } from "node:fs";
import { type Costs, PARTS, type Part } from "./costs";
import { judge, median, OTHER_CORES_MAX, type Round, SPREAD_MAX, spreadOf, TURNS_MIN, type Verdict } from "./judgement";
import { loadName } from "./load";
import { OtherLoad } from "./processor_time";
import { BINARY } from "./service";

const WHAT_WIDTH = 48;

export interface AgainstOptions {
  /** The other build, an executable. */
  readonly build: string;
  /** Names of PARTS; null: all. */
  readonly only: readonly string[] | null;
  /** Turns of a round. */
  readonly turns: number;
  /** Rounds at most. */
  readonly rounds: number;
  readonly seconds: number;
}

interface Turn {
  readonly ours: Costs;
  readonly other: Costs;
  readonly other_cores: number;
}

export interface Comparison {
  readonly part: string;
  readonly cost: string;
  /** Medians of the round that was judged. */
  readonly ours: number;
  readonly other: number;
  readonly ratio: number;
  readonly spread: number;
  readonly verdict: Verdict;
}

/**
 * Measures part by part, prints each turn and returns the result of each cost.
 * @throws Error for a build that does not exist, an unknown part, too few turns or no round.
 */
export async function compareBuilds(options: AgainstOptions): Promise<Comparison[]> {
  const { build, only, turns, seconds } = options;
  if (!existsSync(build)) throw new Error(`--against ${build}: no such file; name the executable of another build`);
  if (!(turns >= TURNS_MIN)) throw new Error(`--turns ${turns}: at least ${TURNS_MIN}, or nothing can be judged`);
  if (!(options.rounds >= 1)) throw new Error(`--rounds ${options.rounds}: at least 1`);
  const comparisons: Comparison[] = [];
  console.log(`this build against ${build}, ${turns} turns a round; load: ${loadName()}, ${seconds} s a turn`);
  for (const part of chooseParts(only)) {
    const rounds = await measureRounds(part, options);
    for (const cost of Object.keys(rounds[0]![0]!.ours)) comparisons.push(compare(part.name, cost, rounds));
  }
  return comparisons;
}

/** One line per cost: both medians, ratio, spread and verdict. */
export function printComparisons(comparisons: readonly Comparison[]): void {
  const columns = ["this".padStart(9), "other".padStart(9), "ratio".padStart(7), "spread".padStart(7)];
  console.log(`\n${"".padEnd(WHAT_WIDTH)} ${columns.join(" ")}`);
  for (const { part, cost, ours, other, ratio, spread, verdict } of comparisons) {
    const figures = [showFigure(ours), showFigure(other), ratio.toFixed(3).padStart(7), showPercent(spread)];
    console.log(`${`${part}: ${cost}`.padEnd(WHAT_WIDTH)} ${figures.join(" ")}  ${verdict}`);
  }
}

function chooseParts(only: readonly string[] | null): readonly Part[] {
  const names = PARTS.map(({ name }) => name);
  const unknown = (only ?? []).find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`--only ${unknown}: the parts are ${names.join(", ")}`);
  return PARTS.filter(({ name }) => only?.includes(name) ?? true);
}

async function measureRounds(part: Part, options: AgainstOptions): Promise<Turn[][]> {
  const rounds: Turn[][] = [];
  while (rounds.length < options.rounds) {
    rounds.push(await measureRound(part, options));
    const unsteady = unsteadyReasons(part.costs, rounds.at(-1)!);
    if (unsteady.length === 0) break;
    const next = rounds.length < options.rounds ? "measured again" : "not measured again";
    console.log(`${part.name}: ${unsteady.join("; ")}: ${next}`);
  }
  return rounds;
}

async function measureRound(part: Part, { build, turns, seconds }: AgainstOptions): Promise<Turn[]> {
  const round: Turn[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    const load = new OtherLoad();
    const ours_first = turn % 2 === 0 ? await part.measure(BINARY, seconds) : null;
    const other = await part.measure(build, seconds);
    const ours = ours_first ?? (await part.measure(BINARY, seconds));
    round.push({ ours, other, other_cores: load.cores() });
    printTurn(part, round.at(-1)!);
  }
  return round;
}

function printTurn({ name, costs }: Part, { ours, other, other_cores }: Turn): void {
  const figures = costs.map((cost) => {
    const ratio = ours[cost]! / other[cost]!;
    return `${cost}: ${showFigure(ours[cost]!).trim()} / ${showFigure(other[cost]!).trim()} = ${ratio.toFixed(3)}`;
  });
  console.log(`${name}: ${figures.join("; ")}; others on ${other_cores.toFixed(2)} cores`);
}

/** Why a round cannot be judged; empty when it can. */
function unsteadyReasons(costs: readonly string[], turns: readonly Turn[]): string[] {
  const reasons = costs
    .map((cost) => ({ cost, round: roundOf(cost, turns) }))
    .filter(({ round }) => spreadOf(round.ratios) > SPREAD_MAX)
    .map(
      ({ cost, round }) =>
        `${cost}: spread ${showPercent(spreadOf(round.ratios)).trim()}, at most ${SPREAD_MAX * 100} % can be judged`,
    );
  const other_cores = median(turns.map((turn) => turn.other_cores));
  if (other_cores <= OTHER_CORES_MAX) return reasons;
  return [...reasons, `other processes keep ${other_cores.toFixed(2)} cores busy, at most ${OTHER_CORES_MAX} may be`];
}

function roundOf(cost: string, turns: readonly Turn[]): Round {
  return {
    ratios: turns.map(({ ours, other }) => ours[cost]! / other[cost]!),
    other_cores: median(turns.map(({ other_cores }) => other_cores)),
  };
}

function compare(part: string, cost: string, rounds: readonly Turn[][]): Comparison {
  const { round, ...judgement } = judge(rounds.map((turns) => roundOf(cost, turns)));
  const turns = rounds[round]!;
  return {
    part,
    cost,
    ours: median(turns.map(({ ours }) => ours[cost]!)),
    other: median(turns.map(({ other }) => other[cost]!)),
    ...judgement,
  };
}

function showFigure(value: number): string {
  return (value >= 100 ? value.toFixed(0) : value.toFixed(2)).padStart(9);
}

function showPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`.padStart(7);
}
