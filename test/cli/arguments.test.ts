import { describe, expect, test } from "bun:test";
import { type CommandSpec, parseArguments } from "../../src/cli/arguments";

const COMMANDS: Readonly<Record<string, CommandSpec>> = {
  serve: { about: "start", example: "jaot-triggers serve --port 80", positionals: [], options: {}, has_settings: true },
  solve: {
    about: "compile and solve",
    example: "jaot-triggers solve m.json --set 'd=[1]'",
    positionals: ["FILE", "OTHER?"],
    options: {
      set: { value: "NAME=JSON", about: "one input", is_repeated: true },
      data: { value: "FILE", about: "inputs" },
      json: { about: "print JSON" },
    },
    has_settings: false,
  },
  solver: { about: "inner", example: "-", positionals: [], options: {}, has_settings: false, is_hidden: true },
};

function parse(...words: string[]) {
  return parseArguments(words, COMMANDS);
}

describe("words that are understood", () => {
  test("without a command the service starts, with its settings as flags", () => {
    expect(parse("--port", "80", "--data-dir=/x=y")).toEqual({
      kind: "run",
      parsed: { command: "serve", positionals: [], options: {}, settings: { port: "80", data_dir: "/x=y" } },
    });
  });

  test("a setting that is on or off needs no value, takes one after = and leaves the next word alone", () => {
    expect(parse("--mcp", "--port", "80")).toMatchObject({ parsed: { settings: { mcp: "true", port: "80" } } });
    expect(parse("--mcp=false")).toMatchObject({ parsed: { settings: { mcp: "false" } } });
    expect(parse("--mcp", "true")).toEqual({ kind: "wrong", faults: ['unexpected "true"'] });
  });

  test("options may stand anywhere and repeat where they may", () => {
    const words = ["solve", "--set", "a=-1", "m.json", "--json", "--set=b={}"];
    expect(parse(...words)).toEqual({
      kind: "run",
      parsed: {
        command: "solve",
        positionals: ["m.json"],
        options: { set: ["a=-1", "b={}"], json: [""] },
        settings: {},
      },
    });
  });

  test("a configuration file goes with every command that has settings, and only those", () => {
    expect(parse("serve", "--config", "x.toml")).toMatchObject({ parsed: { options: { config: ["x.toml"] } } });
    expect(parse("solve", "m", "--config", "x.toml").kind).toBe("wrong");
  });
});

describe("words that are not", () => {
  const problemsOf = (...words: string[]) => {
    const reading = parse(...words);
    return reading.kind === "wrong" ? reading.faults : [];
  };

  test("the nearest command or option is offered", () => {
    expect(problemsOf("slove")).toEqual(["unknown command slove; did you mean solve?"]);
    expect(problemsOf("--prot", "80")[0]).toBe("unknown option --prot; did you mean --port?");
    expect(problemsOf("solve", "m", "--jsn")).toEqual(["unknown option --jsn; did you mean --json?"]);
  });

  test("all are told at once", () => {
    const problems = problemsOf("solve", "--json=1", "--data", "a", "--data", "b", "--wat");
    expect(problems).toEqual([
      "--json takes no value",
      expect.stringContaining("unknown option --wat"),
      "FILE is missing",
      "--data was given more than once",
    ]);
  });

  test("a flag is not taken for the value that was forgotten before it", () => {
    expect(problemsOf("--port", "--host", "x")).toEqual(["--port needs a value"]);
    expect(problemsOf("--port")).toEqual(["--port needs a value"]);
    expect(parse("--host=--odd").kind).toBe("run");
  });

  test("a setting given twice is not silently one of the two", () => {
    expect(problemsOf("--data-dir", "a", "--data-dir", "b")).toEqual(["--data-dir was given more than once"]);
  });

  test("too many words are named", () => {
    expect(problemsOf("solve", "a", "b", "c")).toEqual(['unexpected "c"']);
    expect(problemsOf("serve", "-p")).toEqual(['unexpected "-p"']);
  });

  test.each(["constructor", "toString", "__proto__", "hasOwnProperty"])(
    "what every object inherits is no command: %s",
    (name) => {
      expect(problemsOf(name)).toHaveLength(1);
      expect(problemsOf("solve", "m", `--${name}`)).toHaveLength(1);
    },
  );
});

describe("help", () => {
  const helpOf = (...words: string[]) => {
    const reading = parse(...words);
    return reading.kind === "help" ? reading.text : "";
  };

  test("the overview has every command but the hidden", () => {
    for (const words of [["--help"], ["-h"], ["help"]]) {
      expect(helpOf(...words)).toContain("solve FILE [OTHER]");
      expect(helpOf(...words)).not.toContain("solver");
    }
  });

  test("each command's help has its options and an example, whatever else was typed", () => {
    const text = helpOf("solve", "--wat", "--help");
    expect(text).toContain("--set NAME=JSON");
    expect(text).toContain("jaot-triggers solve m.json --set 'd=[1]'");
  });

  test("settings are listed with their defaults", () => {
    expect(helpOf("serve", "--help")).toMatch(/--port VALUE +.*\(8421\)/);
    expect(helpOf("serve", "--help")).toMatch(/--mcp {2,}offers/);
  });
});
