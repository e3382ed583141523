/**
 * Finds a key before the screens are shown: from the one-time link in the address, from this tab's storage, from another open
 * tab, or typed in.
 */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { ApiRefusal, call } from "../api/client";
import { Screens } from "../layout/screens";
import { Loading } from "../layout/states";
import { askOtherTabs, currentKey, setKey, watchKey, whySignedOut } from "./key_store";
import { SignIn } from "./sign_in";

const LINK_PATTERN = /^#link=([0-9a-f]{16,128})$/;

export function Gate() {
  const key = useSyncExternalStore(watchKey, currentKey);
  const client = useQueryClient();
  const [link] = useState(takeLink);
  const [is_asking, setAsking] = useState(key === null || link !== null);
  const [refused, setRefused] = useState<string | null>(null);

  useEffect(() => {
    if (key === null) client.clear();
  }, [key, client]);

  useEffect(() => {
    if (!is_asking) return;
    const found = link === null ? askOtherTabs() : exchange(link);
    found
      .then((given) => given !== null && setKey(given))
      .catch((error: unknown) => setRefused(error instanceof ApiRefusal ? error.message : String(error)))
      .finally(() => setAsking(false));
  }, [link, is_asking]);

  if (is_asking) return <Loading what="Signing in" />;
  if (key !== null) return <Screens />;
  const why = whySignedOut();
  if (why !== null) return <SignIn title="You are signed out" reason={why} />;
  return <SignIn title="The link did not sign you in" reason={refused} />;
}

/** The secret of the link. It is removed from the address at once, so that no history and no bookmark holds it. */
function takeLink(): string | null {
  const link = LINK_PATTERN.exec(location.hash)?.[1] ?? null;
  if (link !== null) history.replaceState(null, "", location.pathname);
  return link;
}

const exchanges = new Map<string, Promise<string>>();

/** A link works once: a second call takes the answer of the first. */
function exchange(link: string): Promise<string> {
  const known = exchanges.get(link);
  if (known !== undefined) return known;
  const asked = call<{ api_key: string }>("POST", "/session", { link }).then(({ api_key }) => api_key);
  exchanges.set(link, asked);
  return asked;
}
