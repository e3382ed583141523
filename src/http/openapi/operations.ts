/** Every row of the document, by `METHOD /path/{name}`. A new route gets its row here or in the file of its resource. */
import { ACCESS_OPERATIONS } from "../access/operations";
import { BUILDER_OPERATIONS } from "../documents/operations";
import { PAGE_OPERATIONS } from "../page/operations";
import { RUN_OPERATIONS } from "../runs/operations";
import { SCHEDULE_OPERATIONS } from "../schedules/operations";
import { SERVICE_OPERATIONS } from "../service/operations";
import { TRIGGER_OPERATIONS } from "../triggers/operations";
import type { Operation } from "./operation";

/** `METHOD /path/{name}` of a route: the key of its row. Collections answer with and without the slash; the document has it without. */
export function keyOfRoute({ method, path }: { readonly method: string; readonly path: string }): string {
  const plain = path.length > 1 ? path.replace(/\/$/, "") : path;
  return `${method} ${plain.replace(/:(\w+)/g, "{$1}")}`;
}

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...BUILDER_OPERATIONS,
  ...TRIGGER_OPERATIONS,
  ...SCHEDULE_OPERATIONS,
  ...RUN_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...PAGE_OPERATIONS,
  ...SERVICE_OPERATIONS,
};
