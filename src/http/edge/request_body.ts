/** Checks that every request passes before its route: its id, its size, and that its body is JSON. */
import { parseJson } from "../../json_text";
import { Refusal } from "../../refusals";
import type { BodyPace } from "./body_pace";
import type { BodyRoom } from "./body_room";

/** A body over this size is parsed in another process if its route can do so: 16 MiB block a thread for seconds. */
const SMALL_BODY_BYTES_MAX = 65_536;
/** JSON itself, or a format that is JSON underneath (RFC 6839, section 3.1). */
const JSON_TYPE_PATTERN = /^application\/(?:[\w!#$&^.-]+\+)?json$/;
const REQUEST_ID_PATTERN = /^[\x21-\x7e]{1,128}$/;

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

/** The limits of a body that one sender sends to one route. */
export interface BodyTerms {
  readonly bytes_max: number;
  /** The refusal of a larger body. */
  readonly tooLarge: () => Refusal;
  readonly room: BodyRoom;
  /** The sender of the body: a key, a trigger or an address. */
  readonly sender: string;
  readonly pace: BodyPace;
  /** True when the route takes a large body unparsed. */
  readonly keeps_large: boolean;
}

/** A body that is not parsed on this thread: its bytes as they came. */
export class LargeBody {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/**
 * The parsed JSON body, or a LargeBody. A missing body counts as an empty object, so that the refusal names the missing fields.
 * `hold` keeps the runtime from closing the connection until there is an answer.
 */
export async function readJsonBody(request: Request, terms: BodyTerms, hold: () => void): Promise<unknown> {
  if (request.body === null) return {};
  requirePlain(request);
  const counted = new CountedBody(terms);
  try {
    const declared = request.headers.get("content-length");
    if (declared !== null) counted.add(Number(declared));
    const reading = declared === null ? readPieces(request.body, counted) : readWhole(request);
    // Most bodies come together with their headers and have arrived already.
    const is_here = Bun.peek.status(reading) === "fulfilled";
    const bytes = await (is_here ? reading : terms.pace.watch(reading, terms.sender, () => counted.bytes, hold));
    if (bytes.length === 0) return {};
    requireJsonType(request.headers.get("content-type"));
    return terms.keeps_large && bytes.length > SMALL_BODY_BYTES_MAX ? new LargeBody(bytes) : parseJson(bytes);
  } finally {
    counted.release();
  }
}

/** Counts the bytes of one body against its own limit and, above a certain size, against the limit of all bodies together. */
class CountedBody {
  readonly #terms: BodyTerms;
  #taken = 0;
  /** The declared length, or the bytes that have come so far. */
  bytes = 0;

  constructor(terms: BodyTerms) {
    this.#terms = terms;
  }

  add(bytes: number): void {
    const { bytes_max, tooLarge, room, sender } = this.#terms;
    this.bytes += bytes;
    if (this.bytes > bytes_max) throw tooLarge();
    if (this.bytes <= SMALL_BODY_BYTES_MAX) return;
    const more = this.bytes - this.#taken;
    room.take(sender, more);
    this.#taken += more;
  }

  release(): void {
    if (this.#taken > 0) this.#terms.room.release(this.#terms.sender, this.#taken);
  }
}

async function readWhole(request: Request): Promise<Uint8Array> {
  return request.bytes().catch(() => {
    throw endedEarly();
  });
}

async function readPieces(body: ReadableStream<Uint8Array>, counted: CountedBody): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  try {
    for await (const piece of body) {
      counted.add(piece.length);
      pieces.push(piece);
    }
  } catch (error) {
    throw error instanceof Refusal ? error : endedEarly();
  }
  return Buffer.concat(pieces);
}

function endedEarly(): Refusal {
  return new Refusal("malformed_json", "The body ended before it was whole; send it again");
}

/** Refuses a compressed body by its content coding, before it is read: this service does not decompress bodies. */
function requirePlain(request: Request): void {
  const codings = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  if (codings === "" || codings === "identity") return;
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

/** The refusal of a body that is larger than any body may be. */
export function tooLarge(body_bytes_max: number): Refusal {
  return new Refusal(
    "body_too_large",
    `The body is larger than ${Math.floor(body_bytes_max / 1_048_576)} MiB; send less, or raise --max-body-mb`,
  );
}
