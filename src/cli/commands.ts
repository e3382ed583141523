/** The table of commands that arguments.ts reads, with the function that runs each. */
import { ROLES } from "../roles";
import type { CommandSpec, ParsedArguments } from "./arguments";
import { backup, backupCopy } from "./backup";
import { check } from "./check";
import { completions } from "./completions";
import { demo } from "./demo/demo";
import { doctor } from "./doctor/doctor";
import { examples } from "./examples";
import { EXPORT_ENDINGS } from "./export_file";
import { INBOX_FAILURES, inbox } from "./inbox";
import { keys } from "./keys";
import { oneOf } from "./model_file";
import { orgs } from "./orgs";
import { REMOTE_COMMANDS } from "./remote/commands";
import { restore } from "./restore";
import { serve } from "./serve";
import { service } from "./service/service";
import { solve } from "./solve";
import { solver } from "./solver";
import type { Terminal } from "./terminal";
import { version } from "./version";

export interface Command extends CommandSpec {
  /** Settles with the exit code (exit_codes.ts). */
  readonly run: (terminal: Terminal, parsed: ParsedArguments) => Promise<number>;
}

const DATA_OPTIONS = {
  data: { value: "FILE", about: "override data, a JSON object of inputs by name" },
  set: { value: "NAME=JSON", about: "one input, over --data; may be repeated", is_repeated: true },
} as const;

const EXPORT_OPTION = {
  export: { value: "FILE", about: `also write the problem as a file for other solvers, ${EXPORT_ENDINGS}` },
} as const;

