/** Reads the webhook addresses of all triggers of a database, also while a service is running on it. */
import { Database } from "bun:sqlite";

export interface Destination {
  readonly id: string;
  readonly name: string;
  readonly webhook_url: string | null;
  /** Sealed. */
  readonly webhook_secret: Uint8Array | null;
  readonly is_enabled: boolean;
}

/** Every trigger that is not deleted and has a webhook or a secret for one. */
export function readDestinations(path: string): Destination[] {
  const client = new Database(path, { readonly: true });
  try {
    client.run("PRAGMA busy_timeout = 5000");
    const rows = client
      .query(
        `SELECT id, name, webhook_url, webhook_secret, is_enabled FROM triggers
         WHERE deleted_at IS NULL AND (webhook_url IS NOT NULL OR webhook_secret IS NOT NULL) ORDER BY seq`,
      )
      .all() as (Omit<Destination, "is_enabled"> & { is_enabled: number })[];
    return rows.map((row) => ({ ...row, is_enabled: row.is_enabled === 1 }));
  } finally {
    client.close();
  }
}
