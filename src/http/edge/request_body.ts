/** What every request passes before its route: its id, its size, and a body that is JSON and nothing else. */
import { Refusal } from "../../refusals";

/** JSON.parse takes millions of levels, JSON.stringify then fails: so depth is counted on the text. */
const JSON_DEPTH_MAX = 64;
/** JSON.parse takes 1 us for each key that is new to it: a million of them, 12 MB, hold the thread for 2 s, as rows for 40 ms. */
const LARGE_OBJECT_KEYS_MIN = 1000;
const LARGE_OBJECT_KEYS_MAX = 200_000;
/** Texts that may hold a number beyond the range of a double, which JSON.parse turns into Infinity without a word. */
const HUGE_NUMBER_PATTERN = /\d[eE]\+?0*[1-9]\d{2}|\d{309}/;
/** Texts that may hold, once parsed, a string that UTF-8 has no bytes for, or one with a zero in it. */
const UNWRITABLE_PATTERN = /\\u(?:0000|[dD][89a-fA-F])/;
const UTF_8 = new TextDecoder("utf-8", { fatal: true });
/** A body up to this size is read whoever sends it. */
const SMALL_BODY_BYTES_MAX = 65_536;
/** Reading and parsing this much holds the thread for some 50 ms at worst, 16 MiB of it for seconds. */
const UNPROVEN_BODY_BYTES_MAX = 1_048_576;
const BODIES_RETRY_SECONDS = 1;
/** JSON itself, or a format that is JSON underneath (RFC 6839, section 3.1). */
const JSON_TYPE_PATTERN = /^application\/(?:[\w!#$&^.-]+\+)?json$/;
const REQUEST_ID_PATTERN = /^[\x21-\x7e]{1,128}$/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;

/** The client's own request id when it is short printable ASCII, else null. */
export function givenRequestId(request: Request): string | null {
  const given = request.headers.get("x-request-id");
  return given !== null && REQUEST_ID_PATTERN.test(given) ? given : null;
}

/** Refuses a body by its declared length, before it is read. */
export function refuseDeclaredLength(request: Request, body_bytes_max: number): void {
  const declared = request.headers.get("content-length");
  if (declared !== null && Number(declared) > body_bytes_max) throw tooLarge(body_bytes_max);
}

/**
 * What the bodies may hold together, while they are read, of senders that have shown neither key nor secret: a secret may
 * be in a body, so these must be read, and a hundred of them at once must not fill the memory.
 */
export class UnprovenBodies {
  readonly #bytes_max: number;
  #bytes = 0;

  constructor(bytes_max: number) {
    this.#bytes_max = bytes_max;
  }

  /** Refuses 503 what goes beyond; what was taken is given back with `release`. */
  take(bytes: number): void {
    if (this.#bytes + bytes > this.#bytes_max) {
      throw new Refusal(
        "bodies_full",
        "Too many large bodies without a secret in their headers are on their way; send yours as Authorization: Bearer",
        { retry_after_seconds: BODIES_RETRY_SECONDS },
      );
    }
    this.#bytes += bytes;
  }

  release(bytes: number): void {
    this.#bytes -= bytes;
  }
}

/**
 * The parsed JSON body; no body counts as an empty object, so that what is missing is told by name. `unproven` bounds it
 * together with others; null for a sender who has shown a key or a secret.
 */
export async function readJsonBody(
  request: Request,
  body_bytes_max: number,
  unproven: UnprovenBodies | null,
): Promise<unknown> {
  requirePlain(request);
  const text = await readText(request, body_bytes_max, unproven);
  if (text === "") return {};
  requireJsonType(request.headers.get("content-type"));
  requireQuickToParse(text);
  const body = parse(text);
  if (HUGE_NUMBER_PATTERN.test(text) || UNWRITABLE_PATTERN.test(text)) requireWritable(body);
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("malformed_json", "The body is not valid JSON; check quotes, commas and brackets");
  }
}

/** Refuses what would not come back as it was sent. */
function requireWritable(body: unknown): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (value === Infinity || value === -Infinity) {
      // Written back as JSON it would become null, and a bound of null means none.
      throw new Refusal(
        "malformed_json",
        "The body holds a number beyond 1.8e308, the largest that is kept; for no bound, write null",
      );
    }
    if (typeof value === "string") requireWritableText(value);
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const child of value) if (!isPlainNumber(child)) open.push(child);
      continue;
    }
    for (const key of Object.keys(value)) {
      requireWritableText(key);
      const child = (value as Record<string, unknown>)[key];
      if (!isPlainNumber(child)) open.push(child);
    }
  }
}

