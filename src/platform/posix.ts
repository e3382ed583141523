/**
 * Linux and macOS. Where only Linux can tell or do something (/proc, prctl), macOS gives the answer that
 * the interface defines for systems that cannot.
 */
import { dlopen } from "bun:ffi";
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from "node:fs";
import { setPriority, totalmem } from "node:os";
import { dirname } from "node:path";
import type { Clock } from "../clock";
import type { Platform, PlatformFiles, PlatformMachine, PlatformProcesses } from "./platform";

const IS_LINUX = process.platform === "linux";
const DIRECTORY_MODE = 0o700;
const FILE_MODE = 0o600;
const PUBLIC_FILE_MODE = 0o644;
const PROGRAM_MODE = 0o755;
const UMASK = 0o077;
/** Permission bits of group and others. */
const OTHERS_MODE_BITS = 0o077;
const MODE_BITS = 0o777;
const ROOT_UID = 0;
/** statfs(2) types of file systems on which a write-ahead log is not safe. */
const SHARED_FILE_SYSTEMS: Readonly<Record<number, string>> = {
  26985: "NFS",
  20859: "SMB",
  4283649346: "CIFS",
  4266872130: "SMB 2",
  16914839: "9p",
  1702057286: "FUSE",
};

const PASSED_VARIABLES = ["PATH", "LANG", "LC_ALL", "TZ", "TMPDIR"];
const PAGE_BYTES = 4096;
const NICE = { to_all: 19, to_service: 10 };
const STOP_SIGNALS = ["SIGTERM", "SIGINT"] as const;
const PARENT_LOOK_MS = 1000;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

const MACHINE_START_PATH = "/proc/sys/kernel/random/boot_id";
/** Files that show that systemd-timesyncd, chrony or ntpd follows a time source. */
const TIME_SOURCE_PATHS = ["/run/systemd/timesync/synchronized", "/run/chrony/chronyd.pid", "/run/ntpd.pid"];

const files: PlatformFiles = {
  makePrivateDirectory(path) {
    const first_made = mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
    chmodSync(path, DIRECTORY_MODE);
    for (let made = first_made === undefined ? null : path; made !== null; ) {
      takeOwner(made, dirname(first_made!));
      made = made === first_made || dirname(made) === made ? null : dirname(made);
    }
  },
  openPrivate(path, flags) {
    const is_new = !existsSync(path);
    const descriptor = openSync(path, flags, FILE_MODE);
    if (is_new) takeOwner(path, dirname(path));
    return descriptor;
  },
  takeRights(path, of) {
    takeOwner(path, of);
    chmodSync(path, statSync(of).mode & MODE_BITS);
  },
  makePrivate: (path) => chmodSync(path, FILE_MODE),
  makePublic: (path, is_program) => chmodSync(path, is_program ? PROGRAM_MODE : PUBLIC_FILE_MODE),
  makeNewFilesPrivate: () => void process.umask(UMASK),
  isOpenToOthers: (path) => (statSync(path).mode & OTHERS_MODE_BITS) !== 0,
  ownersOf(path) {
    const own = process.getuid!();
    const { uid } = statSync(path);
    return uid === own ? null : `it belongs to user ${uid}, and this process runs as user ${own}`;
  },
  belongsToAnother(path) {
    const own = process.getuid!();
    return own !== ROOT_UID && statSync(path).uid !== own;
  },
  replace: (from, to) => renameSync(from, to),
  replaceDurably(from, to) {
    renameSync(from, to);
    sync(dirname(to));
  },
  syncFile: sync,
  syncDirectory: sync,
  removeTree: (path) => rmSync(path, { recursive: true, force: true }),
  sharedFileSystemOf: (directory) => SHARED_FILE_SYSTEMS[statfsSync(directory).type >>> 0] ?? null,
};

const processes: PlatformProcesses = {
  childEnvironment() {
    // The runtime must not send crash reports to its makers.
    const environment: Record<string, string> = { DO_NOT_TRACK: "1" };
    for (const name of PASSED_VARIABLES) {
      const value = process.env[name];
      if (value !== undefined) environment[name] = value;
    }
    return environment;
  },
  residentBytes(pid) {
    const pages = IS_LINUX ? readText(`/proc/${pid}/statm`)?.split(" ")[1] : undefined;
    return pages === undefined ? null : Number(pages) * PAGE_BYTES;
  },
  suspend(child) {
    // On other systems nothing ends a paused child when its parent is killed.
    if (IS_LINUX) child.kill("SIGSTOP");
    return IS_LINUX;
  },
  resume(child) {
    if (IS_LINUX) child.kill("SIGCONT");
  },
  yieldProcessor(share) {
    // Linux has a priority per thread, and threads of the JIT compiler may have started already.
    for (const thread of IS_LINUX ? readdirSync("/proc/self/task") : [0]) yieldThread(Number(thread), NICE[share]);
  },
  endWithParent,
  onStopRequest(ask) {
    for (const name of STOP_SIGNALS) process.on(name, ask);
  },
};

/** A thread may have ended since it was listed, and a system may forbid it. */
function yieldThread(thread: number, nice: number): void {
  try {
    setPriority(thread, nice);
  } catch {
    // The thread keeps its priority.
  }
}

const machine: PlatformMachine = {
  startId: () => readText(MACHINE_START_PATH)?.trim() ?? null,
  memoryBytes() {
    const constrained = process.constrainedMemory();
    return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  },
  openFilesMax() {
    const limit = /^Max open files\s+(\d+|unlimited)/m.exec(readText("/proc/self/limits") ?? "")?.[1];
    if (limit === undefined) return null;
    return limit === "unlimited" ? Number.POSITIVE_INFINITY : Number(limit);
  },
  processorFlags() {
    if (!IS_LINUX || process.arch !== "x64") return null;
    return /^flags\s*:(.*)$/m.exec(readText("/proc/cpuinfo") ?? "")?.[1]?.split(" ") ?? null;
  },
  hasTimeSource: () => TIME_SOURCE_PATHS.some((path) => existsSync(path)),
};

export const posix: Platform = {
  name: `${process.platform} ${process.arch}`,
  service_manager: IS_LINUX ? "systemd" : null,
  resolver_file: "/etc/resolv.conf",
  hosts_file: "/etc/hosts",
  files,
  processes,
  machine,
};

/** Only root can change the owner of a file. */
function takeOwner(path: string, of: string): void {
  const { uid, gid } = statSync(of);
  const own = statSync(path);
  if (process.getuid!() === ROOT_UID && (own.uid !== uid || own.gid !== gid)) chownSync(path, uid, gid);
}

function sync(path: string): void {
  const descriptor = openSync(path, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** On Linux the kernel ends this process, even inside a call that never returns; polling the parent covers other systems. */
function endWithParent(clock: Clock): void {
  const parent = process.ppid;
  process.on("disconnect", () => process.exit(0));
  if (IS_LINUX) askKernelToEndWithParent();
  const look = (): void => {
    if (process.ppid !== parent) process.exit(0);
    clock.after(PARENT_LOOK_MS, look, true);
  };
  look();
}

function askKernelToEndWithParent(): void {
  for (const library of ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`]) {
    try {
      const argument = "u64" as const;
      const { symbols } = dlopen(library, {
        prctl: { args: ["i32", argument, argument, argument, argument], returns: "i32" },
      });
      symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
      return;
    } catch {
      // This libc is not there: try the next name, or rely on the slower ways above.
    }
  }
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return null;
  }
}
