/** /api/v2/examples, for every key. */
import type { Context, VisitParts } from "../../services/context";
import { getExample, listExamples } from "../../services/documents/examples";
import { modelLimits } from "../../services/documents/inspection";
import { API, keyedRoutes } from "../edge/router";

type ExampleRouteContext = VisitParts & Pick<Context, "clock" | "config" | "db">;

export function exampleRoutes(context: ExampleRouteContext) {
  return keyedRoutes(context, `${API}/examples`)
    .get("/", () => listExamples(modelLimits(context)))
    .get("/:example_name", ({ params }) => getExample(params.example_name, modelLimits(context)));
}
