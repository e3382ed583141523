/** What both peers share: the secret check, the ids, and the model, solved from LP text as the package's front page shows it. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import loadHighs from "highs";

export const SECRET = "a".repeat(64);
const wanted = createHash("sha256").update(SECRET).digest();

export function isAuthorised(header) {
  const given = createHash("sha256")
    .update((header ?? "").slice(7))
    .digest();
  return timingSafeEqual(given, wanted);
}

export function newRunId() {
  return `run_${randomBytes(8).toString("hex")}`;
}

/** Solves with the options in HIGHS_OPTIONS, a JSON object: those of the service that the peers are compared with. */
export async function createSolver() {
  const options = JSON.parse(process.env.HIGHS_OPTIONS);
  const highs = await loadHighs();
  return (demand) => {
    const text = `Maximize
 obj: 50 a + 40 b + 60 c
Subject To
 m: 2 a + 3 b + 2 c <= 240
 l: 4 a + 2 b + 3 c <= 200
 r: a + b + c <= 150
Bounds
 a <= ${demand[0]}
 b <= ${demand[1]}
 c <= ${demand[2]}
Generals
 a b c
End`;
    const answer = highs.solve(text, options);
    return { status: answer.Status, objective_value: answer.ObjectiveValue };
  };
}
