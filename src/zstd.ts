/** What a zstd frame says of itself (RFC 8878, section 3.1.1.1), so that nobody unpacks megabytes to see that they are too many. */

const MAGIC_BYTES = 4;
/** Bytes of the dictionary's id, and of the content's size, by their flags. */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const SIZE_BYTES = [0, 2, 4, 8];
/** A size of two bytes counts from here. */
const TWO_BYTES_FROM = 256;

/** Bytes of the content of a frame that says them, as those that this runtime makes do; Infinity for one that does not. */
export function unpackedBytes(frame: Uint8Array): number {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const descriptor = view.getUint8(MAGIC_BYTES);
  const is_single_segment = (descriptor & 0x20) !== 0;
  const size_bytes = descriptor >> 6 === 0 && is_single_segment ? 1 : SIZE_BYTES[descriptor >> 6]!;
  const at = MAGIC_BYTES + 1 + (is_single_segment ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3]!;
  switch (size_bytes) {
    case 1:
      return view.getUint8(at);
    case 2:
      return view.getUint16(at, true) + TWO_BYTES_FROM;
    case 4:
      return view.getUint32(at, true);
    case 8:
      return Number(view.getBigUint64(at, true));
    default:
      return Infinity;
  }
}
