/**
 * `status`: says whether the service does its work, for people and for monitoring. Without a key it shows what /health
 * tells everyone; with a key also what needs attention.
 */
import type { Health } from "../../services/operations/health";
import type { Overview } from "../../services/operations/overview";
import { EXIT_CODES } from "../exit_codes";
import { type Session, tell } from "./session";
import { table } from "./table";

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

interface Status {
  readonly address: string;
  readonly is_fine: boolean;
  readonly health: Health;
  /** null without a key. */
  readonly attention: Overview["attention"] | null;
}

export async function status(session: Session): Promise<number> {
  const { connection } = session;
  const health = await connection.callOpen<Health>("/health");
  const attention = connection.has_key ? (await connection.call<Overview>("GET", "/overview")).attention : null;
  const is_fine = health.status === "ok" && health.problems.length === 0 && (attention ?? []).length === 0;
  tell(session, { address: connection.address, is_fine, health, attention }, describe);
  return is_fine ? 0 : EXIT_CODES.failed;
}

function describe({ address, is_fine, health, attention }: Status): string {
  const { version, solver_version, uptime_seconds, queue_depth, running, backups, problems } = health;
  const word = health.status === "ok" ? (is_fine ? "fine" : "needs attention") : health.status;
  const lines = [
    `${address}: ${word}`,
    `version  ${version}, ${solver_version}, up ${spellSeconds(uptime_seconds)}`,
    `runs     ${queue_depth} waiting, ${running} running`,
  ];
  if (backups !== null) lines.push(`backup   ${backups.last_at ?? "none yet"}`);
  for (const { code, detail } of problems) lines.push(`${code}: ${detail}`);
  if (attention !== null && attention.length > 0) {
    const rows = attention.map(({ kind, trigger_name, since, message }) => [kind, trigger_name, since, message]);
    lines.push("", table(["WHAT", "TRIGGER", "SINCE", "MESSAGE"], rows));
  }
  return lines.join("\n");
}

function spellSeconds(seconds: number): string {
  if (seconds < 2 * MINUTE_SECONDS) return `${seconds} s`;
  if (seconds < 2 * HOUR_SECONDS) return `${Math.floor(seconds / MINUTE_SECONDS)} min`;
  if (seconds < 2 * DAY_SECONDS) return `${Math.floor(seconds / HOUR_SECONDS)} h`;
  return `${Math.floor(seconds / DAY_SECONDS)} days`;
}
