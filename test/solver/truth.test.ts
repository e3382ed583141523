/** Answers held against a truth that no floating-point solver computed; scripts/truth.ts does it with all 5,000 models. */
import { expect, test } from "bun:test";
import { askInProcess } from "../../scripts/truth/asking";
import { FAMILIES, specimens } from "../../scripts/truth/families";
import { judge } from "../../scripts/truth/judge";
import { KNOWN } from "../../scripts/truth/known";

/** Of each family's count: 200 models and a few more. */
const SHARE = 0.0385;
const SECONDS_MAX = 10;

const asking = await askInProcess(SECONDS_MAX);

test.each(Object.entries(FAMILIES))("%s: every model of a sample has its true answer", async (_, series) => {
  const sample = specimens({ ...series, count: Math.ceil(series.count * SHARE) });
  const others: unknown[] = [];
  let position = 0;
  for (const specimen of sample) {
    const answer = await asking.ask(specimen.model);
    const verdict = judge(answer, specimen);
    if (!verdict.startsWith("right")) others.push({ position, verdict, truth: specimen.truth, answer });
    position += 1;
  }
  expect(others).toEqual([]);
});

test.each(KNOWN)("$name", async (known) => {
  const answer = await asking.ask(known.model);
  expect({ verdict: judge(answer, known), answer }).toMatchObject({ verdict: expect.stringMatching(/^right/) });
});
