/** The rules of the house, each a function from all sources to what is wrong, in words that say what to do instead. */
import { posix } from "node:path";
import { filesInCircles } from "./circles";
import { unkeptForms } from "./forms";
import { inSource, inTests, resolve, stemOf } from "./paths";
import type { Source } from "./source";
import { wordingFaults } from "./wording";

export type Rule = (sources: readonly Source[]) => string[];

const FILE_LINES_MAX = 400;
const FUNCTION_LINES_MAX = 60;
/** Files of a folder of src/, those of its own folders aside. */
const FOLDER_FILES_MAX = 24;

/** Files of src/ that anyone may import, and that import only each other. */
const LEAVES = [
  "clock",
  "config",
  "ids",
  "kill_points",
  "log",
  "nearest",
  "refusals",
  "roles",
  "version",
  "json_text",
  "zstd",
];

const ENGINE_LAYERS = ["model", "runs", "schedules", "webhooks", "storage", "solver", "platform"];
const SERVICE_LAYERS = ["services", "metrics", ...ENGINE_LAYERS, "problem"];
/** What each layer may import besides itself and the leaves. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  main: ["cli", "platform"],
  cli: ["app", "http", "background", ...SERVICE_LAYERS],
  app: ["http", "background", ...SERVICE_LAYERS],
  http: SERVICE_LAYERS,
  background: SERVICE_LAYERS,
  services: ["metrics", ...ENGINE_LAYERS, "problem", "examples"],
  metrics: ["runs"],
  model: [...ENGINE_LAYERS, "problem"],
  runs: [...ENGINE_LAYERS, "problem"],
  schedules: [],
  webhooks: [...ENGINE_LAYERS, "problem"],
  storage: ["model", "runs", "schedules", "webhooks", "problem", "platform"],
  solver: ["model", "runs", "webhooks", "problem", "platform"],
  problem: [],
  platform: [],
  /** Models as text, and what is said of them. */
  examples: [],
  ui: ["client"],
  /** Types of the server alone: it runs in the browser too. */
  client: ["http", "services"],
  leaf: [],
};

/** What the page takes from the server: types, which leave nothing behind in its bundle. */
const UI_TYPE_LAYERS = ["leaf", "http", "services", "model", "runs"];

/** Each outside library has one home, so that an upgrade touches one place. */
const LIBRARY_HOMES: Readonly<Record<string, string>> = {
  elysia: "src/http/",
  "@sinclair/typebox": "src/http/",
  "@elysiajs/eden": "src/client/",
  "drizzle-orm": "src/storage/",
  "prom-client": "src/metrics/",
  "bun:sqlite": "src/storage/",
  highs: "src/solver/highs/",
  croner: "src/schedules/cadence.ts",
  cronstrue: "src/schedules/pattern_words.ts",
  yaml: "src/cli/apply/",
  "bun:ffi": "src/platform/",
  react: "src/ui/",
  "react-dom": "src/ui/main.tsx",
  "get-nonce": "src/ui/main.tsx",
  "@mantine": "src/ui/",
  wouter: "src/ui/",
  "@tanstack/react-query": "src/ui/",
  "@tanstack/react-table": "src/ui/tables/",
  "@tanstack/react-virtual": "src/ui/tables/",
  "@codemirror": "src/ui/editor/",
  "@lezer": "src/ui/editor/",
  uplot: "src/ui/plots/",
};

/** What stands behind a seam, and who may choose it; all others take the interface as an argument. */
const BACK_ENDS: Readonly<Record<string, readonly string[]>> = {
  "src/platform/posix": ["src/platform/current"],
  "src/solver/highs/": ["src/solver/highs/", "src/solver/engines"],
  "src/solver/process/": ["src/solver/process/", "src/app", "src/cli/"],
};

/** Where a program begins: the service, the page, and the client that other programs import. */
/** Where the context is made, and where all routes and all tools are put together. */
const CONTEXT_HOLDERS = ["src/app.ts", "src/http/server.ts", "src/http/mcp/"];

const ENTRIES = ["src/main.ts", "src/ui/main.tsx", "src/client/client.ts"];
const BANNED_FILE_NAMES = ["utils", "util", "helpers", "helper", "common", "types", "misc", "index"];

