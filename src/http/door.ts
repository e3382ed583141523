/** What every request passes before its route: its id, its size, and a body that is JSON and nothing else. */
import { Refusal } from "../refusals";

/** JSON.parse takes millions of levels, JSON.stringify then fails: so depth is counted on the text. */
const JSON_DEPTH_MAX = 64;
/** Texts that may hold a number beyond the range of a double, which JSON.parse turns into Infinity without a word. */
const HUGE_NUMBER_PATTERN = /\d[eE]\+?0*[1-9]\d{2}|\d{309}/;
const REQUEST_ID_PATTERN = /^[\x21-\x7e]{1,128}$/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

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

/** The parsed JSON body; no body counts as an empty object, so that what is missing is told by name. */
export async function readJsonBody(request: Request, body_bytes_max: number): Promise<unknown> {
  const text = await readText(request, body_bytes_max);
  if (text === "") return {};
  requireJsonType(request.headers.get("content-type"));
  requireShallow(text);
  const body = parse(text);
  if (HUGE_NUMBER_PATTERN.test(text)) requireFinite(body);
  return body;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal("malformed_json", "The body is not valid JSON; check quotes, commas and brackets");
  }
}

/** Refuses Infinity: written back as JSON it would become null, and a bound of null means none. */
function requireFinite(body: unknown): void {
  const open: unknown[] = [body];
  while (open.length > 0) {
    const value = open.pop();
    if (value === Infinity || value === -Infinity) {
      throw new Refusal(
        "malformed_json",
        "The body holds a number beyond 1.8e308, the largest that is kept; for no bound, write null",
      );
    }
    if (typeof value === "object" && value !== null) for (const child of Object.values(value)) open.push(child);
  }
}

/** A declared length was judged before; a body without one is counted as it comes. */
async function readText(request: Request, body_bytes_max: number): Promise<string> {
  try {
    if (request.headers.has("content-length") || request.body === null) return await request.text();
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of request.body) {
      size += chunk.length;
      if (size > body_bytes_max) throw tooLarge(body_bytes_max);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString("utf8");
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("malformed_json", "The body ended before it was whole; send it again");
  }
}

function requireJsonType(content_type: string | null): void {
  const type = content_type?.split(";")[0]?.trim().toLowerCase();
  if (type === "application/json") return;
  throw new Refusal(
    "unsupported_media_type",
    `The body must be sent as application/json, found ${type ? JSON.stringify(type.slice(0, 100)) : "no content-type"}`,
  );
}

/** Refuses text whose brackets nest deeper than the limit, skipping over strings. */
function requireShallow(text: string): void {
  let depth = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > JSON_DEPTH_MAX) {
        throw new Refusal("malformed_json", `The body nests deeper than ${JSON_DEPTH_MAX} levels`);
      }
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
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

function tooLarge(body_bytes_max: number): Refusal {
  return new Refusal(
    "body_too_large",
    `The body is larger than ${Math.floor(body_bytes_max / 1_048_576)} MiB; send less, or raise --max-body-mb`,
  );
}
