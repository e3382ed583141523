/**
 * Reads /metrics of the compiled program with one trigger and with many, all of them fired: the same number of series, as fast, and
 * accepted by promtool (Debian's prometheus). `--triggers N` (10,000). Exits with 1 when the number of series grows with the triggers.
 */
import { ask, type Json, KEY, makeTrigger } from "./faults/api";
import { QUICK_MODEL } from "./faults/hard_models";
import { Program } from "./faults/program";

const LINES = 16;
/** Routes, statuses and outcomes that the second part meets first: each is one series, a histogram 11. */
const NEW_SERIES_MAX = 40;

interface Reading {
  readonly text: string;
  readonly series: number;
  readonly milliseconds: number;
}

const triggers = numberArgument("--triggers", 10_000);
const program = new Program();
let exit_code = 0;
try {
  await program.start(null, ["--workers", "1"]);
  const first = await makeTrigger(program.address, QUICK_MODEL);
  await fireAndLook(first);
  const before = await read();
  await eachOf(triggers - 1, async (i) => {
    const { document_id, version_id } = first;
    const named = { name: `line ${i}`, document_id, version_id, expect_within_seconds: 3600 };
    await fireAndLook(await ask(program.address, "POST", "/triggers", named));
  });
  const queued = await read();
  while ((await health()).queue_depth > 0) await Bun.sleep(100);
  const after = await read();
  tell("1 trigger", before);
  tell(`${triggers} triggers, most of their runs waiting`, queued);
  tell(`${triggers} triggers, all runs ended`, after);
  await check(after.text);
  if (after.series - before.series > NEW_SERIES_MAX) {
    console.log(`${after.series - before.series} series more`);
    exit_code = 1;
  }
  await program.stop();
} finally {
  await program.remove();
}
process.exit(exit_code);

async function fireAndLook(trigger: Json): Promise<void> {
  await ask(program.address, "POST", `/triggers/${trigger.id}/fire`, {}, trigger.trigger_secret ?? KEY);
  await ask(program.address, "GET", `/triggers/${trigger.id}`);
}

async function read(): Promise<Reading> {
  const headers = { authorization: `Bearer ${KEY}` };
  const started = performance.now();
  const text = await (await fetch(`${program.address}/metrics`, { headers })).text();
  const milliseconds = performance.now() - started;
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  return { text, series, milliseconds };
}

function tell(what: string, { text, series, milliseconds }: Reading): void {
  console.log(
    `${what}: ${series} series, ${(text.length / 1024).toFixed(0)} KiB, read in ${milliseconds.toFixed(1)} ms`,
  );
}

async function check(text: string): Promise<void> {
  if (Bun.which("promtool") === null) {
    console.log("promtool is not installed (Debian's prometheus): not checked");
    return;
  }
  const child = Bun.spawn(["promtool", "check", "metrics"], {
    stdin: new Blob([text]),
    stdout: "pipe",
    stderr: "pipe",
  });
  const said = (await child.stdout.text()) + (await child.stderr.text());
  const code = await child.exited;
  console.log(`promtool check metrics: ${code === 0 && said === "" ? "accepted, nothing to say" : said}`);
  if (code !== 0) exit_code = 1;
}

async function health(): Promise<Json> {
  return (await fetch(`${program.address}/health`)).json();
}

async function eachOf(count: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  const line = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next);
    }
  };
  await Promise.all(Array.from({ length: LINES }, line));
}

function numberArgument(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