function isPlainNumber(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value);
}

/** UTF-8 has no half of a surrogate pair, and many readers end a text at a zero byte. */
function requireWritableText(text: string): void {
  if (text.isWellFormed() && !text.includes("\0")) return;
  throw new Refusal(
    "malformed_json",
    "The body holds a text with a zero character or half of a surrogate pair (\\u0000, \\ud800); leave it out",
  );
}

/** A declared length was judged before; a body without one is counted as it comes. */
async function readText(request: Request, body_bytes_max: number, unproven: UnprovenBodies | null): Promise<string> {
  if (request.body === null) return "";
  const declared = request.headers.get("content-length");
  if (unproven === null || Number(declared ?? Infinity) <= SMALL_BODY_BYTES_MAX) {
    const bytes =
      declared === null ? await readCounted(request.body, body_bytes_max, () => {}) : await readWhole(request);
    return decode(bytes);
  }
  let taken = 0;
  const take = (bytes: number): void => {
    if (taken + bytes > UNPROVEN_BODY_BYTES_MAX) throw tooLargeUnproven();
    unproven.take(bytes);
    taken += bytes;
  };
  try {
    if (declared === null) return decode(await readCounted(request.body, body_bytes_max, take));
    take(Number(declared));
    return decode(await readWhole(request));
  } finally {
    unproven.release(taken);
  }
}

async function readWhole(request: Request): Promise<Uint8Array> {
  return request.bytes().catch(() => {
    throw endedEarly();
  });
}

async function readCounted(
  body: ReadableStream<Uint8Array>,
  body_bytes_max: number,
  take: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > body_bytes_max) throw tooLarge(body_bytes_max);
      take(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : endedEarly();
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch {
    throw new Refusal(
      "malformed_json",
      "The body is not UTF-8; another encoding would change its names without a word",
    );
  }
}

function endedEarly(): Refusal {
  return new Refusal("malformed_json", "The body ended before it was whole; send it again");
}

/** Refuses a packed body by the name of its coding, before it is read: nothing is unpacked here. */
function requirePlain(request: Request): void {
  const codings = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (request.body === null || codings === "" || codings === "identity") return;
  throw new Refusal(
    "unsupported_media_type",
    `The body is sent with content-encoding ${JSON.stringify(codings.slice(0, 100))}, which is not read here; send it without one, as plain JSON`,
    { headers: { "accept-encoding": "identity" } },
  );
}

function requireJsonType(content_type: string | null): void {
  const type = content_type?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && JSON_TYPE_PATTERN.test(type)) return;
  throw new Refusal(
    "unsupported_media_type",
    `The body must be sent as application/json, found ${type ? JSON.stringify(type.slice(0, 100)) : "no content-type"}`,
  );
}

/** Refuses text whose brackets nest deeper than the limit, or whose large objects have too many keys, skipping over strings. */
function requireQuickToParse(text: string): void {
  let depth = 0;
  let keys_in_large = 0;
  const keys = new Uint32Array(JSON_DEPTH_MAX + 1);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === COLON) {
      keys[depth] = keys[depth]! + 1;
      if (keys[depth]! > LARGE_OBJECT_KEYS_MIN && ++keys_in_large > LARGE_OBJECT_KEYS_MAX) throw tooManyKeys();
    } else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > JSON_DEPTH_MAX) {
        throw new Refusal("malformed_json", `The body nests deeper than ${JSON_DEPTH_MAX} levels`);
      }
      keys[depth] = 0;
    } else if (code === 0x7d || code === 0x5d) depth = Math.max(0, depth - 1);
  }
}

/** Position of the quote that ends the string which begins at `start`; the text's end when it does not. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return end;
    end = text.indexOf('"', end + 1);
  }
  return text.length;
}

function tooManyKeys(): Refusal {
  return new Refusal(
    "malformed_json",
    `The body has more than ${LARGE_OBJECT_KEYS_MAX} keys in objects of over ${LARGE_OBJECT_KEYS_MIN}; send such values as a list in the order of their sets, as nested objects, or as rows`,
  );
}

function tooLargeUnproven(): Refusal {
  return new Refusal(
    "body_too_large",
    "A body over 1 MiB is read only from senders that show their secret in the headers; send it as Authorization: Bearer",
  );
}

function tooLarge(body_bytes_max: number): Refusal {
  return new Refusal(
    "body_too_large",
    `The body is larger than ${Math.floor(body_bytes_max / 1_048_576)} MiB; send less, or raise --max-body-mb`,
  );
}
