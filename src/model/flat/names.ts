/** Checks names in a flat model. */
import type { DiagnosticList } from "../diagnostic_list";
import { describeValue, quote } from "../json";
import { FUNCTION_NAMES } from "./code";

const NAME_LENGTH_MAX = 255;

/**
 * The name if it is valid, else null after a report. Valid: 1 to 255 characters, no control characters, not `__proto__`
 * (a result keyed by it would lose its value) and, for names used in expressions, not the name of a function.
 */
export function readName(value: unknown, path: string, list: DiagnosticList, in_expressions: boolean): string | null {
  if (typeof value !== "string" || value.length === 0) {
    list.error("wrong_type", `${path} is ${describeValue(value)}, expected a name`, { path });
  } else if (value.length > NAME_LENGTH_MAX) {
    list.error("name_invalid", `${path} has ${value.length} characters, at most ${NAME_LENGTH_MAX} are allowed`, {
      path,
    });
  } else if (/\p{Cc}/u.test(value)) {
    list.error("name_invalid", `${path} ${quote(value)} holds a control character; remove it`, { path });
  } else if (value === "__proto__" || (in_expressions && FUNCTION_NAMES.includes(value))) {
    list.error("name_reserved", `${path} is the reserved name ${quote(value)}; choose another`, { path });
  } else {
    return value;
  }
  return null;
}
