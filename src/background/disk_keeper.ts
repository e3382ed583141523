/** Looks after the disk: gives the ballast up in time and makes a new one when there is room again, and ends the service when its files are gone. */
import type { Context } from "../services/context";
import type { Work } from "./loop";

/** Accepting again must not wait long for room that is there; a look takes some 10 µs. */
const LOOK_MS = 1000;

/** `findLoss` says why nothing that is written now would be kept. */
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
