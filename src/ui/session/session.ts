/** The session: the signed-in principal, its role, and signing out. */
import { useQueryClient } from "@tanstack/react-query";
import { call } from "../api/client";
import type { Role, Session } from "../api/objects";
import { useGet } from "../api/queries";
import { dropAllDrafts } from "../drafts/draft_store";
import { FACTS } from "../facts";
import { leave } from "./key_store";

const SESSION_STALE_MS = 60_000;

export function useSession(): Session | null {
  return useGet<Session>("/session", { stale_ms: SESSION_STALE_MS }).data ?? null;
}

/** True when the signed-in role is at least the one needed. True while the role is not known, because the service checks anyway. */
export function useMay(needed: Role): boolean {
  const session = useSession();
  return session === null || rankOf(session.role) <= rankOf(needed);
}

/** The rank of a role; 0 is the one with the most rights. */
function rankOf(role: Role): number {
  return FACTS.roles.findIndex((known) => known.role === role);
}

/** Revokes a key that belongs to this browser, and forgets the key here even when the service does not answer. */
export function useSignOut(): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    await call("DELETE", "/session").catch(() => null);
    dropAllDrafts();
    leave();
    client.clear();
  };
}
