/** What the parts of a solve cost, in processor time of the thread that solves. */
import type { Engine } from "../../src/solver/engine";
import type { ModelCompiler } from "../../src/solver/messages";

/** Seconds. */
export interface Costs {
  readonly compiling: number;
  /** The first run of HiGHS, which a product without proofs would have had to do as well. */
  readonly first_solve: number;
  /** All that the solver was asked after it: other options, another scale, integers fixed, proofs of infeasibility. */
  readonly second_solves: number;
  /** The rest: preparation, certificate, digests and the answer's text. */
  readonly rest: number;
}

export const NO_COSTS: Costs = { compiling: 0, first_solve: 0, second_solves: 0, rest: 0 };

export function addCosts(one: Costs, other: Costs): Costs {
  return {
    compiling: one.compiling + other.compiling,
    first_solve: one.first_solve + other.first_solve,
    second_solves: one.second_solves + other.second_solves,
    rest: one.rest + other.rest,
  };
}

/** What is paid beyond the first solve, as a share of it, preparation and answer included. */
export function surcharge({ first_solve, second_solves, rest }: Costs): number {
  return (second_solves + rest) / Math.max(first_solve, 1e-6);
}

/** Measures one attempt at a time. */
export class Meter {
  #compiling = 0;
  #solves: number[] = [];

  /** The same compiler, measured. */
  compiler(compiler: ModelCompiler): ModelCompiler {
    return {
      ...compiler,
      compile: (...words) => {
        const started = threadSeconds();
        const compilation = compiler.compile(...words);
        this.#compiling += threadSeconds() - started;
        return compilation;
      },
    };
  }

  /** The same engine, each call of it measured; nothing else may run meanwhile. */
  engine(engine: Engine): Engine {
    return new Proxy(engine, {
      get: (target, name) => {
        const part: unknown = Reflect.get(target, name, target);
        if (typeof part !== "function") return part;
        return (...words: readonly unknown[]) => this.#measure(async () => part.apply(target, words));
      },
    });
  }

  async attempt<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly costs: Costs }> {
    this.#compiling = 0;
    this.#solves = [];
    const started = threadSeconds();
    const result = await work();
    const total = threadSeconds() - started;
    const [first_solve = 0, ...others] = this.#solves;
    const second_solves = others.reduce((sum, seconds) => sum + seconds, 0);
    const compiling = this.#compiling;
    return {
      result,
      costs: { compiling, first_solve, second_solves, rest: total - compiling - first_solve - second_solves },
    };
  }

  async #measure<T>(call: () => Promise<T>): Promise<T> {
    const started = threadSeconds();
    try {
      return await call();
    } finally {
      this.#solves.push(threadSeconds() - started);
    }
  }
}

function threadSeconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1e6;
}
