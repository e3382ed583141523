/**
 * What systems do differently, as one interface. POSIX is in posix.ts; another system is one new file and a line in
 * current.ts. Nothing else in src asks which system it runs on, reads /proc or names a stop signal (test/tidy).
 *
 * Each method returns null or false where a system cannot tell or cannot do something; callers then go on
 * without it.
 */
import type { Clock } from "../clock";

export interface Platform {
  /** System and processor for a person, such as "linux x64". */
  readonly name: string;
  /** The service manager of this system; null where this program does not know how to install itself. */
  readonly service_manager: "systemd" | null;
  /**
   * The file that lists the name servers, for look-ups through c-ares; null where the system's own look-up blocks no
   * thread of ours, so that it is used instead.
   */
  readonly resolver_file: string | null;
  /** The hosts file, which is read before any name server is asked; null when `resolver_file` is null. */
  readonly hosts_file: string | null;

  readonly files: PlatformFiles;
  readonly processes: PlatformProcesses;
  readonly machine: PlatformMachine;
}

/** Methods throw what node:fs throws unless they say otherwise. */
export interface PlatformFiles {
  /**
   * Creates the directory and its parents if they are missing; afterwards only the owner may read or enter it. What root creates
   * belongs to the owner of the directory around it, as the files of openPrivate do.
   */
  makePrivateDirectory(path: string): void;
  /**
   * Opens a file for writing that only its owner may read; "w" empties an existing file, "wx" refuses one. Returns the descriptor.
   * A file that root creates gets the owner of its directory, so that an administrator's command does not lock the service out.
   */
  openPrivate(path: string, flags: "w" | "wx"): number;
  /** Gives the file at `path` the permissions of `of` and, if this process may do that, its owner. */
  takeRights(path: string, of: string): void;
  /** Makes an existing file readable and writable by its owner only. */
  makePrivate(path: string): void;
  /** Lets everyone read an existing file, and run it when it is a program; only its owner may write it. */
  makePublic(path: string, is_program: boolean): void;
  /** Makes every file private that is created from now on without explicit permissions. Called once, at the start. */
  makeNewFilesPrivate(): void;
  /** True when others than its owner may read or change what is at this path. */
  isOpenToOthers(path: string): boolean;
  /** Says who owns the path and which user this process is; null when they are the same. */
  ownersOf(path: string): string | null;
  /** True when this process neither owns what is at this path nor runs as root. */
  belongsToAnother(path: string): boolean;
  /** Renames `from` to `to`; a reader of `to` sees either the old file or the new one, complete. A loss of power may undo it. */
  replace(from: string, to: string): void;
  /** As `replace`, and the new name survives a loss of power. The caller has to sync the file's contents first. */
  replaceDurably(from: string, to: string): void;
  /** Makes the file's contents survive a loss of power. */
  syncFile(path: string): void;
  /** Makes the names in the directory survive a loss of power. */
  syncDirectory(path: string): void;
  /** Removes a directory with its contents, or a file; does nothing when there is none. */
  removeTree(path: string): void;
  /** Type of the file system when machines share it, so that SQLite's log is not safe on it; null for a local one. */
  sharedFileSystemOf(directory: string): string | null;
}

export interface PlatformProcesses {
  /** The environment for child processes: only variables on a list are passed on, so no secret, proxy or runtime option is. */
  childEnvironment(): Record<string, string>;
  /** Bytes of memory that the process holds; null where the system does not tell, or when the process is gone. */
  residentBytes(pid: number): number | null;
  /** Pauses a child until `resume`. Returns false, and does nothing, where a paused child would outlive a dead parent. */
  suspend(child: Bun.Subprocess): boolean;
  resume(child: Bun.Subprocess): void;
  /** Lowers the priority of this process: below everything else, or below the service alone (nice 10). */
  yieldProcessor(share: "to_all" | "to_service"): void;
  /** Ends this process when its parent is gone, however the parent ended. */
  endWithParent(clock: Clock): void;
  /** Calls `ask` each time someone asks this process to stop: a service manager, a terminal, `kill` without -9. */
  onStopRequest(ask: () => void): void;
}

export interface PlatformMachine {
  /** An id that the system draws at every boot; null where it does not tell. */
  startId(): string | null;
  /** Bytes of memory that this process and its children can have at most; a container's limit counts. */
  memoryBytes(): number;
  /** How many files a process may have open (Infinity: any number); null where the system does not tell. */
  openFilesMax(): number | null;
  /** What the processor can do, by the names of x86 CPUID flags; null on other processors and where the system does not tell. */
  processorFlags(): readonly string[] | null;
  /** True when a time service seems to keep the clock right. */
  hasTimeSource(): boolean;
}
