/** Peer: one pg-boss worker that solves, fifty jobs a fetch. */
import { PgBoss } from "pg-boss";
import { createSolver } from "./shared.mjs";

const boss = new PgBoss(process.env.DATABASE_URL);
await boss.start();
const solve = await createSolver();
await boss.work("solve", { batchSize: 50, pollingIntervalSeconds: 0.5 }, async (jobs) => {
  for (const job of jobs) await boss.complete("solve", job.id, solve(job.data.demand));
});
