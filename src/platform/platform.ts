/**
 * What systems do differently, as one interface. POSIX is in posix.ts; another system is one further file and a line in
 * current.ts. Nothing else in src asks which system it runs on, reads /proc or names a stop signal (test/tidy).
 *
 * A null or false where a system cannot tell or cannot do something is part of each method's contract: callers go on
 * without it.
 */
import type { Clock } from "../clock";

export interface Platform {
  /** System and processor for a person, such as "linux x64". */
  readonly name: string;
  /** What keeps services running on this system; null where this program does not know how to install itself. */
  readonly service_manager: "systemd" | null;
  /**
   * The file with the name servers, which look-ups through c-ares follow; null where the system's own look-up blocks no
   * thread of ours and is used instead.
   */
  readonly resolver_file: string | null;
  /** The file that gives names addresses before any name server does; null beside a null `resolver_file`. */
  readonly hosts_file: string | null;

  readonly files: PlatformFiles;
  readonly processes: PlatformProcesses;
  readonly machine: PlatformMachine;
}

/** Methods throw what node:fs throws unless they say otherwise. */
export interface PlatformFiles {
  /** Makes the directory and those above it where missing; afterwards only its owner may read or enter it. */
  makePrivateDirectory(path: string): void;
  /** Opens a file for writing, emptied ("w") or refused when it is there ("wx"); only its owner may read it. Returns the descriptor. */
  openPrivate(path: string, flags: "w" | "wx"): number;
  /** Takes every right on an existing file from all but its owner. */
  makePrivate(path: string): void;
  /** Lets everyone read an existing file, and run it when it is a program; only its owner may write it. */
  makePublic(path: string, is_program: boolean): void;
  /** Files that are made from now on without rights of their own are private. Called once, at the start. */
  makeNewFilesPrivate(): void;
  /** True when others than its owner may read or change what is at this path. */
  isOpenToOthers(path: string): boolean;
  /** True when this process is neither the owner of what is at this path nor allowed everything. */
  belongsToAnother(path: string): boolean;
  /** Gives `from` the name `to`; a reader of `to` sees the old file or the new one, each whole. May be undone by a loss of power. */
  replace(from: string, to: string): void;
  /** As `replace`, and the new name survives a loss of power. What the file holds is the caller's to sync. */
  replaceDurably(from: string, to: string): void;
  /** What the file holds survives a loss of power. */
  syncFile(path: string): void;
  /** The names in the directory survive a loss of power. */
  syncDirectory(path: string): void;
  /** Removes a directory with all that is in it, or a file; nothing happens when there is none. */
  removeTree(path: string): void;
  /** Name of the kind of file system when it is one that machines share, on which SQLite's log is not safe; null for a local one. */
  sharedFileSystemOf(directory: string): string | null;
}

export interface PlatformProcesses {
  /** The environment of every process that is started: a list of names that are passed on, so that no secret, proxy or runtime option is. */
  childEnvironment(): Record<string, string>;
  /** Bytes of memory that the process holds; null where the system does not tell, or when it is gone. */
  residentBytes(pid: number): number | null;
  /** Makes a child stand still until `resume`. False where a child left so would stand still for ever when its parent dies. */
  suspend(child: Bun.Subprocess): boolean;
  resume(child: Bun.Subprocess): void;
  /** This process gets what processor time the others leave. */
  yieldProcessor(): void;
  /** Ends this process when the one that started it is gone, however that one ended. */
  endWithParent(clock: Clock): void;
  /** Calls `ask` each time someone asks this process to stop: a service manager, a terminal, a kill without force. */
  onStopRequest(ask: () => void): void;
}

export interface PlatformMachine {
  /** An id that the system draws at each of its starts; null where it does not tell. */
  startId(): string | null;
  /** Bytes of memory that this process and its children can have at most; a container's limit counts. */
  memoryBytes(): number;
  /** How many files a process may have open (Infinity: any number); null where the system does not tell. */
  openFilesMax(): number | null;
  /** What the processor can do, by the names of x86 CPUID flags; null on other processors and where the system does not tell. */
  processorFlags(): readonly string[] | null;
  /** True when something keeps the clock right, as far as can be seen. */
  hasTimeSource(): boolean;
}
