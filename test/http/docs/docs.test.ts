/** The page at /docs: complete, without script, and readable on a small screen. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { html, prose } from "../../../src/http/docs/html";
import { spellJson } from "../../../src/http/docs/json_text";
import { type Answer, type Json, startWorld, type World } from "../../world";

let world: World;
let page: Answer;
let document: Json;

beforeAll(async () => {
  world = await startWorld({ flags: { workers: "0" } });
  page = await world.call("GET", "/docs", undefined, { token: null });
  document = (await world.call("GET", "/openapi.json")).body;
});
afterAll(() => world.stop());

/** Every value of an attribute on the page. */
function valuesOf(attribute: string): string[] {
  return [...(page.body as string).matchAll(new RegExp(` ${attribute}="([^"]*)"`, "g"))].map((match) => match[1]!);
}

describe("/docs", () => {
  test("is a page that may run nothing and be framed by nobody", () => {
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const policy = page.headers.get("content-security-policy") ?? "";
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain("unsafe");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(page.body).not.toMatch(/<script|<style|\sstyle=|\son\w+=|javascript:/i);
  });

  test("loads from this service alone, and everything it names is there", async () => {
    const places = [...valuesOf("href"), ...valuesOf("src")].filter((place) => !place.startsWith("#"));
    expect(places.sort()).toEqual(["/docs/style.css", "/openapi.json"]);
    for (const place of places) expect((await world.call("GET", place, undefined, { token: null })).status).toBe(200);
    const style = await world.call("GET", "/docs/style.css", undefined, { token: null });
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
    expect(style.body).not.toMatch(/url\(|@import/);
  });

  test("shows every operation, schema and event once, and every link leads somewhere", () => {
    const ids = valuesOf("id");
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    for (const methods of Object.values(document.paths)) {
      for (const operation of Object.values(methods as Json) as Json[]) expect(ids).toContain(operation.operationId);
    }
    for (const name of Object.keys(document.components.schemas)) expect(ids).toContain(`schema-${name}`);
    for (const code of Object.keys(document.components.examples)) expect(ids).toContain(`error-${code}`);
    for (const event of Object.keys(document.webhooks)) expect(ids).toContain(event);
    const links = valuesOf("href").filter((place) => place.startsWith("#"));
    expect(links.filter((link) => !ids.includes(link.slice(1)))).toEqual([]);
    const labels = valuesOf("aria-labelledby");
    expect(labels.filter((label) => !ids.includes(label))).toEqual([]);
  });

  test("has headings in order, one of the first level, and a way past the contents", () => {
    const levels = [...(page.body as string).matchAll(/<h([1-6])[ >]/g)].map((match) => Number(match[1]));
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels.filter((level, at) => at > 0 && level > levels[at - 1]! + 1)).toEqual([]);
    expect(page.body).toContain('<a class="skip" href="#content">');
    expect(page.body).toContain('<html lang="en">');
  });
});

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));

/** What a browser makes of the page, by a frame of that width around it on a page of the test's own. */
async function measure(width: number): Promise<{ scroll_width: number; color: string }> {
  const { promise, resolve } = Promise.withResolvers<Json>();
  const script = `const page = document.getElementById("page"); page.addEventListener("load", () => {
    const { documentElement, body } = page.contentDocument;
    const color = page.contentWindow.getComputedStyle(page.contentDocument.querySelector(".method.post")).color;
    fetch("/found", { method: "POST", body: JSON.stringify({ scroll_width: documentElement.scrollWidth, color }) });
  });`;
  const style = await world.call("GET", "/docs/style.css");
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname === "/docs") return new Response(page.body, { headers: { "content-type": "text/html" } });
      if (pathname === "/docs/style.css") return new Response(style.body, { headers: { "content-type": "text/css" } });
      if (pathname === "/found") {
        resolve(await request.json());
        return new Response("");
      }
      const frame = `<iframe id="page" width="${width}" height="800" src="/docs"></iframe><script>${script}</script>`;
      return new Response(`<!doctype html>${frame}`, { headers: { "content-type": "text/html" } });
    },
  });
  const words = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--timeout=20000"];
  const browser = Bun.spawn([CHROMIUM!, ...words, "--dump-dom", server.url.href], {
    stdout: "ignore",
    stderr: "ignore",
  });
  try {
    const ended = browser.exited.then(() => Promise.reject(new Error("the browser ended and found nothing")));
    return await Promise.race([promise, ended]);
  } finally {
    browser.kill();
    await browser.exited;
    await server.stop(true);
  }
}

test.skipIf(CHROMIUM === undefined)(
  "in a browser the page is 390 px wide where the screen is, and styled (needs the package chromium)",
  async () => {
    const { scroll_width, color } = await measure(390);
    expect(scroll_width).toBeLessThanOrEqual(390);
    expect(color).not.toBe("rgb(0, 0, 0)");
  },
  30_000,
);

describe("HTML from text", () => {
  test("is escaped unless it was made as HTML", () => {
    const name = `<img src=x onerror="alert('1')">&`;
    expect(html`<p title="${name}">${html`<b>${name}</b>`}</p>`.text).toBe(
      `<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;"><b>&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;</b></p>`,
    );
    expect(html`${prose("a `<b>` c")}`.text).toBe("a <code>&lt;b&gt;</code> c");
  });
});

test("JSON to read is the same JSON, in lines that fit", () => {
  for (const value of [document, {}, [], null, "text", 1.5, { a: [], b: {} }, [[1, 2], { c: "d".repeat(100) }]]) {
    expect(JSON.parse(spellJson(value))).toEqual(value);
  }
  expect(spellJson({ a: 1, b: [1, 2] })).toBe('{ "a": 1, "b": [1, 2] }');
  const lines = spellJson({ list: Array.from({ length: 40 }, (_, i) => i), more: "x" }).split("\n");
  expect(lines[1]).toBe('  "list": [');
});
