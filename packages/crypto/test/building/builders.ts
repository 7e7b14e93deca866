/** Builders that tests share: fixed ids, seeded randomness, damaged copies. */
import { isCryptoError, type CryptoErrorCode } from '../../src/errors.ts';
import type { RandomSource } from '../../src/primitives/random.ts';

export const alice = '0a1b2c3d-0000-4000-8000-00000000a11c';
export const alicePhone = '0a1b2c3d-0000-4000-8000-0000000000a1';
export const bob = '0a1b2c3d-0000-4000-8000-000000000b0b';
export const bobLaptop = '0a1b2c3d-0000-4000-8000-0000000000b1';
export const chat = '0a1b2c3d-0000-4000-8000-00000000c4a7';
export const otherChat = '0a1b2c3d-0000-4000-8000-00000000c4a8';
export const messageId = '0a1b2c3d-0000-4000-8000-000000000001';

/** Reproducible bytes (xorshift32); for tests only. */
export function seededRandom(seed: number): RandomSource {
  let state = seed | 1;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state & 255;
    });
}

/** `length` equal bytes. */
export function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

/** The same bytes as a view into a larger buffer. */
export function offsetView(bytes: Uint8Array): Uint8Array {
  const larger = filled(bytes.length + 23, 0xa5);
  larger.set(bytes, 7);
  return larger.subarray(7, 7 + bytes.length);
}

/** Every byte flipped in turn, in a different bit from its neighbours', every prefix, longer copies. */
export function* damaged(bytes: Uint8Array): Generator<[string, Uint8Array]> {
  for (let i = 0; i < bytes.length; i++) {
    const copy = Uint8Array.from(bytes);
    const bit = 1 << (7 - (i % 8));
    copy[i] = (copy[i] ?? 0) ^ bit;
    yield [`byte ${i} ^ ${bit}`, copy];
  }
  for (let length = 0; length < bytes.length; length++)
    yield [`cut to ${length}`, bytes.slice(0, length)];
  yield ['without its first byte', bytes.slice(1)];
  yield ['with a zero before', Uint8Array.of(0, ...bytes)];
  for (const byte of [0, 0x80, 0xff]) yield [`with ${byte} after`, Uint8Array.of(...bytes, byte)];
  yield ['twice', Uint8Array.of(...bytes, ...bytes)];
}

/** The code with which `work` is refused, the name of another error, or `accepted`. */
export async function refusal(work: () => unknown): Promise<string> {
  try {
    await work();
    return 'accepted';
  } catch (error) {
    if (isCryptoError(error)) return error.code;
    return error instanceof Error ? error.name : String(error);
  }
}

/** The damaged copies that `open` did not refuse with `code`, each with what happened instead. */
export async function damageNotRefused(
  bytes: Uint8Array,
  open: (damagedBytes: Uint8Array) => unknown,
  code: CryptoErrorCode = 'open_failed',
): Promise<string[]> {
  const wrong: string[] = [];
  for (const [what, copy] of damaged(bytes)) {
    const got = await refusal(() => open(copy));
    if (got !== code) wrong.push(`${what}: ${got}`);
  }
  return bytes.length > 0 ? wrong : ['there was nothing to damage'];
}
