/**
 * Guesses secrets of the compiled program. Two parts, each with a promise:
 *
 * Attack: `--seconds N` (20) of wrong secrets from some clients at up to 5,000 a second, on the trigger that its owner fires 200
 * times a second, from another address and from the attacker's own. Each guessing client gets 401 twenty times a minute and
 * 429 from then on; the owner keeps at least 90 % of the rate of fires without the attack, and none is refused.
 *
 * Timing: `--tries N` (100,000) wrong secrets that share all, and none, of the right one's first 60 digits; the same for API
 * keys; and wrong secrets against triggers that are not there. Welch's t of the two kinds of answer times stays below 4.5, as
 * in dudect (Reparaz, Balasch, Verbauwhede, 2017): answers slower than the 90th percentile are left out as noise.
 */
import { connect, type Socket } from "node:net";
import { ask, type Json, KEY, makeTrigger } from "./faults/api";
import { QUICK_MODEL } from "./faults/hard_models";
import { Program } from "./faults/program";
import { seededNumbers } from "./faults/seeded";

const OWNER_FIRES_PER_SECOND = 200;
const GUESSES_PER_SECOND = 5000;
const GUESSERS = 20;
const OWNER_SHARE_MIN = 0.9;
const FAILURES_MAX = 20;
const T_MAX = 4.5;
const KEPT_SHARE = 0.9;
const SAME_DIGITS = 60;
const HEX = "0123456789abcdef";

/** Connections that the owner's fires are spread over. */
const OWNER_LINES = 8;

const seconds = numberArgument("--seconds", 20);
const tries = numberArgument("--tries", 100_000);
const random = seededNumbers(20261125);
const faults: string[] = [];
const guess_at = process.argv.indexOf("--guess");
if (guess_at !== -1) {
  await guessOn(process.argv[guess_at + 1]!, process.argv[guess_at + 2]!);
  process.exit(0);
}
await attack();
await timing();
for (const fault of new Set(faults)) console.log(`broken: ${fault}`);
process.exit(faults.length === 0 ? 0 : 1);

async function attack(): Promise<void> {
  const program = new Program();
  try {
    await program.start(null, ["--workers", "1"]);
    const trigger = await makeTrigger(program.address, QUICK_MODEL);
    const path = `/api/v2/triggers/${trigger.id}/fire`;
    const alone = await own(program, path, trigger, "127.0.0.1");
    // A separate process, so that the owner's timing does not wait for the guesser's answers.
    const words = [process.execPath, import.meta.path, "--guess", program.address, path];
    const guesser = Bun.spawn(words, { stdin: "pipe", stdout: "pipe", stderr: "inherit" });
    const began = performance.now();
    const elsewhere = await own(program, path, trigger, "127.0.0.1");
    const beside = await own(program, path, trigger, clientAddress(0));
    guesser.stdin.end();
    const guesses = JSON.parse(await guesser.stdout.text()) as Record<string, Record<string, number>>;
    judge(guesses, { alone, elsewhere, beside, lasted_s: (performance.now() - began) / 1000 });
    await program.stop();
  } finally {
    await program.remove();
  }
}

function judge(
  guesses: Readonly<Record<string, Readonly<Record<string, number>>>>,
  { alone, elsewhere, beside, lasted_s }: { alone: number; elsewhere: number; beside: number; lasted_s: number },
): void {
  const total = Object.values(guesses)
    .flatMap((counts) => Object.values(counts))
    .reduce((sum, n) => sum + n, 0);
  console.log(
    `owner alone ${rate(alone)} fires/s; under ${Math.round(total / lasted_s)} guesses/s ${rate(elsewhere)} from another address (${share(elsewhere, alone)}), ${rate(beside)} from a guesser's own (${share(beside, alone)})`,
  );
  const windows = Math.ceil(lasted_s / 60) + 1;
  for (const [client, counts] of Object.entries(guesses)) {
    const strange = Object.keys(counts).filter((status) => status !== "401" && status !== "429");
    if (strange.length > 0) faults.push(`guesses of ${client} were answered ${strange.join(", ")}`);
    if ((counts["401"] ?? 0) > FAILURES_MAX * windows) faults.push(`${client} was told 401 ${counts["401"]} times`);
  }
  console.log(
    `each of ${Object.keys(guesses).length} clients was told 401 at most ${FAILURES_MAX} times a minute, else 429`,
  );
  if (Math.min(elsewhere, beside) < alone * OWNER_SHARE_MIN) faults.push("the attack slows the owner's fires down");
}

/** Fires at a steady rate; how many were accepted in time. */
async function own(program: Program, path: string, trigger: Json, from: string): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const pause_ms = (1000 * OWNER_LINES) / OWNER_FIRES_PER_SECOND;
  let accepted = 0;
  const fire = async (): Promise<void> => {
    const line = await Line.open(program.address, from);
    for (let due = performance.now(); due < until; due += pause_ms) {
      const early = due - performance.now();
      if (early > 1) await Bun.sleep(early);
      if (performance.now() >= until) break;
      const status = await line.ask("POST", path, trigger.trigger_secret);
      if (status === "202") accepted += 1;
      else faults.push(`the owner's fire from ${from} was answered ${status}`);
    }
    line.close();
  };
  await Promise.all(Array.from({ length: OWNER_LINES }, fire));
  return accepted;
}

