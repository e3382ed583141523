/** A service that will be killed: starts a solver, gives it an endless job and prints its pid. */
import { systemClock } from "../../src/clock";
import { SOLVE_OPTIONS_DEFAULT } from "../../src/solver/options";
import { SolverPool } from "../../src/solver/process/pool";

const [entry, control_dir, model] = process.argv.slice(2) as [string, string, string];
const pool = new SolverPool({ command: [process.execPath, entry], processes: 1, clock: systemClock, control_dir });
await pool.warm();
if (model !== "") {
  const request = { bound: null, override_data: null, options: SOLVE_OPTIONS_DEFAULT, quick: false };
  pool.submit({ ...request, model: { digest: "d", readText: () => model } }, { onStarted: tellPid });
} else tellPid();
process.stdin.resume();

function tellPid(): void {
  process.stdout.write(`${pool.stats().solvers[0]!.pid}\n`);
}
