/** Rows of schedules, their ledgers and previews. A trigger's main schedule has the same routes as a schedule named by its id. */
import { Type } from "@sinclair/typebox";
import { TICK_OUTCOMES } from "../../runs/tick";
import * as examples from "../openapi/examples";
import type { Operation } from "../openapi/operation";
import { ifMatch, oneOf, pages, revisionTag } from "../openapi/parameters";
import * as schedules from "../openapi/schedule_objects";

const one = { description: "The schedule.", schema: schedules.schedule, example: examples.schedule };
const notFound = ["trigger_not_found", "schedule_not_found"] as const;
const policies =
  "Ticks that were missed follow catch_up within catch_up_window_seconds, ticks that come while a run of the schedule is open follow overlap_policy.";

export const SCHEDULE_OPERATIONS: Readonly<Record<string, Operation>> = {
  "POST /api/v2/triggers/{trigger_id}/schedule": {
    id: "createSchedule",
    tag: "Schedules",
    summary: "Give a trigger its main schedule",
    description: policies,
    access: "editor",
    body: { is_required: true, example: examples.scheduleBody },
    answers: { 201: one },
    refusals: ["trigger_not_found", "trigger_disabled", "schedule_exists", "invalid_cron", "override_invalid"],
  },
  ...operationsOfOne("/schedule", "Schedule", "a trigger's main schedule"),
  "POST /api/v2/triggers/{trigger_id}/schedules": {
    id: "addSchedule",
    tag: "Schedules",
    summary: "Give a trigger one more schedule",
    description: policies,
    access: "editor",
    body: { is_required: true, example: examples.scheduleBody },
    answers: { 201: one },
    refusals: ["trigger_not_found", "trigger_disabled", "invalid_cron", "override_invalid"],
  },
  "GET /api/v2/triggers/{trigger_id}/schedules": {
    id: "listSchedules",
    tag: "Schedules",
    summary: "List a trigger's schedules, oldest first",
    access: "viewer",
    query: pages,
    answers: {
      200: {
        description: "A page of schedules, the main one among them.",
        schema: schedules.schedulePage,
        example: examples.listingPageOf([examples.schedule]),
      },
    },
    refusals: ["trigger_not_found", "validation_failed"],
  },
  ...operationsOfOne("/schedules/{schedule_id}", "OneSchedule", "one schedule"),
  "GET /api/v2/schedules/upcoming": {
    id: "listUpcomingTicks",
    tag: "Schedules",
    summary: "List what the clock will fire, over all triggers",
    access: "viewer",
    query: {
      hours: { description: "How far ahead.", schema: Type.Integer({ minimum: 1, maximum: 744, default: 24 }) },
    },
    answers: {
      200: { description: "The soonest first.", schema: schedules.upcoming, example: examples.upcomingTicks },
    },
    refusals: ["validation_failed"],
  },
  "POST /api/v2/schedules/validate": {
    id: "validateCron",
    tag: "Schedules",
    summary: "Check a cron pattern: its next ticks, in words, what to know of it",
    access: "viewer",
    body: { is_required: true, example: { cron_expression: "0 6 * * *", timezone: "Europe/Madrid", count: 2 } },
    answers: { 200: { description: "It is good.", schema: schedules.cronCheck, example: examples.cronCheck } },
    refusals: ["invalid_cron"],
    stores: false,
  },
};

function operationsOfOne(suffix: string, noun: string, what: string): Record<string, Operation> {
  const path = `/api/v2/triggers/{trigger_id}${suffix}`;
  return { ...basicsOfOne(path, noun, what), ...ticksOfOne(path, noun, what) };
}

function basicsOfOne(path: string, noun: string, what: string): Record<string, Operation> {
  return {
    [`GET ${path}`]: {
      id: `get${noun}`,
      tag: "Schedules",
      summary: `Get ${what}`,
      access: "viewer",
      answers: { 200: { ...one, headers: revisionTag } },
      refusals: notFound,
    },
    [`PATCH ${path}`]: {
      id: `update${noun}`,
      tag: "Schedules",
      summary: `Change ${what}`,
      description:
        "What had come before the change fires under the old settings; what decides when it fires then counts from now. Turning it on again clears its failures.",
      access: "editor",
      headers: ifMatch,
      body: { is_required: true, example: { cron_expression: "30 6 * * 1-5" } },
      answers: { 200: { ...one, headers: revisionTag } },
      refusals: [...notFound, "changed_elsewhere", "invalid_cron", "override_invalid"],
    },
    [`DELETE ${path}`]: {
      id: `delete${noun}`,
      tag: "Schedules",
      summary: `Delete ${what}`,
      description: "Its runs stay.",
      access: "editor",
      headers: ifMatch,
      answers: { 204: { description: "It is gone." } },
      refusals: [...notFound, "changed_elsewhere"],
    },
    [`POST ${path}/reset-cursor`]: {
      id: `resetCursorOf${noun}`,
      tag: "Schedules",
      summary: `Let ${what} begin from now`,
      description:
        "For one that fired while the clock was ahead and stays silent until it gets there. Nothing fires twice.",
      access: "editor",
      answers: { 200: one },
      refusals: notFound,
    },
  };
}

function ticksOfOne(path: string, noun: string, what: string): Record<string, Operation> {
  return {
    [`GET ${path}/preview`]: {
      id: `preview${noun}`,
      tag: "Schedules",
      summary: `List the next ticks of ${what}`,
      access: "viewer",
      query: {
        n: { description: "How many.", schema: Type.Integer({ minimum: 1, maximum: 500, default: 10 }) },
        from: { description: "After this instant; now when absent.", schema: Type.String({ format: "date-time" }) },
      },
      answers: { 200: { description: "In order.", schema: schedules.previews, example: examples.tickPreviews } },
      refusals: [...notFound, "validation_failed"],
    },
    [`GET ${path}/ticks`]: {
      id: `listTicksOf${noun}`,
      tag: "Schedules",
      summary: `The ledger of ${what}: what became of each instant`,
      access: "viewer",
      query: { ...pages, outcome: oneOf(TICK_OUTCOMES, "Only these.") },
      answers: {
        200: {
          description: "A page of lines, newest first.",
          schema: schedules.tickPage,
          example: examples.listingPageOf([examples.tick]),
        },
      },
      refusals: [...notFound, "validation_failed"],
    },
    [`POST ${path}/ticks/{scheduled_for}/run`]: {
      id: `runTickOf${noun}`,
      tag: "Schedules",
      summary: `Run a tick of ${what} that made no run`,
      description: "One that was missed, coalesced or excluded. What its overlap policy says is not asked.",
      access: "solver",
      answers: {
        202: { description: "The run is queued.", schema: schedules.tickRun, example: examples.accepted },
      },
      refusals: [
        ...notFound,
        "tick_not_found",
        "tick_has_run",
        "trigger_disabled",
        "validation_failed",
        "shutting_down",
      ],
    },
  };
}
