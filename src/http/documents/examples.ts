/** /api/v2/examples, for every key. */
import type { Context, Principal, VisitParts } from "../../services/context";
import { getExample, listExamples, type ReadInputs } from "../../services/documents/examples";
import { inspectModel } from "../../services/documents/inspection";
import { API, keyedRoutes } from "../edge/router";

type ExampleRouteContext = VisitParts & Pick<Context, "clock" | "config" | "db" | "inspector">;

export function exampleRoutes(context: ExampleRouteContext) {
  return keyedRoutes(context, `${API}/examples`)
    .get("/", ({ principal }) => listExamples(readerFor(context, principal)))
    .get("/:example_name", ({ principal, params }) => getExample(params.example_name, readerFor(context, principal)));
}

function readerFor(context: ExampleRouteContext, asker: Principal): ReadInputs {
  return async (model) => (await inspectModel(context, asker, model)).inputs;
}
