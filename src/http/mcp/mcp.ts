/** POST /mcp, for agents: only with --mcp, and only with an API key. */
import { Refusal } from "../../refusals";
import type { Context } from "../../services/context";
import { anyBody } from "../edge/body_fields";
import { invalid } from "../edge/errors";
import { keyedRoutes } from "../edge/router";
import { answerMessage, speaks } from "./protocol";

export function mcpRoutes(context: Context) {
  return keyedRoutes(context, "/mcp")
    .post(
      "/",
      async ({ principal, body, request }) => {
        requireOffered(context);
        const version = request.headers.get("mcp-protocol-version");
        if (!speaks(version)) {
          const msg = "a version of the protocol that initialize offered is expected";
          throw invalid([{ loc: ["header", "MCP-Protocol-Version"], msg, type: "invalid_value" }]);
        }
        const answer = await answerMessage(context, principal, body);
        return answer ?? new Response(null, { status: 202 });
      },
      { body: anyBody },
    )
    .get("/", () => {
      requireOffered(context);
      throw new Refusal("method_not_allowed", "Nothing is sent here of the service's own accord; POST each message");
    });
}

function requireOffered(context: Context): void {
  if (context.config.mcp) return;
  throw new Refusal("route_not_found", "This service does not offer /mcp; start it with --mcp");
}
