/** Peer: one pg-boss worker that solves, fifty jobs a fetch, without a pause while there are fifty more. */
import { PgBoss } from "pg-boss";
import { createSolver } from "./shared.mjs";

const boss = new PgBoss(process.env.DATABASE_URL);
await boss.start();
const solve = await createSolver();
const options = { batchSize: 50, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true, perJobResults: true };
await boss.work("solve", options, async (jobs) =>
  jobs.map(({ id, data }) => ({ id, status: "completed", output: solve(data.demand) })),
);
