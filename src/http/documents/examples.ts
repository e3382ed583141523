/** /api/v2/examples, for every key. */
import type { Context } from "../../services/context";
import { getExample, listExamples } from "../../services/documents/examples";
import { modelLimits } from "../../services/documents/inspection";
import { API, keyedRoutes } from "../edge/router";

export function exampleRoutes(context: Context) {
  return keyedRoutes(context, `${API}/examples`)
    .get("/", () => listExamples(modelLimits(context)))
    .get("/:example_name", ({ params }) => getExample(params.example_name, modelLimits(context)));
}
