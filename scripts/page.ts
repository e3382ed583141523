/**
 * Measures the page in Debian's chromium against the compiled program: the first view with a cold cache, its size, how
 * much the executable grew by it, and a result with 100,000 variables opened and scrolled. It prints figures and does not judge: on a machine
 * that does other work they say little, so the time of the same browser for an empty page is shown beside them.
 */
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, type CDPSession, chromium, type Page } from "playwright-core";

const ROOT = join(import.meta.dir, "..");
const PROGRAM = join(ROOT, "dist", "jaot-triggers");
const KEY = `ok_live_${"5c".repeat(32)}`;
const ROUNDS = 5;
const VARIABLES = Number(process.argv[2] ?? 100_000);
const FRAME_MS_MAX = 50;
const SCROLL_STEPS = 120;
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"];

const directory = mkdtempSync(join(tmpdir(), "jaot-page-"));
const program = Bun.spawn([PROGRAM, "serve", "--port", "0", "--data-dir", join(directory, "data")], {
  env: { PATH: "/usr/bin:/bin", HOME: directory, TMPDIR: directory, JAOT_ADMIN_KEY: KEY },
  stdout: "pipe",
  stderr: "ignore",
});
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
try {
  const address = await addressOf(program.stdout);
  tellSizes();
  await tellFirstView(address);
  await tellLargeResult(address);
} finally {
  await browser.close();
  program.kill();
  await program.exited;
  rmSync(directory, { recursive: true, force: true });
}

async function addressOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    const found = /listens on (\S+)\n/.exec(text);
    if (found !== null) return found[1]!;
  }
  throw new Error("the service did not start");
}

function tellSizes(): void {
  const files = [...new Bun.Glob("*.{gz,br}").scanSync({ cwd: join(ROOT, "dist", "page") })];
  const bytes = files.reduce((sum, name) => sum + statSync(join(ROOT, "dist", "page", name)).size, 0);
  console.log(`the page in the executable: ${(bytes / 1e6).toFixed(2)} MB in ${files.length} files, both compressions`);
}

async function open(signed_in: boolean): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const page = await context.newPage();
  if (signed_in) await page.addInitScript(`sessionStorage.setItem("jaot.key", ${JSON.stringify(KEY)})`);
  return { context, page };
}

/** A fresh context has a cold cache. */
async function tellFirstView(address: string): Promise<void> {
  const times: number[] = [];
  const bare: number[] = [];
  let script_bytes = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const empty = await open(false);
    const bare_at = performance.now();
    await empty.page.goto(`${address}/health`);
    bare.push(performance.now() - bare_at);
    await empty.context.close();
    const { context, page } = await open(true);
    script_bytes = 0;
    page.on("response", async (response) => {
      if (response.url().endsWith(".js")) script_bytes += Number(response.headers()["content-length"] ?? 0);
    });
    const began_at = performance.now();
    await page.goto(address);
    await page.getByRole("heading", { name: "Overview", exact: true }).waitFor();
    await page.getByText("Begin with an example").waitFor();
    times.push(performance.now() - began_at);
    await context.close();
  }
  console.log(
    `first view, cold cache, to the examples shown: ${median(times)} ms (an empty answer: ${median(bare)} ms)`,
  );
  console.log(`scripts of the first view: ${(script_bytes / 1000).toFixed(0)} kB as sent`);
}

async function tellLargeResult(address: string): Promise<void> {
  const { trigger_id, run_id } = await makeLargeRun(address);
  const opened: number[] = [];
  const bare: number[] = [];
  const work: number[] = [];
  let frames: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const { context, page } = await open(true);
    await page.goto(`${address}/triggers/${trigger_id}`);
    await page.getByText("Latest runs").waitFor();
    const began_at = performance.now();
    await page.locator(`a[href$="${run_id}"]`).first().click();
    await page.getByRole("region", { name: /Values of/ }).waitFor();
    await page.locator(".data-table tbody tr").nth(5).waitFor();
    opened.push(performance.now() - began_at);
    const client = await context.newCDPSession(page);
    await client.send("Performance.enable");
    const before = await workOf(client);
    const scrolled = await scrollFrames(page);
    work.push(((await workOf(client)) - before) / scrolled.length);
    frames = [...frames, ...scrolled];
    bare.push(Math.max(...(await idleFrames(page))));
    await context.close();
  }
  const late = frames.filter((ms) => ms > FRAME_MS_MAX).length;
  console.log(`a result of ${VARIABLES} variables: opened in ${median(opened)} ms from the click`);
  console.log(`work of the page itself in a frame of that scroll (script, style, layout): ${median(work)} ms`);
  console.log(
    `scrolled through: ${frames.length} frames, ${late} over ${FRAME_MS_MAX} ms, the longest ${Math.max(...frames).toFixed(0)} ms (idle: ${median(bare)} ms)`,
  );
}

/** Milliseconds of script, style and layout so far, which a busy machine affects least. */
async function workOf(client: CDPSession): Promise<number> {
  const { metrics } = await client.send("Performance.getMetrics");
  const counted = ["ScriptDuration", "LayoutDuration", "RecalcStyleDuration"];
  return metrics.filter(({ name }) => counted.includes(name)).reduce((sum, { value }) => sum + 1000 * value, 0);
}

/** Jumps through the whole table, one step per frame, and measures the time between frames. */
function scrollFrames(page: Page): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const frame = document.querySelector(".table-virtual");
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      frame.scrollTop += times.length % 2 === 0 ? 240 : frame.scrollHeight / ${SCROLL_STEPS};
      if (times.length < ${SCROLL_STEPS}) requestAnimationFrame(step);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(step);
  })`) as Promise<number[]>;
}

function idleFrames(page: Page): Promise<number[]> {
  return page.evaluate(`new Promise((resolve) => {
    const times = [];
    let last = performance.now();
    const step = (now) => {
      times.push(now - last);
      last = now;
      if (times.length < 60) requestAnimationFrame(step);
      else resolve(times.slice(1));
    };
    requestAnimationFrame(step);
  })`) as Promise<number[]>;
}

async function makeLargeRun(address: string): Promise<{ trigger_id: string; run_id: string }> {
  const source = `param n := ${VARIABLES};
set I := 1..n;
var make {i in I} >= 1, <= 1 + i;
maximize total: sum {i in I} (1 + i mod 7) * make[i];
end;`;
  const call = async (method: string, path: string, body: unknown): Promise<Record<string, string>> => {
    const headers = { authorization: `Bearer ${KEY}`, "content-type": "application/json", prefer: "wait=60" };
    const response = await fetch(`${address}/api/v2${path}`, { method, headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, string>;
  };
  const document = await call("POST", "/builder", { name: "large", model_json: { language: "mathprog", source } });
  const version = await call("POST", `/builder/${document.id}/versions`, {});
  const trigger = await call("POST", "/triggers", { name: "large", document_id: document.id, version_id: version.id });
  const run = await call("POST", `/triggers/${trigger.id}/fire`, {});
  return { trigger_id: trigger.id!, run_id: run.id! };
}

function median(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!.toFixed(0);
}
