/** The systemd unit. It denies the service everything that it does not need. */

export interface UnitOptions {
  /** Path of the executable. */
  readonly program: string;
  /** Words after `serve`: the settings that were given to the installation. */
  readonly words: readonly string[];
  /** An existing user; null: systemd creates one that exists as long as the service runs. */
  readonly user: string | null;
  /** Absolute; null: /var/lib/jaot-triggers, which systemd creates. */
  readonly data_dir: string | null;
  /** Further directories that the service may write to: the backups. */
  readonly writable: readonly string[];
  readonly drain_seconds: number;
  readonly environment_file: string;
  /** True for a port below 1024. */
  readonly needs_low_port: boolean;
}

/** Seconds beyond the drain that the stop may take: interrupting solvers, the checkpoint. */
const STOP_SECONDS = 20;
const STATE_NAME = "jaot-triggers";

/** Directories and system calls that the service cannot use, even when an attacker controls it. */
const SANDBOX = [
  "ProtectSystem=strict",
  "PrivateTmp=yes",
  "PrivateDevices=yes",
  "ProtectKernelTunables=yes",
  "ProtectKernelModules=yes",
  "ProtectKernelLogs=yes",
  "ProtectControlGroups=yes",
  "ProtectClock=yes",
  "ProtectHostname=yes",
  "ProtectProc=invisible",
  "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK",
  "RestrictNamespaces=yes",
  "RestrictRealtime=yes",
  "RestrictSUIDSGID=yes",
  "RemoveIPC=yes",
  "LockPersonality=yes",
  "SystemCallArchitectures=native",
  "SystemCallFilter=@system-service",
  "SystemCallErrorNumber=EPERM",
];

export function unitText(options: UnitOptions): string {
  const { program, words, data_dir, user, writable, drain_seconds, environment_file, needs_low_port } = options;
  const paths = [...(data_dir === null ? [] : [data_dir]), ...writable];
  const lines = [
    "[Unit]",
    "Description=jaot-triggers: optimization models behind HTTP triggers and cron schedules",
    "After=network.target",
    "StartLimitIntervalSec=0",
    "",
    "[Service]",
    "Type=exec",
    `ExecStart=${[program, "serve", ...words].map(quoted).join(" ")}`,
    "# Secrets, one NAME=value a line: JAOT_ADMIN_KEY, JAOT_SECRET_KEY.",
    `EnvironmentFile=-${environment_file}`,
    ...(user === null ? ["DynamicUser=yes"] : [`User=${user}`]),
    ...(data_dir === null
      ? [`StateDirectory=${STATE_NAME}`, "StateDirectoryMode=0700", `Environment=JAOT_DATA_DIR=%S/${STATE_NAME}`]
      : []),
    ...(paths.length === 0 ? [] : [`ReadWritePaths=${paths.map((path) => quoted(`-${path}`)).join(" ")}`]),
    "UMask=0077",
    "# What the first start shows a person must not lie in the journal; the log goes there by standard error.",
    "StandardOutput=null",
    "StandardError=journal",
    "",
    "# Wrong settings, a directory in use, a newer database: starting again mends none of them.",
    "Restart=on-failure",
    "RestartSec=2",
    "RestartPreventExitStatus=2 3 4",
    "KillMode=mixed",
    `TimeoutStopSec=${drain_seconds + STOP_SECONDS}`,
    "# A solver that the kernel ends for its memory is one run's affair.",
    "OOMPolicy=continue",
    "LimitNOFILE=65536",
    "",
    "NoNewPrivileges=yes",
    `CapabilityBoundingSet=${needs_low_port ? "CAP_NET_BIND_SERVICE" : ""}`,
    `AmbientCapabilities=${needs_low_port ? "CAP_NET_BIND_SERVICE" : ""}`,
    ...SANDBOX,
    `ProtectHome=${isInHome(words, paths) ? "read-only" : "yes"}`,
    "# MemoryDenyWriteExecute stays off: JavaScript and WebAssembly are compiled while they run.",
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
  return `${lines.join("\n")}\n`;
}

/** True when a setting names a path that ProtectHome=yes would hide. */
function isInHome(words: readonly string[], paths: readonly string[]): boolean {
  const places = [...paths, ...words.map((word) => word.slice(word.indexOf("=") + 1))];
  return places.some((place) => /^\/(home|root|run\/user)(\/|$)/.test(place));
}

/** Quotes a word for systemd, so that specifiers and variables in it stay plain text. */
function quoted(word: string): string {
  const plain = word.replaceAll("%", "%%").replaceAll("$", "$$$$");
  return /^[\w@%+=:,./$-]+$/.test(plain) ? plain : `"${plain.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
