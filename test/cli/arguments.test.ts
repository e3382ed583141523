import { describe, expect, test } from "bun:test";
import { parseArguments } from "../../src/cli/arguments";
import { COMMANDS } from "../../src/cli/commands";

const read = (...words: string[]) => parseArguments(words, COMMANDS);

describe("the command line", () => {
  test("serves when no command is given", () => {
    expect(read("--port", "9000")).toEqual({
      kind: "run",
      parsed: { command: "serve", positionals: [], options: {}, settings: { port: "9000" } },
    });
  });

  test("takes --name=value, repeated options and positionals", () => {
    expect(read("solve", "a.json", "--set", "a=1", "--set=b=2", "--json")).toEqual({
      kind: "run",
      parsed: { command: "solve", positionals: ["a.json"], options: { set: ["a=1", "b=2"], json: [""] }, settings: {} },
    });
  });

  test.each([
    [["sevre"], "unknown command sevre; did you mean serve?"],
    [["--prot", "1"], "unknown option --prot; did you mean --port?"],
    [["solve"], "FILE is missing"],
    [["check", "a", "b"], 'unexpected "b"'],
    [["solve", "a", "--data"], "--data needs a value"],
    [["solve", "a", "--data", "x", "--data", "y"], "--data was given more than once"],
    [["solve", "a", "--json=yes"], "--json takes no value"],
    [["serve", "--admin-key", "x"], "unknown option --admin-key; jaot-triggers --help lists them"],
  ])("refuses %j", (words, problem) => {
    expect(read(...words)).toEqual({ kind: "wrong", problems: expect.arrayContaining([problem]) });
  });

  test("has help with an example for each command, and hides what is not for people", () => {
    const overview = read("--help");
    expect(overview.kind === "help" && overview.text).toContain("jaot-triggers demo");
    expect(overview.kind === "help" && overview.text).not.toContain("solver process; started");
    for (const [name, command] of Object.entries(COMMANDS)) {
      const help = read(name, "--help");
      expect(help.kind === "help" && help.text).toContain(command.example);
    }
  });
});
