/**
 * Names of query parameters. With a typo in a filter the answer would hold everything, so a name that is close to a known one
 * is refused, as is a known one given twice. Other names are ignored and listed in a header: clients and caches add some (`_=1`).
 */
import { slipOf } from "../../nearest";
import { keyOfRoute, OPERATIONS } from "../openapi/operations";
import { invalid, type ValidationDetail } from "./errors";

const IGNORED_SHOWN_MAX = 20;
const NAME_SHOWN_LENGTH = 64;

/** Checks the names of a request that has a query; `route` is the template of its route. Refuses 422. */
export function checkQuery(request: Request, route: string, headers: Record<string, unknown>): void {
  const operation = OPERATIONS[keyOfRoute({ method: request.method, path: route })];
  // Pages are not part of the API, and links to them may have any parameters.
  if (operation === undefined) return;
  const known = Object.keys(operation.query ?? {});
  const names = namesIn(request.url);
  const faults: ValidationDetail[] = [];
  const ignored: string[] = [];
  for (const [name, count] of names) {
    if (known.includes(name)) {
      if (count > 1) faults.push(fault(name, `${name} is given ${count} times; give it once`, "repeated_parameter"));
      continue;
    }
    const meant = slipOf(name, known);
    if (meant === null) ignored.push(name);
    else faults.push(fault(name, `unknown parameter; did you mean ${JSON.stringify(meant)}?`, "unknown_parameter"));
  }
  if (faults.length > 0) throw invalid(faults);
  if (ignored.length > 0) headers["x-ignored-query"] = ignored.slice(0, IGNORED_SHOWN_MAX).map(shown).join(", ");
}

function namesIn(url: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of new URLSearchParams(url.slice(url.indexOf("?") + 1)).keys()) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

function fault(name: string, msg: string, type: string): ValidationDetail {
  return { loc: ["query", name], msg, type };
}

/** The name in a form that a header may hold. */
function shown(name: string): string {
  return encodeURIComponent(name.slice(0, NAME_SHOWN_LENGTH).toWellFormed());
}
