/** JSON as it is kept and sent on: its text, or that text packed where it is long. */

/** JSON text; its bytes in UTF-8, compressed with zstd. */
export type KeptText = string | Uint8Array;

/** JSON up to this many characters stays as it is. */
const PLAIN_LENGTH_MAX = 2048;

/** The form in which a text is kept. */
export function packText(text: string): KeptText {
  return text.length <= PLAIN_LENGTH_MAX ? text : Bun.zstdCompressSync(text);
}

/** The JSON text. */
export function unpackText(text: KeptText): string {
  return typeof text === "string" ? text : Bun.zstdDecompressSync(text).toString("utf8");
}