/** Where time and randomness come from; everything else takes a Clock or Ids as an argument. */
const SOURCES_OF_CHANCE = ["src/clock.ts", "src/ids.ts", "src/ui/clock.ts"];
const TIME_WORDS = [
  "Date.now",
  "new Date()",
  "performance.now",
  "setTimeout",
  "setInterval",
  "AbortSignal.timeout",
  "Bun.sleep",
  "Bun.sleepSync",
  "Bun.nanoseconds",
];
const RANDOM_WORDS = ["Math.random", "randomBytes", "randomInt", "randomUUID", "getRandomValues"];
const CRYPTO_OBJECTS = ["crypto", "Bun", "globalThis"];
const SLEEP_WORDS = ["setTimeout", "setInterval", "Bun.sleep", "Bun.sleepSync"];

/** What differs between systems, and is asked of the one interface for that. */
const PLATFORM_WORDS: Readonly<Record<string, string>> = {
  "process.platform": "ask the platform for what differs, or add it to its interface",
  "process.umask": "call files.makeNewFilesPrivate",
  "process.getuid": "call files.belongsToAnother",
  "process.geteuid": "call files.belongsToAnother",
  "process.ppid": "call processes.endWithParent",
  "process.constrainedMemory": "call machine.memoryBytes",
  totalmem: "call machine.memoryBytes",
  setPriority: "call processes.yieldProcessor",
  chmodSync: "call files.makePrivate or makePublic",
  renameSync: "call files.replace or replaceDurably",
};
const SYSTEM_PATH_PATTERN = /^\/(proc|sys|run)\//;
const STOP_SIGNALS = ["SIGTERM", "SIGINT", "SIGHUP", "SIGBREAK", "SIGSTOP", "SIGCONT"];

const NARROWING_MODIFIERS = ["skip", "skipIf", "todo", "todoIf", "if", "failing"];
const NAMED_PACKAGE_PATTERN = /needs the package [a-z0-9@/.+-]+/;

export const RULES: Readonly<Record<string, Rule>> = {
  "imports go one way": importDirections,
  "no two folders import each other": foldersInCircles,
  "no files import each other in a circle": filesInCircles,
  "each library has one home": libraryHomes,
  "functions take what they use": wholeContexts,
  "files are short": (sources) =>
    sources
      .filter((source) => source.lines > FILE_LINES_MAX)
      .map((source) => `${source.path} has ${source.lines} lines, at most ${FILE_LINES_MAX}: split it by what it owns`),
  "functions are short": longFunctions,
  "folders are small": largeFolders,
  "files are named for what they own": bannedNames,
  "exports are used": deadExports,
  "time and randomness are arguments": chance,
  "tests do not sleep": sleeps,
  "no test is left out silently": narrowedTests,
  "output goes through the log": consoles,
  "one room knows the system": systems,
  "back-ends are chosen in one place": backEnds,
  "wording is plain": wording,
  "every form keeps what is typed": unkeptForms,
};

function importDirections(sources: readonly Source[]): string[] {
  return inSource(sources).flatMap((source) => {
    const layer = layerOf(source.path);
    const allowed = LAYERS[layer];
    if (allowed === undefined)
      return [`${source.path}: src/${layer} is not in the table of layers; give it a row there`];
    return source.imports.flatMap(({ specifier, line, is_type, is_macro }) => {
      const target = resolve(source.path, specifier);
      if (target === null || target === "package.json") return [];
      const where = `${source.path}:${line}`;
      if (!target.startsWith("src/")) return [`${where} imports ${target}: the product imports nothing outside src/`];
      const other = layerOf(target);
      if (layer === "ui" && other !== "ui") {
        if ((is_type || is_macro) && UI_TYPE_LAYERS.includes(other)) return [];
        return [
          `${where}: ui runs in the browser and may import only types, of ${UI_TYPE_LAYERS.join(", ")}, or values with { type: "macro" }`,
        ];
      }
      if (other === layer || other === "leaf" || allowed.includes(other)) return [];
      return [`${where}: ${layer} may not import ${other}; move what it needs down, or pass it in as an argument`];
    });
  });
}

function foldersInCircles(sources: readonly Source[]): string[] {
  const pairs = new Map<string, string>();
  for (const source of inSource(sources)) {
    for (const { specifier, line } of source.imports) {
      const target = resolve(source.path, specifier);
      if (target?.startsWith("src/")) pairs.set(`${layerOf(source.path)} ${layerOf(target)}`, `${source.path}:${line}`);
    }
  }
  return [...pairs].flatMap(([pair, where]) => {
    const [from = "", to = ""] = pair.split(" ");
    const back = pairs.get(`${to} ${from}`);
    if (from >= to || back === undefined) return [];
    return [`${where} and ${back}: ${from} and ${to} import each other; move what both need below them`];
  });
}

