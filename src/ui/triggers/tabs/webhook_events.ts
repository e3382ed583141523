/** Events that a webhook may hear, in words. */
export const EVENTS = [
  ["trigger.run.completed", "a run has an answer"],
  ["trigger.run.failed", "a run failed, or its time was over before any answer"],
  ["trigger.run.cancelled", "a run was stopped"],
  ["trigger.run.validation_failed", "data did not fit the model"],
  ["trigger.run.skipped", "a tick came while the run before it was under way"],
  ["trigger.schedule.failing", "runs of a schedule fail in a row"],
  ["trigger.schedule.auto_disabled", "a schedule was turned off because its data does not fit"],
  ["trigger.overdue", "no run has completed for longer than it should"],
] as const;
