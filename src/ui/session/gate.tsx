/** Lets in who has a key: by the one-time link in the address, by a key typed in, or from this tab's storage. */
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState, useSyncExternalStore } from "react";
import { ApiRefusal, call } from "../api/client";
import { Screens } from "../layout/screens";
import { Loading } from "../layout/states";
import { currentKey, setKey, watchKey } from "./key_store";
import { SignIn } from "./sign_in";

const LINK_PATTERN = /^#link=([0-9a-f]{16,128})$/;

export function Gate() {
  const key = useSyncExternalStore(watchKey, currentKey);
  const client = useQueryClient();
  const [link, setLink] = useState(takeLink);
  const [reason, setReason] = useState<string | null>(null);

  useEffect(() => {
    if (key === null) client.clear();
  }, [key, client]);

  useEffect(() => {
    if (link === null) return;
    exchange(link)
      .then(setKey)
      .catch((error: unknown) => setReason(error instanceof ApiRefusal ? error.message : String(error)))
      .finally(() => setLink(null));
  }, [link]);

  if (link !== null) return <Loading what="Signing in" />;
  if (key === null) return <SignIn reason={reason} />;
  return <Screens />;
}

/** The link's secret, taken out of the address at once so that it is in no history and no bookmark. */
function takeLink(): string | null {
  const link = LINK_PATTERN.exec(location.hash)?.[1] ?? null;
  if (link !== null) history.replaceState(null, "", location.pathname);
  return link;
}

const exchanges = new Map<string, Promise<string>>();

/** A link works once: a second look at it takes the first one's answer. */
function exchange(link: string): Promise<string> {
  const known = exchanges.get(link);
  if (known !== undefined) return known;
  const asked = call<{ api_key: string }>("POST", "/session", { link }).then(({ api_key }) => api_key);
  exchanges.set(link, asked);
  return asked;
}
