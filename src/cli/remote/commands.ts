/** The commands that work against a running service, as entries of the table in ../commands.ts. */
import { RUN_SOURCES, RUN_STATES } from "../../runs/run";
import { TRIGGER_FIELDS } from "../../services/triggers/trigger_fields";
import { apply } from "../apply/apply";
import { exportFiles } from "../apply/export";
import type { CommandSpec, OptionSpec, ParsedArguments } from "../arguments";
import { oneOf } from "../model_file";
import type { Terminal } from "../terminal";
import { URL_DEFAULT } from "./connection";
import { fieldOptions } from "./field_options";
import { fire } from "./fire";
import { listModels, pushModel } from "./models";
import { cancelRun, exportRuns, listRuns, rerun, showRun } from "./runs";
import {
  createSchedule,
  deleteSchedule,
  listSchedules,
  pauseSchedule,
  previewSchedule,
  resumeSchedule,
} from "./schedules";
import { remote, remoteActions } from "./session";
import { status } from "./status";
import {
  createTrigger,
  deleteTrigger,
  disableTrigger,
  enableTrigger,
  listTriggers,
  rotateSecret,
  showTrigger,
  updateTrigger,
} from "./triggers";

interface RemoteCommand extends CommandSpec {
  readonly run: (terminal: Terminal, parsed: ParsedArguments) => Promise<number>;
}

const CONNECTION_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  url: { value: "URL", about: `address of the service; else JAOT_URL, else ${URL_DEFAULT}` },
  "key-file": {
    value: "FILE",
    about: "file with the API key; else JAOT_KEY_FILE, else the key itself in JAOT_API_KEY",
  },
  key: {
    value: "KEY",
    about: "",
    refusal: "every process list would show it; set JAOT_API_KEY, or give a file with --key-file",
  },
  ca: { value: "FILE", about: "certificate authority of the service, PEM; else JAOT_CA" },
  json: { about: "print JSON" },
};

const DATA_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  data: { value: "FILE", about: "override data, a JSON object of inputs by name" },
  set: { value: "NAME=JSON", about: "one input, over --data; may be repeated", is_repeated: true },
};