export const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    about: "start the service (the default)",
    example: "jaot-triggers serve --port 8421 --data-dir /var/lib/jaot",
    positionals: [],
    options: {},
    has_settings: true,
    run: serve,
  },
  demo: {
    about: "the whole story in a temporary directory, then exit",
    example: "jaot-triggers demo",
    positionals: [],
    options: {},
    has_settings: false,
    run: demo,
  },
  solve: {
    about: "compile and solve a model file, or a ready example",
    example: "jaot-triggers solve restock.json --set 'demand_forecast=[120, 85]'",
    positionals: ["FILE?"],
    options: {
      example: { value: "NAME", about: "a ready model instead of FILE; see: jaot-triggers examples" },
      ...DATA_OPTIONS,
      ...EXPORT_OPTION,
      "time-limit": { value: "SECONDS", about: "longest solve (the model's own, else 300)" },
      json: { about: "print the whole answer as JSON" },
    },
    has_settings: false,
    run: solve,
  },
  check: {
    about: "diagnostics of a model file with source lines; exit 1 if there are errors",
    example: "jaot-triggers check restock.json",
    positionals: ["FILE"],
    options: { ...EXPORT_OPTION, json: { about: "print the diagnostics as JSON" } },
    has_settings: false,
    run: check,
  },
  inbox: {
    about: "a webhook receiver that shows what arrives and checks both signatures",
    example: "jaot-triggers inbox --secret whsec_... --fail 500 --fail-first 2",
    positionals: [],
    options: {
      secret: {
        value: "SECRET",
        about: "the webhook's secret (JAOT_WEBHOOK_SECRET); twice while it is changed",
        is_repeated: true,
      },
      port: { value: "PORT", about: "port to listen on (8422); 0 takes a free one" },
      host: { value: "ADDRESS", about: "address to listen on (127.0.0.1)" },
      fail: { value: "HOW", about: `do not take what comes: ${INBOX_FAILURES.join(", ")}` },
      "fail-first": { value: "N", about: "with --fail: fail so many, then take what comes" },
      "slow-seconds": { value: "N", about: "with --fail slow: answer after so long (10)" },
      count: { value: "N", about: "end after so many were taken; exit 1 if a signature did not fit" },
      json: { about: "print one JSON object a line" },
    },
    has_settings: false,
    run: inbox,
  },
  examples: {
    about: "ready models inside the program: lists them, or prints the text of one",
    example: "jaot-triggers examples restocking > restocking.mod",
    positionals: ["NAME?"],
    options: { json: { about: "print JSON: inputs, an override and the optimum too" } },
    has_settings: false,
    run: examples,
  },
  keys: {
    about: "create, list or revoke API keys; works while the service runs",
    example: "jaot-triggers keys create --name ci --role solver",
    positionals: ["create|list|revoke", "KEY_ID?"],
    options: {
      name: { value: "NAME", about: "name of the new key" },
      role: { value: "ROLE", about: `${oneOf(ROLES)} (editor)` },
      workspace: { value: "ID", about: "the only workspace that the key sees; without it, all" },
      org: { value: "NAME", about: "organization, by name or id; without it, the first" },
      "expires-days": { value: "DAYS", about: "days until the key ends; without it, never" },
      json: { about: "print JSON" },
    },
    has_settings: true,
    run: keys,
  },
  backup: {
    about: "a checked copy of the database and its key, also while the service runs",
    example: "jaot-triggers backup /mnt/backups/jaot.db --data-dir /var/lib/jaot",
    positionals: ["FILE"],
    options: {
      replace: { about: "take the place of a FILE that is there" },
      json: { about: "print the report as JSON" },
    },
    has_settings: true,
    run: backup,
  },
  restore: {
    about: "puts a backup in the place of a stopped service's database; the old one is kept aside",
    example: "jaot-triggers restore /mnt/backups/jaot.db --data-dir /var/lib/jaot",
    positionals: ["FILE"],
    options: {
      force: { about: "take a backup of another instance too" },
      json: { about: "print the report as JSON" },
    },
    has_settings: true,
    run: restore,
  },
  orgs: {
    about: "create or list organizations, which are separate tenants; works while the service runs",
    example: "jaot-triggers orgs create 'Plant North'",
    positionals: ["create|list", "NAME?"],
    options: { json: { about: "print JSON" } },
    has_settings: true,
    run: orgs,
  },
  ...REMOTE_COMMANDS,
  doctor: {
    about: "checks machine, disk, database, port and solver; exit 1 if one fails",
    example: "jaot-triggers doctor --data-dir /var/lib/jaot",
    positionals: [],
    options: {
      airgap: { about: "tell every host that this configuration and database could reach" },
      json: { about: "print the findings as JSON" },
    },
    has_settings: true,
    run: doctor,
  },
  service: {
    about: "install, look after or remove the service under systemd",
    example: "jaot-triggers service install --backup-dir /mnt/backups",
    positionals: ["install|status|uninstall"],
    options: {
      print: { about: "install: show the unit and do nothing" },
      user: { value: "USER", about: "install: an existing user to run as (one that systemd makes up)" },
      root: { value: "DIR", about: "work on the system in this directory, as when an image is built" },
    },
    has_settings: true,
    run: service,
  },
  completions: {
    about: "completion script for bash, zsh or fish",
    example: "jaot-triggers completions bash > /etc/bash_completion.d/jaot-triggers",
    positionals: ["bash|zsh|fish"],
    options: {},
    has_settings: false,
    run: async (terminal, parsed) => completions(terminal, parsed, COMMANDS),
  },
  version: {
    about: "own version, Bun, SQLite, HiGHS",
    example: "jaot-triggers version",
    positionals: [],
    options: { json: { about: "print JSON" } },
    has_settings: false,
    run: version,
  },
  solver: {
    about: "a solver process; started by the service",
    example: "jaot-triggers serve",
    positionals: [],
    options: {},
    has_settings: true,
    is_hidden: true,
    run: solver,
  },
  "backup-copy": {
    about: "the copying process of a backup; started by the program itself",
    example: "jaot-triggers backup jaot.db",
    positionals: ["DATA_DIR", "DRAFT"],
    options: {},
    has_settings: false,
    is_hidden: true,
    run: backupCopy,
  },
};
