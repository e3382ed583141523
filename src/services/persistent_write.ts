/** Writes that nobody would send again: the end of a run, the outcome of a delivery. */
import { type Operation, StorageFailure } from "../storage/writer";
import type { Context } from "./context";

type PersistentWriteContext = Pick<Context, "clock" | "isStopping" | "log" | "writer">;

const PAUSE_MS = 500;

/**
 * Writes. While the disk is full or another process holds the database, waits and writes again. Rejects when the storage
 * is lost, when the operation itself fails, and when the service stops: the next start then takes over.
 */
export async function writePersistently<Result>(
  context: PersistentWriteContext,
  operation: Operation<Result>,
  bytes?: number,
): Promise<Result> {
  let has_waited = false;
  for (;;) {
    try {
      return await context.writer.write(operation, bytes);
    } catch (error) {
      if (!(error instanceof StorageFailure) || error.trouble === "lost" || context.isStopping()) throw error;
      if (!has_waited) context.log.warn("write_waits", { trouble: error.trouble, error: error.message });
      has_waited = true;
      await new Promise<void>((resolve) => context.clock.after(PAUSE_MS, resolve));
    }
  }
}
