/** The Prefer header (RFC 7240, section 2): names in any case, blanks around `=`, values quoted or not, parameters after `;`. */

/** One preference, or one of its parameters: a token, optionally followed by `=` and a token or a quoted text. */
const WORD = String.raw`[!#$%&'*+.^_\`|~0-9A-Za-z-]+`;
const PREFERENCE_PATTERN = new RegExp(
  String.raw`[ \t]*(${WORD})[ \t]*(?:=[ \t]*(${WORD}|"(?:[^"\\]|\\.)*"))?[ \t]*(?:;[^,"]*(?:"(?:[^"\\]|\\.)*"[^,"]*)*)?(?:,|$)`,
  "y",
);
/** Preferences beyond this number are ignored. */
const PREFERENCES_MAX = 32;
const SECONDS_PATTERN = /^\d{1,15}$/;

/** Seconds that the client wants to wait, at most `max`; 0 when it does not say. The first `wait` counts; unreadable parts are ignored, as the RFC asks. */
export function waitOf(prefer: string | null, max: number): number {
  const wait = prefer === null ? undefined : preferencesOf(prefer).get("wait");
  return wait !== undefined && SECONDS_PATTERN.test(wait) ? Math.min(Number(wait), max) : 0;
}

function preferencesOf(prefer: string): Map<string, string> {
  const found = new Map<string, string>();
  let at = 0;
  for (let i = 0; i < PREFERENCES_MAX && at < prefer.length; i += 1) {
    PREFERENCE_PATTERN.lastIndex = at;
    const match = PREFERENCE_PATTERN.exec(prefer);
    if (match === null) {
      // Text that is not a preference ends at the next comma.
      const comma = prefer.indexOf(",", at);
      at = comma === -1 ? prefer.length : comma + 1;
      continue;
    }
    const [whole, name = "", value = ""] = match;
    at += Math.max(whole.length, 1);
    if (!found.has(name.toLowerCase())) found.set(name.toLowerCase(), unquoted(value));
  }
  return found;
}

function unquoted(value: string): string {
  return value.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/g, "$1") : value;
}
