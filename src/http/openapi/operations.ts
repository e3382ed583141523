/** Every row of the document, by `METHOD /path/{name}`. A new route gets its row here or in the file of its resource. */
import { ACCESS_OPERATIONS } from "../access/operations";
import { BUILDER_OPERATIONS } from "../documents/operations";
import { PAGE_OPERATIONS } from "../page/operations";
import { RUN_OPERATIONS } from "../runs/operations";
import { SCHEDULE_OPERATIONS } from "../schedules/operations";
import { SERVICE_OPERATIONS } from "../service/operations";
import { TRIGGER_OPERATIONS } from "../triggers/operations";
import type { Operation } from "./operation";

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...BUILDER_OPERATIONS,
  ...TRIGGER_OPERATIONS,
  ...SCHEDULE_OPERATIONS,
  ...RUN_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...PAGE_OPERATIONS,
  ...SERVICE_OPERATIONS,
};
