/** Every row of the document, by `METHOD /path/{name}`. A new route gets its row here or in the file of its resource. */
import type { Operation } from "./operation";
import { ACCESS_OPERATIONS } from "./operations/access";
import { BUILDER_OPERATIONS } from "./operations/builder";
import { PAGE_OPERATIONS } from "./operations/page";
import { RUN_OPERATIONS } from "./operations/runs";
import { SCHEDULE_OPERATIONS } from "./operations/schedules";
import { SERVICE_OPERATIONS } from "./operations/service";
import { TRIGGER_OPERATIONS } from "./operations/triggers";

export const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...BUILDER_OPERATIONS,
  ...TRIGGER_OPERATIONS,
  ...SCHEDULE_OPERATIONS,
  ...RUN_OPERATIONS,
  ...ACCESS_OPERATIONS,
  ...PAGE_OPERATIONS,
  ...SERVICE_OPERATIONS,
};
