/** Where webhooks may go, by this installation's policy: asked when a trigger is written and again at each attempt. */
import { lookup } from "node:dns/promises";
import { Refusal } from "../refusals";
import { checkDestination, parseTargetPolicy, resolveDestination, type TargetPolicy } from "../webhooks/destination";
import type { Context } from "./context";

/** Refuses 422, naming address and setting, what no webhook may be sent to. */
export async function requireDestination(context: Context, url: string): Promise<void> {
  const refused = checkDestination(url, policyOf(context));
  if (refused === null) return;
  throw new Refusal("webhook_destination_refused", refused, {
    detail: [{ loc: ["body", "webhook_url"], msg: refused, type: "destination_refused" }],
  });
}

/** The checked address to connect to, or why there is none. */
export function resolveTarget(context: Context, url: string): Promise<{ address: string } | { refused: string }> {
  return resolveDestination(url, policyOf(context), async (host) => {
    const found = await lookup(host, { all: true });
    return found.map((entry) => entry.address);
  });
}

function policyOf(context: Context): TargetPolicy {
  return parseTargetPolicy(context.config.webhook_targets);
}
