import { describe, expect, test } from "bun:test";
import { tellFailure } from "../../src/cli/failure";
import type { Terminal } from "../../src/cli/terminal";
import { DataDirectoryError } from "../../src/storage/directory/data_directory";

function told(error: unknown): [exit_code: number, words: string] {
  const words: string[] = [];
  const terminal = { err: (text: string) => void words.push(text) } as unknown as Terminal;
  return [tellFailure(terminal, error), words.join("")];
}

const systemError = (code: string) => Object.assign(new Error(`${code}: it went wrong, open '/srv/x'`), { code });

describe("a failure that no command has words for", () => {
  test.each([
    ["EACCES", 1, "run as the owner"],
    ["ENOTDIR", 1, "a directory is expected there"],
    ["EADDRNOTAVAIL", 1, "give one of its own with --host"],
    ["ENOSPC", 74, "make room on the disk"],
    ["EROFS", 74, "takes no writes"],
  ])("of the system is a sentence with an exit code: %s", (code, exit_code, next) => {
    const [found, words] = told(systemError(code));
    expect(found).toBe(exit_code);
    expect(words).toContain("/srv/x");
    expect(words).toContain(next);
    expect(words.split("\n")).toHaveLength(2);
  });

  test("of the data directory keeps its own code", () => {
    expect(told(new DataDirectoryError(4, "it is newer"))).toEqual([4, "jaot-triggers: it is newer\n"]);
  });

  test.each([new TypeError("x is not a function"), "text", null, { code: "toString" }])(
    "of the program itself is one line that says so: %p",
    (error) => {
      const [exit_code, words] = told(error);
      expect(exit_code).toBe(1);
      expect(words).toStartWith("jaot-triggers: this is a fault of jaot-triggers itself");
      expect(words.split("\n")).toHaveLength(2);
    },
  );
});
