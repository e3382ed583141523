/** The house rules that a machine can check, over every TypeScript file of ours. Nothing is exempt but what a rule says itself. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SETTINGS } from "../src/config";
import { RULES } from "./tidy/rules";
import { type Files, readRepositories, type Source } from "./tidy/source";
import { wordingFaults } from "./tidy/wording";

const ROOT = join(import.meta.dir, "..");

/** Pages for people, whose wording is held to the same rule as comments and messages. */
const PAGES = ["README.md", "CHANGES.md", ...new Bun.Glob("src/**/*.md").scanSync({ cwd: ROOT })].sort();

function wrong(rule: string, sources: readonly Source[]): string[] {
  return RULES[rule]!(sources);
}

describe("this repository", () => {
  let sources: Source[] = [];

  beforeAll(async () => {
    const found = [...new Bun.Glob("{src,test,scripts}/**/*.{ts,tsx}").scanSync({ cwd: ROOT })];
    const paths = found.filter((path) => !path.includes("/node_modules/")).sort();
    const files = Object.fromEntries(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
    [sources = []] = await readRepositories([files]);
  }, 30_000);

  test("has sources to look at", () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  test.each(Object.keys(RULES))("%s", (rule) => {
    expect(wrong(rule, sources)).toEqual([]);
  });

  test.each(PAGES)("the wording of %s is plain", (path) => {
    const paragraphs = readFileSync(join(ROOT, path), "utf8").split(/\n\s*\n|\n(?=[-|#])/);
    expect(paragraphs.flatMap((text) => wordingFaults(text.replace(/\s+/g, " ")))).toEqual([]);
  });

  test("every setting is read by something", () => {
    const readers = sources.filter(({ path }) => path.startsWith("src/") && path !== "src/config.ts");
    const unread = Object.keys(SETTINGS).filter((name) => !readers.some(({ properties }) => properties.has(name)));
    expect(unread).toEqual([]);
  });
});

function filesNamed(start: string, count: number): Files {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`${start}a${i}.ts`, ""]));
}

/** For each rule, files that break it with a piece of what must be said, and files that come close and do not. */
const EXAMPLES: readonly {
  readonly rule: string;
  readonly broken: readonly (readonly [files: Files, said: string])[];
  readonly kept: readonly Files[];
}[] = [
  {
    rule: "imports go one way",
    broken: [
      [{ "src/storage/a.ts": 'import { b } from "../solver/b";' }, "storage may not import solver"],
      [{ "src/solver/a.ts": 'import type { B } from "../storage/b";' }, "solver may not import storage"],
      [{ "src/http/a.ts": 'export { b } from "../background/b";' }, "http may not import background"],
      [{ "src/background/a.ts": 'const b = await import("../http/b");' }, "background may not import http"],
      [{ "src/problem/a.ts": 'let b: import("../model/b").B;' }, "problem may not import model"],
      [{ "src/services/a.ts": 'import * as app from "../app";' }, "services may not import app"],
      [{ "src/clock.ts": 'import "./problem/problem";' }, "leaf may not import problem"],
      [{ "src/main.ts": 'import { a } from "./services/a";' }, "main may not import services"],
      [{ "src/model/flat/a.ts": 'import { a } from "../../../test/a";' }, "nothing outside src/"],
      [{ "src/attic/a.ts": "export {};" }, "not in the table"],
      [{ "src/http/a.ts": 'import { b } from "../ui/b";' }, "http may not import ui"],
      [{ "src/ui/a.tsx": 'import { b } from "../services/b";' }, "ui runs in the browser and may import only types"],
      [{ "src/ui/a.tsx": 'import type { B } from "../storage/b";' }, "may import only types, of"],
      [{ "src/ui/a.tsx": 'import { b } from "../storage/b" with { type: "macro" };' }, "may import only types, of"],
    ],
    kept: [
      { "src/cli/a.ts": 'import { b } from "../storage/b";\nimport { c } from "../app";' },
      { "src/storage/a.ts": 'import { b } from "../runs/b";\nimport { c } from "../clock";\nimport d from "./d.sql";' },
      { "src/log.ts": 'import { c } from "./clock";' },
      { "src/ui/a.tsx": 'import type { B } from "../services/b";\nexport type { C } from "../model/c";' },
      { "src/ui/a.tsx": 'import { b } from "../services/b" with { type: "macro" };' },
      { "src/version.ts": 'import manifest from "../package.json" with { type: "json" };' },
      { "src/storage/a.ts": '// import { b } from "../solver/b";\nconst text = `import "../solver/b"`;' },
    ],
  },
  {
    rule: "no two folders import each other",
    broken: [
      [
        { "src/model/a.ts": 'import { b } from "../runs/b";', "src/runs/b.ts": 'import { a } from "../model/a";' },
        "model and runs import each other",
      ],
    ],
    kept: [{ "src/solver/a.ts": 'import { b } from "../model/b";', "src/model/b.ts": 'import { c } from "./c";' }],
  },
  {
    rule: "no files import each other in a circle",
    broken: [
      [
        { "src/model/a.ts": 'import { b } from "./b";', "src/model/b.ts": 'import type { A } from "./a";' },
        "src/model/a.ts, src/model/b.ts import each other",
      ],
      [
        {
          "src/model/a.ts": 'import { b } from "./b";',
          "src/model/b.ts": 'import { c } from "../runs/c";',
          "src/runs/c.ts": 'export { a } from "../model/a";',
          "src/runs/d.ts": 'import { c } from "./c";',
        },
        "src/model/a.ts, src/model/b.ts, src/runs/c.ts import each other",
      ],
    ],
    kept: [
      {
        "src/model/a.ts": 'import { b } from "./b";\nimport { c } from "./c";',
        "src/model/b.ts": 'import { d } from "./d";',
        "src/model/c.ts": 'import { d } from "./d";',
        "src/model/d.ts": 'import { join } from "node:path";',
      },
    ],
  },
  {
    rule: "folders are small",
    broken: [[filesNamed("src/model/", 25), "src/model has 25 files of its own"]],
    kept: [{ ...filesNamed("src/model/", 24), ...filesNamed("src/model/flat/", 24), ...filesNamed("test/model/", 30) }],
  },
  {
    rule: "each library has one home",
    broken: [
      [{ "src/services/a.ts": 'import { Cron } from "croner";' }, "src/schedules/cadence.ts alone"],
      [{ "src/services/a.ts": 'import type { Database } from "bun:sqlite";' }, "src/storage/ alone"],
      [{ "src/http/a.ts": 'import { eq } from "drizzle-orm/sqlite-core";' }, "src/storage/ alone"],
      [{ "src/model/a.ts": 'import x from "left-pad";' }, "left-pad has no home"],
      [{ "src/model/a.ts": 'import x from "fs";' }, "fs has no home"],
    ],
    kept: [
      { "src/schedules/cadence.ts": 'import { Cron } from "croner";', "src/http/a.ts": 'import { t } from "elysia";' },
      { "src/model/a.ts": 'import { join } from "node:path";', "test/a.test.ts": 'import { Cron } from "croner";' },
    ],
  },
  {
    rule: "functions take what they use",
    broken: [
      [
        { "src/services/a.ts": "\nexport function f(context: Context) {}" },
        "src/services/a.ts:2 takes the whole Context",
      ],
      [{ "src/background/a.ts": "class A { constructor(context: Context) {} }" }, "takes the whole Context"],
      [{ "src/services/a.ts": "const f = (id: string, context: Context) => 1;" }, "takes the whole Context"],
    ],
    kept: [
      { "src/app.ts": "function f(context: Context) {}", "src/http/server.ts": "function f(context: Context) {}" },
      { "src/services/a.ts": 'function f(context: Pick<Context, "db">, clock: Context["clock"]) {}' },
    ],
  },
  {
    rule: "files are short",
    broken: [[{ "scripts/a.ts": "let a;\n".repeat(401) }, "has 401 lines"]],
    kept: [{ "src/model/a.ts": "let a;\n".repeat(400) }],
  },
  {
    rule: "functions are short",
    broken: [
      [{ "src/model/a.ts": `function long() {${"\n".repeat(60)}}` }, "long has 61 lines"],
      [{ "src/model/a.ts": `const x = () => {\n${"\n".repeat(60)}};` }, "has 62 lines"],
      [{ "src/model/a.ts": `class A {\n  b() {${"\n".repeat(60)}}\n}` }, "src/model/a.ts:2 b has 61 lines"],
      [{ "src/model/a.ts": `const a = { b() {${"\n".repeat(60)}} };` }, "b has 61 lines"],
      [{ "src/model/a.ts": `class A { constructor() {${"\n".repeat(60)}} }` }, "has 61 lines"],
      [{ "test/a.test.ts": `test("a", () => {${"\n".repeat(60)}});` }, "has 61 lines"],
      [
        { "test/a.test.ts": `function f(): { a: "}" } { const r = /[{]/; return \`{\${r}\`;${"\n".repeat(60)}}` },
        "f has 61 lines",
      ],
    ],
    kept: [
      { "src/model/a.ts": `function fits() {${"\n".repeat(59)}}\n/**${"\n".repeat(99)}*/\nfunction short() {}` },
      { "src/model/a.ts": `class A {${"\n".repeat(99)}}\nconst table = {${"\n".repeat(99)}};` },
      {
        "test/a.test.ts": `describe("a", () => {${"\n".repeat(99)}});\ndescribe.skipIf(x)("a", () => {${"\n".repeat(99)}});`,
      },
    ],
  },
  {
    rule: "files are named for what they own",
    broken: [
      [{ "src/model/utils.ts": "" }, '"utils" says nothing'],
      [{ "src/helpers/a.ts": "" }, '"helpers" says nothing'],
      [{ "src/model/index.ts": "" }, '"index" says nothing'],
      [{ "test/common.test.ts": "" }, '"common" says nothing'],
      [{ "src/types.d.ts": "" }, '"types" says nothing'],
      [{ "src/ui/common.tsx": "" }, '"common" says nothing'],
    ],
    kept: [{ "src/model/index_sets.ts": "", "src/model/shapes.ts": "" }],
  },
  {
    rule: "exports are used",
    broken: [
      [{ "src/model/a.ts": "const a = 1;\nexport function b() {}" }, "a.ts:2 nobody imports b"],
      [{ "src/model/a.ts": "export interface A {}" }, "nobody imports A"],
      [{ "src/model/a.ts": "export interface A {}\nfunction f(a: A) {}" }, "nobody imports A"],
      [
        {
          "src/model/a.ts": "export type A = 1;\nexport function f() {\n  let a: A;\n}",
          "src/model/b.ts": 'import { f } from "./a";',
        },
        "nobody imports A",
      ],
      [
        {
          "src/model/a.ts": "export const A = 1;\nexport function f(a: typeof A) {}",
          "src/model/b.ts": 'import { f } from "./a";',
        },
        "nobody imports A",
      ],
      [{ "src/model/a.ts": "type A = 1;\nexport type { A };" }, "nobody imports A"],
      [
        { "src/model/a.ts": "export default 1;", "src/model/b.ts": 'import { a } from "./a";' },
        "nobody imports default",
      ],
      [{ "test/setup.ts": "export const a = 1;\na;" }, "nobody imports a"],
      [
        { "src/model/a.ts": "export const a = 1;", "test/a.test.ts": 'import { a } from "../src/model/a";' },
        "nobody imports a",
      ],
      [{ "src/model/a.ts": "export const a = 1;", "src/runs/b.ts": 'import { a } from "./a";' }, "nobody imports a"],
    ],
    kept: [
      { "test/setup.ts": "export const a = 1;", "test/a.test.ts": 'import { a as b } from "./setup";' },
      { "src/ui/a.tsx": "export const A = () => <b />;", "src/ui/b.tsx": 'import { A } from "./a";' },
      {
        "src/model/a.ts": "export type A = 1;\nexport interface B { a: A }\nexport const f = (): B[] => [];",
        "src/model/b.ts": 'import { f } from "./a";',
      },
      { "src/model/a.ts": "export const a = 1;", "src/cli/b.ts": 'import type * as all from "../model/a";' },
      { "src/model/a.ts": "export const a = 1;", "src/cli/b.ts": 'const all = await import("../model/a");' },
      {
        "src/main.ts": "export const a = 1;",
        "scripts/a.ts": "export const b = 1;",
        "src/a.d.ts": "export type A = 1;",
      },
    ],
  },
  {
    rule: "time and randomness are arguments",
    broken: [
      [{ "src/model/a.ts": "const now = Date.now();" }, "Date.now: take a Clock"],
      [{ "src/model/a.ts": "const now = new Date();" }, "new Date(): take a Clock"],
      [{ "src/model/a.ts": "const now = new Date;" }, "new Date(): take a Clock"],
      [{ "src/model/a.ts": "\nsetTimeout(f, 1);" }, "a.ts:2 setTimeout: take a Clock"],
      [{ "src/model/a.ts": "const wait = setInterval;" }, "setInterval: take a Clock"],
      [{ "src/model/a.ts": "performance.now();" }, "performance.now: take a Clock"],
      [{ "src/model/a.ts": "AbortSignal.timeout(1);" }, "AbortSignal.timeout: take a Clock"],
      [{ "src/model/a.ts": "Math.random();" }, "Math.random: take Ids"],
      [{ "src/model/a.ts": 'import { randomBytes as bytes } from "node:crypto";' }, "randomBytes: take Ids"],
      [{ "src/model/a.ts": "crypto.randomUUID();" }, "crypto.randomUUID: take Ids"],
    ],
    kept: [
      { "src/clock.ts": "Date.now(); setTimeout(f, 1);", "src/ids.ts": "Math.random();" },
      { "src/model/a.ts": "new Date(0); clock.now(); ids.randomUUID(); // Date.now()\nconst text = 'Date.now()';" },
      { "scripts/a.ts": "Date.now(); setTimeout(f, 1);", "test/a.test.ts": "performance.now();" },
    ],
  },
  {
    rule: "tests do not sleep",
    broken: [
      [{ "test/a.test.ts": "await new Promise((done) => setTimeout(done, 10));" }, "setTimeout: move a fake clock"],
      [{ "test/a.test.ts": "await Bun.sleep(10);" }, "Bun.sleep: move a fake clock"],
      [{ "test/setup.ts": 'import { scheduler } from "node:timers/promises";' }, "timers/promises"],
    ],
    kept: [{ "test/a.test.ts": "clock.sleep(10); // setTimeout", "scripts/a.ts": "await Bun.sleep(10);" }],
  },
  {
    rule: "no test is left out silently",
    broken: [
      [{ "test/a.test.ts": 'test.skip("later", () => {});' }, ".skip: say in the title"],
      [{ "test/a.test.ts": 'test.todo("later");' }, ".todo: say in the title"],
      [{ "test/a.test.ts": 'describe.skipIf(!found)("TLS", () => {});' }, ".skipIf: say in the title"],
      [{ "test/a.test.ts": 'it.if(found)("TLS", () => {});' }, ".if: say in the title"],
      [{ "test/a.test.ts": 'test.only("needs the package openssl", () => {});' }, ".only leaves all other tests out"],
    ],
    kept: [
      { "test/a.test.ts": 'test.skipIf(!found)("TLS (needs the package openssl)", () => {});' },
      { "test/a.test.ts": 'test.each([1])("%i", () => {}); list.skip("x");' },
    ],
  },
  {
    rule: "back-ends are chosen in one place",
    broken: [
      [
        { "src/services/a.ts": 'import type { P } from "../solver/process/pool";' },
        "imports src/solver/process/pool.ts",
      ],
      [{ "src/solver/a.ts": 'import { f } from "./process/child";' }, "take the interface that it implements"],
      [{ "src/solver/a.ts": 'import { loadSolver } from "./highs/highs";' }, "imports src/solver/highs/highs.ts"],
      [{ "src/cli/a.ts": 'import { posix } from "../platform/posix";' }, "imports src/platform/posix.ts"],
    ],
    kept: [
      {
        "src/app.ts": 'import { P } from "./solver/process/pool";',
        "src/cli/a.ts": 'import "../solver/process/child";',
      },
      { "src/solver/engines.ts": 'import { h } from "./highs/highs";' },
      { "src/services/a.ts": 'import type { S } from "../solver/place";\nimport { p } from "../platform/current";' },
    ],
  },
  {
    rule: "every form keeps what is typed",
    broken: [
      [
        { "src/ui/a.tsx": "const A = () => <form onSubmit={send} />;" },
        "src/ui/a.tsx:1 onSubmit: give it draft.submit",
      ],
      [{ "src/ui/a.tsx": "const A = () => <form onSubmit={draft.submit} />;" }, "of useDraft"],
      [
        { "src/ui/a.tsx": 'import { useDraft } from "./b";\nconst A = () => <form onSubmit={send} />;' },
        "a.tsx:2 onSubmit",
      ],
    ],
    kept: [{ "src/ui/a.tsx": 'import { useDraft } from "./b";\nconst A = () => <form onSubmit={draft.submit} />;' }],
  },
  {
    rule: "one room knows the system",
    broken: [
      [{ "src/cli/a.ts": 'if (process.platform === "linux") f();' }, "process.platform: ask the platform"],
      [{ "src/storage/a.ts": 'import { chmodSync } from "node:fs";' }, "chmodSync: call files.makePrivate"],
      [{ "src/cli/a.ts": 'import { setPriority as lower } from "node:os";' }, "setPriority: call processes.yield"],
      [{ "src/solver/a.ts": 'read("/proc/self/limits");' }, "a.ts:1 reads /proc/self/limits: add what it tells"],
      [{ "src/solver/a.ts": `read(\`/proc/\${pid}/statm\`);` }, "reads /proc/: add what it tells"],
      [{ "src/app.ts": 'process.on("SIGTERM", f);' }, "names SIGTERM: call processes.onStopRequest"],
      [{ "src/app.ts": 'for (const name of ["SIGSTOP"]) child.kill(name);' }, "names SIGSTOP"],
    ],
    kept: [
      { "src/platform/posix.ts": 'process.platform; read("/proc/self/statm"); process.on("SIGTERM", f);' },
      { "src/runs/a.ts": 'queue.setPriority(1); child.kill("SIGKILL"); // process.platform, /proc/self' },
      { "scripts/a.ts": 'process.platform; child.kill("SIGTERM");', "test/a.test.ts": 'read("/proc/self/stat");' },
    ],
  },
  {
    rule: "output goes through the log",
    broken: [
      [{ "src/services/a.ts": "console.log(1);" }, "console.log: write to the Log"],
      [{ "test/a.test.ts": "console.error(1);" }, "console.error: write to the Log"],
    ],
    kept: [
      {
        "src/cli/a.ts": "console.log(1);",
        "scripts/a.ts": "console.log(1);",
        "src/app.ts": "log.info('console.log');",
      },
    ],
  },
  {
    rule: "wording is plain",
    broken: [
      [{ "src/runs/a.ts": "\n/** Who asks for it. */" }, 'a.ts:2 "Who asks for it." begins with a clause'],
      [{ "src/runs/a.ts": "// A key.\n// Who holds it. Refuses 401.\n" }, 'Who holds it." begins'],
      [{ "src/runs/a.ts": "\n/* What of a tick its\n * policy looks at. */" }, 'a.ts:2 "What of a" hides its subject'],
      [{ "src/runs/a.ts": "/** Births a run. */" }, '"Births a" gives birth'],
      [{ "src/runs/a.ts": "// It had ended when it was born." }, "gives birth to data"],
      [{ "src/runs/a.ts": "const m = `it came through the floor`;" }, '"through the floor" is a picture'],
      [{ "src/ui/a.tsx": "const a = <p>No run is so</p>;" }, '"No run is so" leaves open'],
      [{ "src/ui/a.tsx": 'const a = "The log is an admin\'s to see.";' }, "turns the sentence round"],
      [{ "src/runs/a.ts": "/** A receiver for who builds one. */" }, '"for who builds" needs a noun'],
      [{ "src/runs/a.ts": "/* The key is made anew. */" }, '"anew" holds a word that nobody says aloud'],
      [{ "src/runs/a.ts": "/** A client that wants in. */" }, '"wants in." is slang'],
      [{ "src/runs/a.ts": "/** Runs end. Such is a stop. */" }, "puts the verb before its subject"],
    ],
    kept: [
      { "src/runs/a.ts": "/** Credentials presented with a fire. */\n// Inserts a run.\nconst a = 'No runs match';" },
      { "src/runs/a.ts": "// Only admins can read the audit log: the page shows who did what." },
      { "src/ui/a.tsx": "const a = <h1>Who can see this? Whose key is it?</h1>;" },
      {
        "src/runs/a.ts":
          "// The solver's time is to be counted, and so is the compiler's.\nconst door = /Who is born\\./;",
      },
      {
        "src/runs/a.ts": 'const anew = "https://example.com/born"; // The run that is so long',
        "test/a.ts": "// Who wants in.",
      },
    ],
  },
];

describe("each rule can fail", () => {
  test("every rule has examples", () => {
    expect(EXAMPLES.map(({ rule }) => rule).sort()).toEqual(Object.keys(RULES).sort());
  });

  test.each(EXAMPLES)(
    "$rule",
    async ({ rule, broken, kept }) => {
      const read = await readRepositories([...broken.map(([files]) => files), ...kept]);
      const found = read.map((sources) => wrong(rule, sources));
      expect(found).toEqual([...broken.map(([, said]) => [expect.stringContaining(said)]), ...kept.map(() => [])]);
    },
    30_000,
  );
});
