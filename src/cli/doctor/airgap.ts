/**
 * `doctor --airgap`: every host that this program could open a connection to. There are only webhooks: no telemetry, no
 * updates, no time or name service of its own. A host inside is a loopback, private or link-local address; a name counts
 * as outside, since the name server decides where it leads.
 */
import { existsSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import type { Config } from "../../config";
import { messageOf } from "../../log";
import { readDestinations } from "../../storage/destinations";
import { DATABASE_FILE } from "../../storage/directory/data_directory";
import { type AddressKind, addressBytes, kindOf } from "../../webhooks/address";
import { checkDestination, parseTargetPolicy, type TargetPolicy } from "../../webhooks/destination";
import { type Finding, fail, ok, warn } from "./finding";

const INSIDE: readonly AddressKind[] = ["private", "loopback", "link-local"];
const NAMES_SHOWN_MAX = 5;

/** One finding for the rule and one for each host. */
export function checkAirgap(config: Config): Finding[] {
  return [rule(config), ...hosts(config)];
}

function rule({ webhook_targets }: Config): Finding {
  const { allows } = parseTargetPolicy(webhook_targets);
  if (allows === "list") return ok("webhook targets", `only ${webhook_targets}`);
  const reach = allows === "public" ? "any public address" : "any address but link-local and metadata ones";
  return warn(
    "webhook targets",
    `${webhook_targets}: a trigger may name ${reach}; for an air gap list the networks, such as 10.0.0.0/8`,
  );
}

function hosts(config: Config): Finding[] {
  const path = join(config.data_dir, DATABASE_FILE);
  if (!existsSync(path)) return [ok("webhooks", "there is no database yet, so nothing is sent anywhere")];
  try {
    const policy = parseTargetPolicy(config.webhook_targets);
    const by_host = Map.groupBy(
      readDestinations(path).flatMap(({ name, webhook_url }) =>
        webhook_url === null ? [] : [{ name, url: new URL(webhook_url) }],
      ),
      ({ url }) => url.host,
    );
    if (by_host.size === 0) return [ok("webhooks", "no trigger has one: nothing is sent anywhere")];
    return [...by_host].map(([host, found]) => {
      const { hostname, href } = found[0]!.url;
      return describe(
        host,
        hostname,
        found.map(({ name }) => name),
        checkDestination(href, policy),
        policy,
      );
    });
  } catch (error) {
    return [fail("webhooks", messageOf(error))];
  }
}

function describe(
  host: string,
  hostname: string,
  names: readonly string[],
  refusal: string | null,
  policy: TargetPolicy,
): Finding {
  const shown = names.slice(0, NAMES_SHOWN_MAX).join(", ");
  const more = names.length > NAMES_SHOWN_MAX ? ` and ${names.length - NAMES_SHOWN_MAX} more` : "";
  const by = `webhook of ${shown}${more}`;
  if (refusal !== null) return ok(host, `${by}; refused by webhook_targets, so not reached`);
  const address = hostname.replace(/^\[|\]$/g, "");
  if (isIP(address) === 0) return describeName(host, hostname, by, policy);
  const kind = kindOf(addressBytes(address)!);
  return INSIDE.includes(kind) ? ok(host, `${by}; inside (${kind})`) : fail(host, `${by}; outside (${kind})`);
}

function describeName(host: string, hostname: string, by: string, { allows, setting }: TargetPolicy): Finding {
  if (hostname === "localhost") return ok(host, `${by}; inside`);
  if (allows === "list") return warn(host, `${by}; a name, reached where it leads into ${setting} and nowhere else`);
  return fail(host, `${by}; a name, which may lead anywhere: use an address of the site`);
}
