/** `value` as 8 bytes, most significant first: how numbers stand in authenticated contexts. */
export function be64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}
