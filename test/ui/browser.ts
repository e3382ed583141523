/**
 * The page as a person has it: Debian's chromium on the compiled program. Whatever a page logs as an error, throws, or asks
 * of another origin is kept, and fails the test that looks. Screenshots lie in dist/screenshots, to be looked at.
 */
import { afterAll, expect } from "bun:test";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";
const SCREENSHOTS = join(import.meta.dir, "../../dist/screenshots");
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AXE = join(import.meta.dir, "../../node_modules/axe-core/axe.min.js");
const STEP_MS_MAX = 15_000;

export const hasChromium = existsSync(CHROMIUM);

export type Scheme = "light" | "dark";

export interface Look {
  readonly width: number;
  readonly scheme: Scheme;
}

/** How each screen is looked at. */
export const LOOKS: readonly Look[] = [
  { width: 1440, scheme: "light" },
  { width: 1440, scheme: "dark" },
  { width: 390, scheme: "light" },
  { width: 390, scheme: "dark" },
];

/** One window of a browser of its own storage, with what went wrong in it. */
export interface Window {
  readonly page: Page;
  /** Errors of the console and of scripts, and requests that left the origin. */
  readonly faults: string[];
  /** Fails when anything went wrong so far. */
  expectQuiet(): void;
  close(): Promise<void>;
}

/** One browser for a file of tests, started with the first window. */
export function aBrowser(): { open(address: string, look?: Look): Promise<Window> } {
  let browser: Promise<Browser> | null = null;
  afterAll(async () => {
    await (await browser)?.close();
  });
  return {
    open: async (address, look = LOOKS[0]!) => {
      browser ??= chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
      const context = await (await browser).newContext({
        viewport: { width: look.width, height: look.width < 600 ? 844 : 900 },
        colorScheme: look.scheme,
        // What moves would be looked at half way.
        reducedMotion: "reduce",
        timezoneId: "Europe/Berlin",
        locale: "en-GB",
      });
      return openWindow(context, address);
    },
  };
}

async function openWindow(context: BrowserContext, address: string): Promise<Window> {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: address });
  const page = await context.newPage();
  page.setDefaultTimeout(STEP_MS_MAX);
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !isRefusedRequest(message.text())) faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`script: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (!url.startsWith(address) && !url.startsWith("data:") && !url.startsWith("blob:")) faults.push(`left: ${url}`);
  });
  return {
    page,
    faults,
    expectQuiet: () => expect(faults).toEqual([]),
    close: () => context.close(),
  };
}

/** The browser notes every answer above 399; a refusal that the page shows is no fault of the page. */
function isRefusedRequest(text: string): boolean {
  return text.startsWith("Failed to load resource: the server responded with a status of 4");
}

/** A picture for people to look at: the whole page, under a name that says what it is. */
export async function picture(page: Page, name: string, look: Look): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-${look.width}-${look.scheme}.png`), fullPage: true });
}

/** What axe-core finds on the page that keeps people out: serious and critical findings, each with its places. */
export async function findBarriers(page: Page): Promise<string[]> {
  // As the browser's own code, which the page's policy does not bind.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(readFileSync(AXE, "utf8"));
  const violations = (await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) => violations)",
  )) as { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[];
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id} at ${target.join(" ")}: ${failureSummary.replaceAll("\n", " ")}`,
      ),
    );
}

/** True when nothing makes the page wider than its window. */
export async function fitsWidth(page: Page): Promise<boolean> {
  return (await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")) as boolean;
}

/** The sizes that every change of the page is tried at: a desktop and a phone. */
export const SIZES = [LOOKS[0]!, LOOKS[2]!] as const;

/** True when the element, or its upper edge where it is taller than the window, is where a person sees it. */
export async function isSeen(page: Page, text: string): Promise<boolean> {
  const box = await page.getByText(text).first().boundingBox();
  return box !== null && box.y >= 0 && box.y < (page.viewportSize()?.height ?? 0);
}
