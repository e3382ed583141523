/** Reads the header of a zstd frame (RFC 8878, section 3.1.1.1), so that a frame that is too large is found without unpacking it. */

const MAGIC_BYTES = 4;
/** Bytes of the dictionary id and of the content size, by their flags. */
const DICTIONARY_BYTES = [0, 1, 2, 4];
const SIZE_BYTES = [0, 2, 4, 8];
/** Added to a size that is stored in two bytes. */
const TWO_BYTES_FROM = 256;

/** Bytes of the frame's content, unpacked. Frames made by this runtime state this size; Infinity for a frame that does not. */
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