/** Guesses until its input ends, then prints the answers to each client as JSON. */
async function guessOn(address: string, path: string): Promise<void> {
  let is_over = false;
  const guesses: Record<string, Record<string, number>> = {};
  const pause_ms = (1000 * GUESSERS) / GUESSES_PER_SECOND;
  const all = Array.from({ length: GUESSERS }, async (_, number) => {
    const client = clientAddress(number);
    const counts: Record<string, number> = {};
    guesses[client] = counts;
    const line = await Line.open(address, client);
    for (let due = performance.now(); !is_over; due += pause_ms) {
      const early = due - performance.now();
      if (early > 1) await Bun.sleep(early);
      const status = await line.ask("POST", path, digits(64));
      counts[status] = (counts[status] ?? 0) + 1;
    }
    line.close();
  });
  await Bun.stdin.text();
  is_over = true;
  await Promise.all(all);
  process.stdout.write(JSON.stringify(guesses));
}

/** All of 127.0.0.0/8 is this machine, so each client has an address of its own. */
function clientAddress(number: number): string {
  return `127.0.1.${number + 1}`;
}

async function timing(): Promise<void> {
  const program = new Program();
  try {
    await program.start(null, ["--workers", "0", "--failures-per-minute-max", "1000000000", "--log-requests", "none"]);
    const { id, trigger_secret } = await makeTrigger(program.address, QUICK_MODEL);
    const { api_key } = await ask(program.address, "POST", "/keys", { name: "timed", role: "viewer" });
    const fire = `/api/v2/triggers/${id}/fire`;
    const like = (secret: string): string => {
      const kept = secret.slice(0, secret.length - 64 + SAME_DIGITS);
      const rest = digits(64 - SAME_DIGITS);
      return kept + rest === secret ? like(secret) : kept + rest;
    };
    const line = await Line.open(program.address, "127.0.0.1");
    await compare(line, "secrets that are nearly right, against random ones", [
      () => ["POST", fire, like(trigger_secret)],
      () => ["POST", fire, digits(64)],
    ]);
    await compare(line, "API keys that are nearly right, against random ones", [
      () => ["GET", "/api/v2/triggers", like(api_key)],
      () => ["GET", "/api/v2/triggers", `ok_live_${digits(64)}`],
    ]);
    if (KEY === api_key) throw new Error("both keys are the same");
    line.close();
    await program.stop();
  } finally {
    await program.remove();
  }
}

type Try = readonly [method: string, path: string, token: string];

/** Asks both kinds in random order, half of the tries each. */
async function compare(line: Line, what: string, kinds: readonly [() => Try, () => Try]): Promise<void> {
  const times: [number[], number[]] = [[], []];
  for (let i = 0; i < tries; i += 1) {
    const kind = random(2) as 0 | 1;
    const asked = kinds[kind]();
    const started = performance.now();
    await line.ask(...asked);
    times[kind].push(performance.now() - started);
  }
  const limit = [...times[0], ...times[1]].sort((a, b) => a - b)[Math.floor(tries * KEPT_SHARE)]!;
  const [a, b] = times.map((all) => all.filter((time) => time < limit)) as [number[], number[]];
  const t = welch(a, b);
  console.log(
    `${what}: t = ${t.toFixed(2)} over ${tries} tries, means ${mean(a).toFixed(4)} and ${mean(b).toFixed(4)} ms`,
  );
  if (Math.abs(t) >= T_MAX) faults.push(`the time of an answer distinguishes ${what}`);
}

/** Welch (1947): the difference of two means in units of its standard error. */
function welch(a: readonly number[], b: readonly number[]): number {
  return (mean(a) - mean(b)) / Math.sqrt(variance(a) / a.length + variance(b) / b.length);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function variance(values: readonly number[]): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1);
}

function digits(count: number): string {
  return Array.from({ length: count }, () => HEX[random(16)]).join("");
}

/** One connection that stays open, from an address of choice; requests one after the other. */
class Line {
  readonly #socket: Socket;
  readonly #host: string;
  #text = "";
  #answered: ((status: string) => void) | null = null;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on("data", (bytes) => this.#read(bytes.toString("latin1")));
    socket.on("error", () => this.#answer("no answer"));
    socket.on("close", () => this.#answer("no answer"));
  }

  static open(address: string, from: string): Promise<Line> {
    const { hostname, port, host } = new URL(address);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), localAddress: from });
      socket.once("error", reject);
      socket.once("connect", () => resolve(new Line(socket, host)));
    });
  }

  /** The status of the answer. */
  ask(method: string, path: string, token: string): Promise<string> {
    const head = `${method} ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nAuthorization: Bearer ${token}\r\n`;
    return new Promise((resolve) => {
      this.#answered = resolve;
      this.#socket.write(method === "POST" ? `${head}Content-Length: 0\r\n\r\n` : `${head}\r\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(part: string): void {
    this.#text += part;
    const head_end = this.#text.indexOf("\r\n\r\n");
    if (head_end === -1) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.#text)?.[1] ?? 0);
    if (this.#text.length < head_end + 4 + length) return;
    const status = this.#text.slice(9, 12);
    this.#text = this.#text.slice(head_end + 4 + length);
    this.#answer(status);
  }

  #answer(status: string): void {
    const answered = this.#answered;
    this.#answered = null;
    answered?.(status);
  }
}

function rate(count: number): string {
  return (count / seconds).toFixed(0);
}

function share(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(1)} %`;
}

function numberArgument(flag: string, otherwise: number): number {
  const at = process.argv.indexOf(flag);
  return at === -1 ? otherwise : Number(process.argv[at + 1]);
}
