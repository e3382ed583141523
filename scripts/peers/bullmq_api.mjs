/** Peer: Fastify, BullMQ and Redis take a fire. */
import { Queue } from "bullmq";
import Fastify from "fastify";
import { isAuthorised, newRunId } from "./shared.mjs";

const queue = new Queue("solve", { connection: { host: "127.0.0.1", port: Number(process.env.REDIS_PORT) } });
const server = Fastify();
server.post("/fire", async (request, reply) => {
  if (!isAuthorised(request.headers.authorization)) return reply.code(401).send({ detail: "Invalid secret" });
  const run_id = newRunId();
  await queue.add("run", request.body.override_data, { jobId: run_id });
  return reply.code(202).send({ run_id, status: "queued" });
});
server.get("/completed", async () => ({ completed: await queue.getCompletedCount() }));
await server.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
