import { expect, test } from "bun:test";
import { snippetsOf } from "../../src/ui/triggers/tabs/snippets";

/** The text of the first literal in single quotes of PowerShell: any of five characters opens and closes it, doubled it is itself. */
function powershellLiteral(source: string): string {
  const quote = /['\u2018-\u201b]/;
  let text = "";
  for (let i = source.search(quote) + 1; i < source.length; i += 1) {
    if (!quote.test(source[i]!)) text += source[i];
    else if (quote.test(source[i + 1] ?? "")) text += source[++i];
    else return text;
  }
  throw new Error("the literal does not end");
}

test.each(["it's", "it\u2019s", "\u2018a\u2019; Remove-Item x; \u2018", "\u201a\u201b''", "plain"])(
  "the PowerShell snippet holds %p as data",
  (value) => {
    const override_data = { note: value };
    const facts = { url: "http://127.0.0.1:8421/api/v2/triggers/trg_1/fire", secret: null, override_data };
    const { text } = snippetsOf(facts).find(({ name }) => name === "PowerShell")!;
    const body = powershellLiteral(text.slice(text.indexOf("$body")));
    expect(JSON.parse(body)).toEqual({ override_data });
  },
);
