/** Peer: Fastify, pg-boss and PostgreSQL take a fire. */
import { randomUUID } from "node:crypto";
import Fastify from "fastify";
import { PgBoss } from "pg-boss";
import { isAuthorised } from "./shared.mjs";

const boss = new PgBoss(process.env.DATABASE_URL);
await boss.start();
await boss.createQueue("solve");
const server = Fastify();
server.post("/fire", async (request, reply) => {
  if (!isAuthorised(request.headers.authorization)) return reply.code(401).send({ detail: "Invalid secret" });
  const run_id = await boss.send("solve", request.body.override_data, { id: randomUUID() });
  return reply.code(202).send({ run_id, status: "queued" });
});
server.get("/completed", async () => {
  const answer = await boss.getDb().executeSql("SELECT count(*)::int AS n FROM pgboss.job WHERE state = 'completed'");
  return { completed: answer.rows[0].n };
});
await server.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
