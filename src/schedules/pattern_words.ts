/** Describes a pattern in words. The only file that uses cronstrue. */
import { toString as describeCron } from "cronstrue";

/** An English sentence for a pattern that has been checked, or null where the library has no words for it. */
export function sentenceOf(expression: string): string | null {
  try {
    return describeCron(expression.trim(), { use24HourTimeFormat: true, verbose: false });
  } catch {
    return null;
  }
}
