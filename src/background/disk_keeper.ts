/** Watches the disk: gives up the ballast when room runs out, makes a new one when there is room again, and ends the service when its files are gone. */
import type { Context } from "../services/context";
import type { Work } from "./loop";

/** Short, so that fires are accepted soon after there is room again; a check takes about 10 µs. */
const LOOK_MS = 1000;

/** `findLoss` says why data written now would be lost, or null when it would not. */
export function createDiskKeeper(
  { disk, log, writer }: Pick<Context, "disk" | "log" | "writer">,
  findLoss: () => string | null,
): Work {
  return {
    name: "disk_keeper",
    async runOnce() {
      const loss = findLoss();
      if (loss !== null) {
        writer.lose(loss);
        return null;
      }
      const change = disk.look();
      if (change === "became_low") log.error("disk_low", { next: "make room on the disk of the data directory" });
      if (change === "became_ample") log.info("disk_ample");
      return LOOK_MS;
    },
  };
}
