/** The yardstick for accepting: the same Elysia route, body schema and secret check, with nothing stored. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

const wanted = createHash("sha256").update(process.env.SECRET!).digest();
let accepted = 0;

new Elysia()
  .post(
    "/api/v2/triggers/:trigger_id/fire",
    ({ headers, status }) => {
      const given = createHash("sha256")
        .update((headers.authorization ?? "").slice(7))
        .digest();
      if (!timingSafeEqual(given, wanted)) return status(401, { detail: "Invalid trigger secret" });
      accepted += 1;
      return status(202, { run_id: `run_${accepted}`, status: "queued" });
    },
    {
      body: Type.Object(
        {
          trigger_secret: Type.Optional(Type.String()),
          override_data: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
        },
        { additionalProperties: false },
      ),
    },
  )
  .listen({ hostname: "127.0.0.1", port: Number(process.env.PORT) });
