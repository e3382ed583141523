/** Rows of signing in and of the overview: the routes that exist for the page. */
import { Type } from "@sinclair/typebox";
import { ROLES } from "../../roles";
import { RUN_STATES } from "../../runs/run";
import { CONCERN_KINDS } from "../../services/operations/overview";
import { PROGRAM_VERSION } from "../../version";
import * as examples from "../openapi/examples";
import {
  count,
  flag,
  named,
  numberOrNull,
  type Operation,
  text,
  textOrNull,
  time,
  timeOrNull,
  words,
} from "../openapi/operation";

const AT = "2026-02-19T06:00:00.000Z";
const LINK = "5f".repeat(32);
const role = words(ROLES, "What the key may do.");

const session = named(
  "Session",
  Type.Object({
    role,
    key: Type.Object({
      id: text("key_..."),
      name: Type.String(),
      prefix: text("The key's first 12 characters."),
      expires_at: timeOrNull("null: never."),
    }),
    organization_id: text("org_..."),
    user_id: text("usr_..."),
    ends_with_sign_out: flag("The key was made for this browser by a sign-in link."),
  }),
);
const { id, name, prefix, expires_at } = examples.key;
const sessionExample = {
  role: "viewer",
  key: { id, name, prefix, expires_at },
  organization_id: examples.ids.organization,
  user_id: examples.ids.user,
  ends_with_sign_out: false,
};

const laneRun = named(
  "LaneRun",
  Type.Object({
    id: text("run_..."),
    status: words(RUN_STATES, "Where the run is in its life."),
    created_at: time("When it was accepted."),
    started_at: timeOrNull("When a solver took it."),
    completed_at: timeOrNull("When it ended."),
    objective_value: numberOrNull("Of its answer."),
  }),
);
const laneRunExample = {
  id: examples.ids.run,
  status: "completed",
  ...{ created_at: AT, started_at: AT, completed_at: AT, objective_value: 4250 },
};

const overview = named(
  "Overview",
  Type.Object({
    at: time("When this was so."),
    attention: Type.Array(
      Type.Object({
        kind: words(CONCERN_KINDS, "What is wrong."),
        message: text("What it is and what to do."),
        trigger_id: textOrNull("trg_..."),
        trigger_name: textOrNull("Its name."),
        run_id: textOrNull("The run that shows it."),
        since: timeOrNull("Since when."),
      }),
      { description: "What somebody should look at, the machine's own first." },
    ),
    lanes: Type.Array(Type.Object({ trigger_id: text("trg_..."), name: Type.String(), runs: Type.Array(laneRun) }), {
      description: "The last 24 hours by trigger, at most 50 of them and the newest 200 runs of each, oldest first.",
    }),
    queue: Type.Object({
      queued: count("Runs that wait."),
      running: count("Runs in a solver."),
      solvers: count("Solvers that take runs."),
    }),
    next_ticks: Type.Array(
      Type.Object({
        schedule_id: text("tsch_..."),
        trigger_id: text("trg_..."),
        trigger_name: Type.String(),
        cron_expression: Type.String(),
        timezone: Type.String(),
        at: time("When it ticks."),
      }),
    ),
    triggers: count("All triggers."),
  }),
);
const overviewExample = {
  at: AT,
  attention: [
    {
      kind: "webhook_failing",
      message: "The webhook does not get through: answer 503",
      trigger_id: examples.ids.trigger,
      trigger_name: "restock",
      run_id: null,
      since: AT,
    },
  ],
  lanes: [{ trigger_id: examples.ids.trigger, name: "restock", runs: [laneRunExample] }],
  queue: { queued: 3, running: 1, solvers: 1 },
  next_ticks: [
    {
      schedule_id: examples.ids.schedule,
      trigger_id: examples.ids.trigger,
      trigger_name: "restock",
      ...{ cron_expression: "0 6 * * 1-5", timezone: "Europe/Berlin", at: AT },
    },
  ],
  triggers: 1,
};

const activity = named(
  "TriggerActivity",
  Type.Object({
    trigger_id: text("trg_..."),
    last_run: Type.Union([laneRun, Type.Null()]),
    objectives: Type.Array(Type.Object({ run_id: text("run_..."), value: Type.Number() }), {
      description: "Of the newest runs that have one, oldest first, at most 30.",
    }),
    next_run_at: timeOrNull("The next tick of its schedules."),
  }),
);
const activityExample = {
  trigger_id: examples.ids.trigger,
  last_run: laneRunExample,
  objectives: [{ run_id: examples.ids.run, value: 4250 }],
  next_run_at: AT,
};

