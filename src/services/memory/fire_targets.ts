/**
 * The parts of a trigger that a fire needs, parsed once and kept: reading and parsing the row for each fire cost a third of
 * the route. Every change of a trigger drops its entry after the commit, and nobody else writes triggers.
 */
import type { BoundOverrides } from "../../model/override_fields";
import type { TypedQueries } from "../../storage/database";
import { findTriggerById, type TriggerRow } from "../../storage/triggers";
import { WEBHOOK_EVENTS_DEFAULT } from "../../webhooks/events";
import { settingsOf, type TriggerSettings } from "../triggers/trigger_fields";

export interface FireTarget extends TriggerSettings {
  readonly seq: number;
  readonly id: string;
  readonly organization_id: string;
  readonly workspace_id: string;
  readonly version_id: string;
  readonly is_enabled: boolean;
  readonly secret_hash: Uint8Array;
  readonly previous_secret_hash: Uint8Array | null;
  readonly previous_secret_until: number | null;
  readonly bound: BoundOverrides;
  /** The JSON of `bound`, which other processes are given. */
  readonly contract: string;
  /** null when there is none, or when it was disabled. */
  readonly webhook: WebhookTarget | null;
}

/** Secrets as they are stored, sealed. */
export interface WebhookTarget {
  readonly url: string;
  /** Name and port. */
  readonly host: string;
  readonly events: ReadonlySet<string>;
  readonly secret: Uint8Array;
  readonly previous_secret: Uint8Array | null;
  /** The previous secret signs too until then. */
  readonly previous_until: number | null;
}

const TARGETS_MAX = 10_000;

export class FireTargets {
  readonly #db: TypedQueries;
  readonly #targets = new Map<string, FireTarget>();

  constructor(db: TypedQueries) {
    this.#db = db;
  }

  /** The trigger as a fire sees it; null when there is none or it was deleted. */
  get(trigger_id: string): FireTarget | null {
    const known = this.#targets.get(trigger_id);
    if (known !== undefined) return known;
    const row = findTriggerById(this.#db, trigger_id);
    if (row === null) return null;
    const target: FireTarget = {
      seq: row.seq,
      id: row.id,
      organization_id: row.organization_id,
      workspace_id: row.workspace_id,
      version_id: row.version_id,
      is_enabled: row.is_enabled,
      secret_hash: row.secret_hash,
      previous_secret_hash: row.previous_secret_hash,
      previous_secret_until: row.previous_secret_until,
      bound: JSON.parse(row.override_contract) as BoundOverrides,
      contract: row.override_contract,
      ...settingsOf(row),
      webhook: webhookOf(row),
    };
    if (this.#targets.size >= TARGETS_MAX) this.#targets.clear();
    this.#targets.set(trigger_id, target);
    return target;
  }

  /** Call after the commit of any change to this trigger. */
  drop(trigger_id: string): void {
    this.#targets.delete(trigger_id);
  }
}

function webhookOf(row: TriggerRow): WebhookTarget | null {
  const { webhook_url: url, webhook_secret: secret } = row;
  if (url === null || row.webhook_disabled_at !== null) return null;
  if (secret === null) throw new Error(`${row.id} has a webhook without a secret`);
  const events = row.webhook_events === null ? WEBHOOK_EVENTS_DEFAULT : (JSON.parse(row.webhook_events) as string[]);
  const { previous_webhook_secret: previous_secret, previous_webhook_until: previous_until } = row;
  return { url, host: new URL(url).host, events: new Set(events), secret, previous_secret, previous_until };
}