export const REMOTE_COMMANDS: Readonly<Record<string, RemoteCommand>> = {
  status: {
    about: "tell whether a service does its work; exit 1 when something needs attention, 5 without an answer",
    example: "jaot-triggers status --url http://127.0.0.1:8421 || page-somebody",
    positionals: [],
    options: CONNECTION_OPTIONS,
    has_settings: false,
    run: remote(status),
  },
  fire: {
    about: "queue a run of a trigger, by its secret in JAOT_TRIGGER_SECRET or by an API key",
    example: "jaot-triggers fire 'daily mix' --data today.json --wait",
    positionals: ["TRIGGER"],
    options: {
      ...DATA_OPTIONS,
      wait: { about: "wait for the run's end; exit 1 unless it completed" },
      timeout: { value: "SECONDS", about: "wait at most so long" },
      "secret-file": { value: "FILE", about: "file with the trigger's secret; else JAOT_TRIGGER_SECRET" },
      "idempotency-key": { value: "KEY", about: "fire once under this key, however often it is asked" },
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remote(fire),
  },
  runs: {
    about: "list, show, cancel, rerun or export the runs of a trigger",
    example: "jaot-triggers runs export 'daily mix' --format csv --out runs.csv",
    positionals: ["list|show|cancel|rerun|export", "TRIGGER?", "RUN_ID?"],
    options: {
      status: { value: "STATUS", about: `only runs that are ${oneOf(RUN_STATES)}` },
      source: { value: "SOURCE", about: `only runs from ${oneOf(RUN_SOURCES)}` },
      limit: { value: "N", about: "at most so many, the newest (list: 20; export: all)" },
      wait: { about: "rerun: wait for the end; exit 1 unless it completed" },
      format: { value: "FORMAT", about: "export: csv, or json with one run a line (csv)" },
      full: { about: "export --format json: with solutions" },
      out: { value: "FILE", about: "export: write there and not to standard output" },
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remoteActions({
      list: { run: listRuns, words: ["TRIGGER"] },
      show: { run: showRun, words: ["TRIGGER", "RUN_ID"] },
      cancel: { run: cancelRun, words: ["TRIGGER", "RUN_ID"] },
      rerun: { run: rerun, words: ["TRIGGER", "RUN_ID"] },
      export: { run: exportRuns, words: ["TRIGGER"] },
    }),
  },
  models: {
    about: "list the documents, or make one from a model file and freeze a version",
    example: "jaot-triggers models push restock.mod --name 'Warehouse restock'",
    positionals: ["list|push", "FILE?"],
    options: {
      name: { value: "NAME", about: "push: name of the document, made when there is none" },
      "version-name": { value: "NAME", about: "push: name of the version, which then is kept for good" },
      description: { value: "TEXT", about: "push: description of the version" },
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remoteActions({ list: { run: listModels, words: [] }, push: { run: pushModel, words: ["FILE"] } }),
  },
  triggers: {
    about: "list, create, update, show, enable, disable or delete triggers, or give one a new secret",
    example: "jaot-triggers triggers create --name 'daily mix' --document mix",
    positionals: ["list|create|update|show|enable|disable|rotate-secret|delete", "TRIGGER?"],
    options: {
      document: { value: "DOCUMENT", about: "create: the document, by name or id" },
      version: {
        value: "VERSION",
        about: "create: version by number, name or id (a checkpoint of the document as it is)",
      },
      ...fieldOptions(TRIGGER_FIELDS, "create, update"),
      "grace-seconds": { value: "N", about: "rotate-secret: seconds that the old one goes on working (0)" },
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remoteActions({
      list: { run: listTriggers, words: [] },
      create: { run: createTrigger, words: [] },
      update: { run: updateTrigger, words: ["TRIGGER"] },
      show: { run: showTrigger, words: ["TRIGGER"] },
      enable: { run: enableTrigger, words: ["TRIGGER"] },
      disable: { run: disableTrigger, words: ["TRIGGER"] },
      "rotate-secret": { run: rotateSecret, words: ["TRIGGER"] },
      delete: { run: deleteTrigger, words: ["TRIGGER"] },
    }),
  },
  schedules: {
    about: "list, create, pause, resume, preview or delete the schedules of triggers",
    example: "jaot-triggers schedules create 'daily mix' --cron '0 6 * * 1-5' --timezone Europe/Madrid",
    positionals: ["list|create|pause|resume|preview|delete", "TRIGGER?", "SCHEDULE_ID?"],
    options: {
      cron: { value: "PATTERN", about: "create, preview: the cron pattern" },
      timezone: { value: "ZONE", about: "create, preview: its time zone (UTC)" },
      count: { value: "N", about: "preview: so many instants (10)" },
      ...DATA_OPTIONS,
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remoteActions({
      list: { run: listSchedules, words: ["TRIGGER?"] },
      create: { run: createSchedule, words: ["TRIGGER"] },
      pause: { run: pauseSchedule, words: ["TRIGGER", "SCHEDULE_ID?"] },
      resume: { run: resumeSchedule, words: ["TRIGGER", "SCHEDULE_ID?"] },
      preview: { run: previewSchedule, words: ["TRIGGER?", "SCHEDULE_ID?"] },
      delete: { run: deleteSchedule, words: ["TRIGGER", "SCHEDULE_ID?"] },
    }),
  },
  apply: {
    about: "make the service hold the documents, triggers and schedules of a directory",
    example: "jaot-triggers apply ./plant --dry-run",
    positionals: ["DIR"],
    options: {
      "dry-run": { about: "show the plan and change nothing" },
      prune: { about: "delete what an earlier apply made and no file describes any more" },
      overwrite: { about: "take the files' side where the service was changed since" },
      move: { about: "let things change their workspace where the files say so" },
      "secrets-file": { value: "FILE", about: "where the secrets of new triggers go, as JSON; needed on no terminal" },
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remote(apply),
  },
  export: {
    about: "write the documents, triggers and schedules of a service as files for apply",
    example: "jaot-triggers export ./plant",
    positionals: ["DIR"],
    options: {
      replace: { about: "take the place of the last export; files that no export wrote stay" },
      ...CONNECTION_OPTIONS,
    },
    has_settings: false,
    run: remote(exportFiles),
  },
};