const bytes = (description: string) => Type.Integer({ minimum: 0, description });
const system = named(
  "System",
  Type.Object({
    versions: Type.Object({
      program: Type.String(),
      bun: Type.String(),
      sqlite: Type.String(),
      solver: Type.String(),
    }),
    platform: text("System and processor."),
    uptime_seconds: count("Since the start."),
    storage: Type.Object({
      database_bytes: bytes("The database file."),
      log_bytes: bytes("Its write-ahead log."),
      disk_free_bytes: bytes("Left on the disk of the data directory."),
      disk_total_bytes: bytes("Size of that disk."),
    }),
    stored: Type.Object({
      runs: count("Runs that are kept."),
      triggers: count("Triggers."),
      documents: count("Documents."),
      versions: count("Versions."),
    }),
    retention: Type.Object({
      runs_keep_days: count("Days that ended runs are kept."),
      runs_keep_per_trigger: count("Ended runs kept of each trigger."),
      unnamed_versions_max: count("Unnamed versions kept of each document."),
    }),
    limits: Type.Object({
      time_limit_seconds_max: count("Longest solve."),
      max_body_mb: count("Largest body, MiB."),
      max_model_nonzeros: count("Largest compiled model."),
      solvers: count("Solvers that take runs."),
    }),
  }),
);
const systemExample = {
  versions: { program: PROGRAM_VERSION, bun: "1.4.5", sqlite: "3.54.0", solver: "1.15.1" },
  platform: "linux x64",
  uptime_seconds: 86_400,
  storage: { database_bytes: 1e8, log_bytes: 4_194_304, disk_free_bytes: 5e10, disk_total_bytes: 1e11 },
  stored: { runs: 12_000, triggers: 3, documents: 2, versions: 9 },
  retention: { runs_keep_days: 90, runs_keep_per_trigger: 10_000, unnamed_versions_max: 50 },
  limits: { time_limit_seconds_max: 86_400, max_body_mb: 16, max_model_nonzeros: 20_000_000, solvers: 3 },
};

export const PAGE_OPERATIONS = {
  "POST /api/v2/session": {
    id: "signInByLink",
    tag: "Session",
    summary: "Exchange a sign-in link for a key",
    description: "A link works once and for an hour. The key is for one browser and expires after a day.",
    access: "public",
    body: { is_required: true, example: { link: LINK } },
    answers: {
      201: {
        description: "The key; it is in this answer alone.",
        schema: Type.Object({ api_key: text("ok_live_..."), role, expires_at: timeOrNull("When it stops working.") }),
        example: { api_key: examples.newKey.api_key, role: "admin", expires_at: AT },
      },
    },
    refusals: ["invalid_sign_in_link", "too_many_failures"],
  },
  "GET /api/v2/session": {
    id: "getSession",
    tag: "Session",
    summary: "Tell who asks",
    access: "viewer",
    answers: { 200: { description: "The key's own facts.", schema: session, example: sessionExample } },
  },
  "DELETE /api/v2/session": {
    id: "signOut",
    tag: "Session",
    summary: "Sign a browser out",
    description: "A key that a sign-in link gave stops working at once; any other key goes on.",
    access: "viewer",
    answers: { 204: { description: "It is signed out." } },
  },
  "POST /api/v2/session/links": {
    id: "createSignInLink",
    tag: "Session",
    summary: "Make a sign-in link for another browser",
    description: "Put it behind `/#link=`. It works once and for an hour, and gives a key of the role that asked.",
    access: "admin",
    answers: {
      201: {
        description: "The link; it is in this answer alone.",
        schema: Type.Object({ link: text("64 hex digits."), expires_at: time("When it stops working.") }),
        example: { link: LINK, expires_at: AT },
      },
    },
  },
  "GET /api/v2/overview": {
    id: "getOverview",
    tag: "Overview",
    summary: "Tell what needs attention, what ran and what comes",
    access: "viewer",
    answers: { 200: { description: "The overview.", schema: overview, example: overviewExample } },
  },
  "GET /api/v2/overview/triggers": {
    id: "listTriggerActivity",
    tag: "Overview",
    summary: "Tell what each trigger did last and does next",
    access: "viewer",
    answers: {
      200: {
        description: "All triggers, newest first.",
        schema: Type.Object({ items: Type.Array(activity) }),
        example: { items: [activityExample] },
      },
    },
  },
  "GET /api/v2/system": {
    id: "getSystem",
    tag: "Overview",
    summary: "Tell versions, sizes, retention and limits",
    access: "viewer",
    answers: { 200: { description: "What is inside and what is kept.", schema: system, example: systemExample } },
  },
} as const satisfies Readonly<Record<string, Operation>>;
