/** JSON Schemas of schedules, their ticks and previews, with every field that services/ builds. */
import { Type } from "@sinclair/typebox";
import { TICK_OUTCOMES } from "../../runs/tick";
import { SCHEDULE_FIELDS } from "../../services/schedules/schedule_fields";
import { answerProperties } from "../edge/field_schemas";
import { listingPageOf, object } from "./object_schema";
import { count, flag, orNull, text, textOrNull, time, timeOrNull, words } from "./operation";

export const schedule = object("Schedule", "A cron pattern that fires a trigger.", answerProperties(SCHEDULE_FIELDS));
export const schedulePage = listingPageOf("SchedulePage", schedule);

export const cronCheck = object("CronCheck", "A pattern in words and when it ticks next.", {
  valid: Type.Literal(true),
  cron_expression: Type.String(),
  timezone: Type.String(),
  next_runs: Type.Array(time("A tick.")),
  description: textOrNull("The pattern in words."),
  notes: Type.Array(
    Type.Object({
      code: words(["clock_forward", "clock_back", "either_day", "not_every_month", "uneven_step"], "What it is about."),
      message: Type.String(),
    }),
    { description: "What to know before relying on it: clock changes ahead, days that are not what they seem." },
  ),
});

const preview = {
  instant: time("The tick."),
  local_time: text("Wall time in the schedule's zone, without offset."),
  offset: text("Of that wall time from UTC, such as +02:00."),
  note: orNull(words(["dst_shifted", "dst_first", "dst_repeat"], "What a clock change does to it.")),
  is_excluded: flag("Its local date is in exclude_dates: no run."),
  due_at: time("When it fires: the tick and its jitter."),
};
export const previews = object("SchedulePreview", "Ticks to come.", {
  schedule_id: text("tsch_..."),
  timezone: Type.String(),
  items: Type.Array(object("TickPreview", "One tick to come.", preview)),
});
export const upcoming = object("UpcomingTicks", "What the clock will fire, over all triggers.", {
  hours: Type.Integer({ minimum: 1 }),
  items: Type.Array(
    object("UpcomingTick", "One tick to come of some schedule.", {
      schedule_id: text("tsch_..."),
      trigger_id: text("trg_..."),
      cron_expression: Type.String(),
      timezone: Type.String(),
      ...preview,
    }),
  ),
  is_truncated: flag("There are more than the 1,000 that are shown."),
});

const tick = object("Tick", "A line of a schedule's ledger: what became of an instant, or of a range of them.", {
  scheduled_for: time("The instant, or the first of a range."),
  until: timeOrNull("The last of a range; null for one instant."),
  count: Type.Integer({ minimum: 1, description: "Instants of the line." }),
  is_count_exact: flag("False: there are more than were counted."),
  outcome: words(TICK_OUTCOMES, "waiting goes on by itself; all others are final."),
  reason: textOrNull("Why it made no run, or not an ordinary one."),
  missed_count: count("Missed instants that its run makes up for, itself included; 0: it was on time."),
  jitter_seconds: count("How long it was delayed."),
  run_id: textOrNull("Its run."),
  created_at: time("When it was dealt with."),
});
export const tickPage = listingPageOf("TickPage", tick);

export const tickRun = object("TickRun", "The run that a missed tick got.", {
  run_id: text("run_..."),
  status: words(["queued", "validation_failed"], "validation_failed: the schedule's data do not fit."),
});
