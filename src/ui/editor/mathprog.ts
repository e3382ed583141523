/** Colours for MathProg and JModel: words, names, numbers, texts and comments (gmpl.pdf, chapter 2). */
import { StreamLanguage, type StringStream } from "@codemirror/language";

const WORDS = new Set(
  `and by cross diff div else exists forall if in inter less mod not or product prod setof solve sum symdiff then union within
  set param var minimize maximize subject to s.t. check display printf for data end default dimen integer binary symbolic
  continuous min max tr`.split(/\s+/),
);
const NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*/;

interface State {
  is_in_comment: boolean;
}

export const mathprog = StreamLanguage.define<State>({
  name: "mathprog",
  startState: () => ({ is_in_comment: false }),
  token: (stream, state) => {
    if (state.is_in_comment) return endComment(stream, state);
    if (stream.eatSpace()) return null;
    if (stream.match("/*")) {
      state.is_in_comment = true;
      return endComment(stream, state);
    }
    if (stream.peek() === "#") {
      stream.skipToEnd();
      return "comment";
    }
    if (stream.match(/^"(?:[^"]|"")*"?/) || stream.match(/^'(?:[^']|'')*'?/)) return "string";
    if (stream.match(/^\d+(?:\.(?!\.)\d*)?(?:[eE][+-]?\d+)?/) || stream.match(/^\.\d+(?:[eE][+-]?\d+)?/))
      return "number";
    if (stream.match("s.t.")) return "keyword";
    if (stream.match(NAME_PATTERN)) return WORDS.has(stream.current()) ? "keyword" : "variableName";
    stream.next();
    return "operator";
  },
  languageData: { commentTokens: { line: "#" } },
});

function endComment(stream: StringStream, state: State): string {
  if (stream.skipTo("*/")) {
    stream.match("*/");
    state.is_in_comment = false;
  } else stream.skipToEnd();
  return "comment";
}
