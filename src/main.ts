/** The program's entry: reads the arguments, runs the command, sets the exit code. */
import { type ArgumentReading, parseArguments } from "./cli/arguments";
import { COMMANDS } from "./cli/commands";
import { tellFailure } from "./cli/failure";
import { StandardOutput } from "./cli/standard_output";
import { complain, seenText, type Terminal } from "./cli/terminal";
import { systemClock } from "./clock";
import { systemIds } from "./ids";
import { platform } from "./platform/current";

/** The directory in which a compiled program finds its own files. */
const EMBEDDED_ROOT = "/$bunfs/";

platform.files.makeNewFilesPrivate();
// The service goes on when the reader of its log closes it or the log's disk is full.
process.stderr.on("error", () => {});
const output = new StandardOutput();
const { exit_code, problem } = output.settle(await main(parseArguments(process.argv.slice(2), COMMANDS)));
if (problem !== null) process.stderr.write(`jaot-triggers: ${problem}\n`);
await drained(process.stderr);
process.exit(exit_code);

/** Waits until a slow reader of a pipe has taken everything, because an exit would drop the rest. */
function drained(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.once("error", () => resolve());
    stream.end(() => resolve());
  });
}

async function main(reading: ArgumentReading): Promise<number> {
  const terminal = processTerminal();
  if (reading.kind === "help") {
    terminal.out(reading.text);
    return 0;
  }
  if (reading.kind === "wrong") return complain(terminal, reading.faults, 2);
  try {
    return await COMMANDS[reading.parsed.command]!.run(terminal, reading.parsed);
  } catch (error) {
    return tellFailure(terminal, error);
  }
}

function processTerminal(): Terminal {
  const is_compiled = Bun.main.startsWith(EMBEDDED_ROOT) || Bun.main.startsWith("B:/~BUN/");
  return {
    clock: systemClock,
    ids: systemIds(systemClock),
    environment: process.env,
    is_interactive: process.stderr.isTTY === true,
    self: is_compiled ? [process.execPath] : [process.execPath, Bun.main],
    out: (text) => output.write(seenText(text)),
    isRead: () => output.is_open,
    err: (text) => void process.stderr.write(seenText(text)),
    untilStopped,
  };
}

/** Settles at the first request to stop. The second ends the process at once; accepted runs are kept even then. */
function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let is_asked = false;
    platform.processes.onStopRequest(() => {
      if (is_asked) process.exit(1);
      is_asked = true;
      resolve();
    });
  });
}
