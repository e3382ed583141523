/** The viewer's number notation: the browser's, or one that was picked. All screens read and print numbers with it. */
import { useSyncExternalStore } from "react";
import { type NumberHabit, printedNumber } from "../inputs/number_text";

const STORED = "jaot.numbers";
/** An example of each notation, which is also its name in the list. */
const SAMPLE = 1_234_567.89;

const LOCALES = ["en-US", "de-DE", "fr-FR", "de-CH", "en-IN"] as const;
type Choice = "browser" | (typeof LOCALES)[number];

const listeners = new Set<() => void>();
let choice: Choice = LOCALES.find((locale) => locale === localStorage.getItem(STORED)) ?? "browser";
let habit = habitOf(choice);

/** The choices with an example of each. */
export const NUMBER_CHOICES: readonly { readonly value: Choice; readonly label: string }[] = [
  { value: "browser", label: `As the browser: ${printedNumber(SAMPLE, habitOf("browser"))}` },
  ...LOCALES.map((value) => ({ value, label: printedNumber(SAMPLE, habitOf(value)) })),
];

export function useNumberChoice(): Choice {
  return useSyncExternalStore(watch, () => choice);
}

export function chooseNumbers(next: string): void {
  choice = LOCALES.find((locale) => locale === next) ?? "browser";
  habit = habitOf(choice);
  localStorage.setItem(STORED, choice);
  for (const listener of listeners) listener();
}

/** The current notation; screens are drawn again when it changes. */
export function numberHabit(): NumberHabit {
  return habit;
}

function watch(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Found from a number that Intl has formatted; digits of other scripts are written as 0 to 9. */
function habitOf(of: Choice): NumberHabit {
  const locale = of === "browser" ? undefined : of;
  const parts = new Intl.NumberFormat(locale, { numberingSystem: "latn", useGrouping: "always" }).formatToParts(SAMPLE);
  const find = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  const middle = parts.filter(({ type }) => type === "integer").at(-2)?.value.length;
  return {
    decimal: find("decimal") === "," ? "," : ".",
    group: find("group"),
    group_size: middle === 2 ? 2 : 3,
  };
}
