/**
 * A solver process must not outlive the one that started it, however that one ends. On Linux the kernel kills it (also inside a long
 * solve, when no timer runs); elsewhere, and where libc cannot be called, the closing of the channel and a look at
 * the parent's id end it at the next turn of its event loop.
 */
import { dlopen } from "bun:ffi";
import type { Clock } from "../../clock";

const PARENT_LOOK_MS = 1000;
const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;

/** Arranges for this process to end when its parent is gone. */
export function dieWithParent(clock: Clock): void {
  const parent = process.ppid;
  process.on("disconnect", () => process.exit(0));
  askKernel();
  const look = (): void => {
    if (process.ppid !== parent) process.exit(0);
    clock.after(PARENT_LOOK_MS, look, true);
  };
  look();
}

function askKernel(): void {
  if (process.platform !== "linux") return;
  for (const library of ["libc.so.6", `libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`]) {
    try {
      const argument = "u64" as const;
      const { symbols } = dlopen(library, {
        prctl: { args: ["i32", argument, argument, argument, argument], returns: "i32" },
      });
      symbols.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
      return;
    } catch {
      // Another libc: the next name, or the slower ways above.
    }
  }
}
