/** Reads the `parameters` of a flat model: named constants, arrays and objects of finite numbers. */
import type { Budget } from "../budget";
import type { DiagnosticList } from "../diagnostic_list";
import { describeValue, isPrototypeKey, isRecord } from "../json";
import { readName } from "./names";

/** Levels of arrays and objects inside one parameter. */
const DEPTH_MAX = 16;

export interface FlatParameters {
  readonly names: readonly string[];
  readonly values: readonly unknown[];
}

/** Errors go to `list`; a parameter with wrong values is still declared, so that uses of it are not reported as unknown. */
export function readParameters(value: unknown, list: DiagnosticList, budget: Budget): FlatParameters {
  const names: string[] = [];
  const values: unknown[] = [];
  if (value === undefined || value === null) return { names, values };
  if (!isRecord(value)) {
    const message = `parameters is ${describeValue(value)}, expected an object of names and values`;
    list.error("wrong_type", message, { path: "parameters" });
    return { names, values };
  }
  for (const key of Object.keys(value)) {
    const path = `parameters.${key}`;
    const name = readName(key, path, list, true);
    if (name === null) continue;
    names.push(name);
    values.push(checkNumbers(value[key], path, list, budget) ? value[key] : null);
  }
  return { names, values };
}

/** Reports every leaf of a parameter that is not a finite number, without recursion; false when it is nested too deep. */
function checkNumbers(root: unknown, root_path: string, list: DiagnosticList, budget: Budget): boolean {
  const open: { value: unknown; path: string; depth: number }[] = [{ value: root, path: root_path, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    budget.step();
    if (typeof value !== "object" || value === null) {
      checkNumber(value, path, list);
    } else if (depth === DEPTH_MAX) {
      list.error("nested_too_deep", `${root_path} is nested deeper than ${DEPTH_MAX} levels`, { path: root_path });
      return false;
    } else if (Array.isArray(value)) {
      for (let position = value.length - 1; position >= 0; position -= 1) {
        budget.step();
        const element: unknown = value[position];
        if (typeof element === "number" && Number.isFinite(element)) continue;
        open.push({ value: element, path: `${path}.${position}`, depth: depth + 1 });
      }
    } else {
      openKeys(value as Readonly<Record<string, unknown>>, path, depth, open, list);
    }
  }
  return true;
}

function openKeys(
  value: Readonly<Record<string, unknown>>,
  path: string,
  depth: number,
  open: { value: unknown; path: string; depth: number }[],
  list: DiagnosticList,
): void {
  for (const key of Object.keys(value).reverse()) {
    const element = value[key];
    if (isPrototypeKey(key)) {
      list.error("name_reserved", `${path} has the reserved key "${key}"; choose another`, { path });
    } else if (typeof element !== "number" || !Number.isFinite(element)) {
      open.push({ value: element, path: `${path}.${key}`, depth: depth + 1 });
    }
  }
}

function checkNumber(value: unknown, path: string, list: DiagnosticList): void {
  if (typeof value === "number" && Number.isFinite(value)) return;
  const expected = "expected a finite number, or an array or object of them";
  list.error("wrong_type", `${path} is ${describeValue(value)}, ${expected}`, { path });
}
