/** Peer: one BullMQ worker that solves. */
import { Worker } from "bullmq";
import { createSolver } from "./shared.mjs";

const solve = await createSolver();
new Worker("solve", async (job) => solve(job.data.demand), {
  connection: { host: "127.0.0.1", port: Number(process.env.REDIS_PORT) },
  concurrency: 4,
});