function wholeContexts(sources: readonly Source[]): string[] {
  return inSource(sources)
    .filter(({ path }) => !CONTEXT_HOLDERS.some((holder) => path.startsWith(holder)))
    .flatMap((source) =>
      source.parameter_types
        .filter(({ name }) => name === "Context")
        .map(({ line }) => `${source.path}:${line} takes the whole Context: take Pick<Context, ...> of what it uses`),
    );
}

function libraryHomes(sources: readonly Source[]): string[] {
  return inSource(sources).flatMap((source) =>
    source.imports.flatMap(({ specifier, line }) => {
      if (specifier.startsWith(".") || specifier.startsWith("node:") || specifier === "bun") return [];
      const library = Object.keys(LIBRARY_HOMES).find((name) => specifier === name || specifier.startsWith(`${name}/`));
      const where = `${source.path}:${line}`;
      if (library === undefined) return [`${where}: ${specifier} has no home; name one in the table of libraries`];
      const home = LIBRARY_HOMES[library]!;
      return source.path.startsWith(home)
        ? []
        : [`${where}: ${library} is imported in ${home} alone; call what is there`];
    }),
  );
}

/** The function given to `describe` is a chapter of tests, not a function: its tests are measured each by itself. */
function longFunctions(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.functions
      .filter(({ lines, argument_of }) => lines > FUNCTION_LINES_MAX && argument_of !== "describe")
      .map(
        ({ name, line, lines }) =>
          `${source.path}:${line} ${name} has ${lines} lines, at most ${FUNCTION_LINES_MAX}: name its parts as functions`,
      ),
  );
}

function largeFolders(sources: readonly Source[]): string[] {
  const files = new Map<string, number>();
  for (const { path } of inSource(sources)) {
    const folder = posix.dirname(path);
    files.set(folder, (files.get(folder) ?? 0) + 1);
  }
  return [...files]
    .filter(([, count]) => count > FOLDER_FILES_MAX)
    .map(
      ([folder, count]) =>
        `${folder} has ${count} files of its own, at most ${FOLDER_FILES_MAX}: give a noun of it a folder`,
    );
}

function bannedNames(sources: readonly Source[]): string[] {
  return sources.flatMap(({ path }) => {
    const parts = path.split("/").map((part) => part.replace(/(\.test|\.d)?\.tsx?$/, ""));
    const banned = parts.find((part) => BANNED_FILE_NAMES.includes(part));
    return banned === undefined ? [] : [`${path}: "${banned}" says nothing; name it for what it owns`];
  });
}

/**
 * Entries are started, not imported; scripts are too. A type that stands in the signature of an export in use is in
 * use with it, so that a caller can name what it is handed. A test uses what other tests export; the product is not written for it.
 */
function deadExports(sources: readonly Source[]): string[] {
  const users = {
    src: importedNames(sources.filter(({ path }) => !path.startsWith("test/"))),
    test: importedNames(sources),
  };
  return sources.flatMap((source) => {
    const { names, wholes } = source.path.startsWith("src/") ? users.src : users.test;
    const is_entry =
      ENTRIES.includes(source.path) || source.path.startsWith("scripts/") || source.path.endsWith(".d.ts");
    const stem = stemOf(source.path);
    if (is_entry || wholes.has(stem)) return [];
    const used = new Set(source.exports.filter(({ name }) => names.has(`${stem} ${name}`)));
    for (const one of used) {
      for (const other of source.exports) if (other.is_type && one.mentions.has(other.name)) used.add(other);
    }
    return source.exports
      .filter((one) => !used.has(one))
      .map(({ name, line }) => `${source.path}:${line} nobody imports ${name}: take "export" away, or remove it`);
  });
}

function importedNames(sources: readonly Source[]): { names: Set<string>; wholes: Set<string> } {
  const found = { names: new Set<string>(), wholes: new Set<string>() };
  for (const source of sources) {
    for (const { specifier, names } of source.imports) {
      const target = resolve(source.path, specifier);
      if (target === null) continue;
      const stem = stemOf(target);
      if (names === null) found.wholes.add(stem);
      for (const name of names ?? []) found.names.add(`${stem} ${name}`);
    }
  }
  return found;
}

function chance(sources: readonly Source[]): string[] {
  return inSource(sources).flatMap((source) => {
    if (SOURCES_OF_CHANCE.includes(source.path)) return [];
    return source.words.flatMap(({ name, line }) => {
      const where = `${source.path}:${line} ${name}`;
      const [object = "", member = ""] = name.split(".");
      if (TIME_WORDS.includes(name)) return [`${where}: take a Clock as an argument`];
      const is_random =
        RANDOM_WORDS.includes(name) || (CRYPTO_OBJECTS.includes(object) && RANDOM_WORDS.includes(member));
      return is_random ? [`${where}: take Ids, or a function that gives bytes, as an argument`] : [];
    });
  });
}

function sleeps(sources: readonly Source[]): string[] {
  return inTests(sources).flatMap((source) => [
    ...source.words
      .filter(({ name }) => SLEEP_WORDS.includes(name))
      .map(({ name, line }) => `${source.path}:${line} ${name}: move a fake clock, or wait for the event itself`),
    ...source.imports
      .filter(({ specifier }) => specifier === "node:timers/promises" || specifier === "timers/promises")
      .map(({ line }) => `${source.path}:${line} timers/promises: move a fake clock, or wait for the event itself`),
  ]);
}

function narrowedTests(sources: readonly Source[]): string[] {
  return inTests(sources).flatMap((source) =>
    source.test_modifiers.flatMap(({ name, line, title }) => {
      const where = `${source.path}:${line} .${name}`;
      if (name === "only") return [`${where} leaves all other tests out: remove it`];
      if (!NARROWING_MODIFIERS.includes(name) || NAMED_PACKAGE_PATTERN.test(title)) return [];
      return [`${where}: say in the title what is missing, "needs the package NAME", or let the test run`];
    }),
  );
}

/** The command line and the scripts speak to a person; all else logs. */
function consoles(sources: readonly Source[]): string[] {
  return sources
    .filter(({ path }) => !path.startsWith("src/cli/") && !path.startsWith("scripts/"))
    .flatMap((source) =>
      source.words
        .filter(({ name }) => name.startsWith("console."))
        .map(({ name, line }) => `${source.path}:${line} ${name}: write to the Log that is passed in`),
    );
}

/** Comments, messages and the words of screens; tests and scripts may quote what is wrong. */
function wording(sources: readonly Source[]): string[] {
  return inSource(sources).flatMap(({ path, prose }) =>
    prose.flatMap(({ name, line }) => wordingFaults(name).map((fault) => `${path}:${line} ${fault}`)),
  );
}

/** Methods of an object of ours may be called setPriority; the functions of node:fs and node:os are imported. */
function systems(sources: readonly Source[]): string[] {
  return inSource(sources)
    .filter(({ path }) => !path.startsWith("src/platform/") && !path.startsWith("src/ui/"))
    .flatMap(({ path, words, texts, imports }) => {
      const imported = imports.flatMap(({ names, line }) => (names ?? []).map((name) => ({ name, line })));
      const found = [...words.filter(({ name }) => name.startsWith("process.")), ...imported];
      return [
        ...found
          .filter(({ name }) => Object.hasOwn(PLATFORM_WORDS, name))
          .map(({ name, line }) => `${path}:${line} ${name}: ${PLATFORM_WORDS[name]} (src/platform/)`),
        ...texts
          .filter(({ name }) => SYSTEM_PATH_PATTERN.test(name))
          .map(
            ({ name, line }) => `${path}:${line} reads ${name}: add what it tells to the interface in src/platform/`,
          ),
        ...texts
          .filter(({ name }) => STOP_SIGNALS.includes(name))
          .map(({ name, line }) => `${path}:${line} names ${name}: call processes.onStopRequest, suspend or resume`),
      ];
    });
}

function backEnds(sources: readonly Source[]): string[] {
  return inSource(sources).flatMap(({ path, imports }) =>
    imports.flatMap(({ specifier, line }) => {
      const target = resolve(path, specifier) ?? "";
      const back_end = Object.keys(BACK_ENDS).find((start) => target.startsWith(start));
      if (back_end === undefined || BACK_ENDS[back_end]!.some((start) => path.startsWith(start))) return [];
      return [`${path}:${line} imports ${target}: take the interface that it implements as an argument`];
    }),
  );
}

/** The first folder under src/, or the file itself: `leaf` for one that anyone may import, as declarations are. */
function layerOf(path: string): string {
  if (path.endsWith(".d.ts")) return "leaf";
  const [, first = "", ...rest] = path.split("/");
  const name = first.replace(/\.ts$/, "");
  return rest.length === 0 && LEAVES.includes(name) ? "leaf" : name;
}
