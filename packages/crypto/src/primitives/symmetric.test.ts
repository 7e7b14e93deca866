/** Hashes, MACs, derivations and ciphers against Node's own, at the sizes where the back ends change. */
import { createCipheriv, createHash, createHmac, hkdfSync, pbkdf2Sync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filled, offsetView, refusal, seededRandom } from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { aesCbcDecrypt, aesCbcEncrypt } from './aes-cbc.ts';
import { AesGcmKey } from './aes-gcm.ts';
import { hkdfExpand, hkdfExtract, hkdfSha256 } from './hkdf.ts';
import { hmacSha256Keyed, hmacSha256Short } from './hmac-short.ts';
import { hmacSha256 } from './hmac.ts';
import { pbkdf2Sha256 } from './pbkdf2.ts';
import { sha256, sha256Short, sha512, sha512Short } from './sha2.ts';
import { Sha256Stream } from './sha256-stream.ts';

const random = seededRandom(71);
const sizes = [0, 1, 16, 31, 32, 33, 511, 512, 1_024, 2_047, 2_048, 3_072, 4_095, 4_096, 5_000];
const bytes = (buffer: Iterable<number>) => Uint8Array.from(buffer);
const hash = (name: string, input: Uint8Array) => bytes(createHash(name).update(input).digest());
const mac = (key: Uint8Array, input: Uint8Array) =>
  bytes(createHmac('sha256', key).update(input).digest());

function symmetric(): void {
  it('hashes as Node does, at once or in parts', async () => {
    for (const size of sizes) {
      const input = random(size);
      expect(await sha256(offsetView(input))).toEqual(hash('sha256', input));
      expect(await sha512(offsetView(input))).toEqual(hash('sha512', input));
      expect(sha256Short(input)).toEqual(hash('sha256', input));
      expect(sha512Short(input)).toEqual(hash('sha512', input));
      const stream = new Sha256Stream();
      stream.update(input.subarray(0, size >> 1));
      stream.update(input.subarray(size >> 1));
      expect(stream.digest()).toEqual(hash('sha256', input));
    }
  });

  it('makes MACs as Node does, under empty and long keys too', async () => {
    for (const key of [filled(0, 0), filled(1, 1), random(32), random(200)]) {
      for (const size of sizes) {
        const input = random(size);
        expect(await hmacSha256(offsetView(key), offsetView(input))).toEqual(mac(key, input));
        expect(hmacSha256Short(key, input)).toEqual(mac(key, input));
        const keyed = hmacSha256Keyed(key);
        expect([keyed(input), keyed(input)]).toEqual([mac(key, input), mac(key, input)]);
      }
    }
  });

  it('derives by HKDF as Node does, up to 8,160 bytes, in one step or two', async () => {
    for (const [length, infoLength] of [
      [1, 0],
      [32, 10],
      [33, 10],
      [300, 10],
      [300, 900],
      [1_024, 0],
      [8_160, 5],
    ] as const) {
      const [ikm, info] = [random(40), random(infoLength)];
      for (const salt of [filled(0, 0), random(32)]) {
        const expected = bytes(new Uint8Array(hkdfSync('sha256', ikm, salt, info, length)));
        expect(await hkdfSha256({ ikm, salt, info, length })).toEqual(expected);
        const prk = await hkdfExtract(salt, ikm);
        expect(prk).toEqual(mac(salt, ikm));
        expect(await hkdfExpand(prk, info, length)).toEqual(expected);
      }
    }
    const long = random(1_500);
    expect(await hkdfExtract(random(0), long)).toEqual(mac(filled(0, 0), long));
    for (const length of [0, -1, 8_161, 1.5]) {
      const input = { ikm: filled(32, 1), salt: filled(0, 0), info: filled(0, 0), length };
      expect(await refusal(() => hkdfSha256(input))).toBe('RangeError');
      expect(await refusal(() => hkdfExpand(filled(32, 1), filled(0, 0), length))).toBe(
        'RangeError',
      );
    }
    expect(await refusal(() => hkdfExpand(filled(31, 1), filled(0, 0), 1))).toBe('RangeError');
  });

  it('derives by PBKDF2 as Node does', async () => {
    for (const [iterations, length] of [
      [1, 32],
      [63, 20],
      [64, 64],
      [1_000, 33],
    ] as const) {
      const [password, salt] = [random(12), random(16)];
      const expected = bytes(pbkdf2Sync(password, salt, iterations, length, 'sha256'));
      expect(await pbkdf2Sha256({ password, salt, iterations, length })).toEqual(expected);
    }
  });

  it('encrypts by AES-CBC as Node does, and refuses what is not whole blocks', async () => {
    for (const keyBytes of [16, 32]) {
      const [key, iv] = [random(keyBytes), random(16)];
      for (const size of sizes) {
        const input = random(size);
        const cipher = createCipheriv(`aes-${8 * keyBytes}-cbc`, key, iv);
        const expected = bytes(concatBytes(cipher.update(input), cipher.final()));
        expect(await aesCbcEncrypt(offsetView(key), iv, offsetView(input))).toEqual(expected);
        expect(await aesCbcDecrypt(key, iv, offsetView(expected))).toEqual(input);
      }
      for (const size of [0, 1, 15, 17, 3_100])
        expect(await refusal(() => aesCbcDecrypt(key, iv, filled(size, 1)))).toBe('open_failed');
    }
    for (const key of [filled(0, 1), filled(15, 1), filled(24, 1), filled(33, 1)]) {
      expect(await refusal(() => aesCbcEncrypt(key, filled(16, 1), filled(1, 1)))).toBe(
        'RangeError',
      );
      expect(await refusal(() => aesCbcDecrypt(key, filled(16, 1), filled(16, 1)))).toBe(
        'RangeError',
      );
    }
    const short = () => aesCbcEncrypt(filled(32, 1), filled(15, 1), filled(1, 1));
    expect(await refusal(short)).toBe('RangeError');
  });

  it('encrypts by AES-GCM as Node does, and refuses what is shorter than a tag', async () => {
    for (const keyBytes of [16, 32] as const) {
      const [key, nonce, aad] = [random(keyBytes), random(12), random(20)];
      for (const use of ['once', 'often'] as const) {
        const own = new AesGcmKey(key, use);
        for (const size of sizes) {
          const input = random(size);
          const name = keyBytes === 16 ? 'aes-128-gcm' : 'aes-256-gcm';
          const cipher = createCipheriv(name, key, nonce).setAAD(aad);
          const sealed = concatBytes(cipher.update(input), cipher.final(), cipher.getAuthTag());
          expect(await own.seal(nonce, offsetView(aad), offsetView(input))).toEqual(sealed);
          expect(await own.open(nonce, aad, offsetView(sealed))).toEqual(input);
        }
        for (const size of [0, 1, 15, 16, 40])
          expect(await refusal(() => own.open(nonce, aad, filled(size, 1)))).toBe('open_failed');
        for (const size of [0, 11, 13, 16]) {
          const wrong = filled(size, 1);
          expect(await refusal(() => own.seal(wrong, aad, filled(1, 1)))).toBe('RangeError');
          expect(await refusal(() => own.open(wrong, aad, filled(20, 1)))).toBe('RangeError');
        }
      }
    }
    for (const size of [0, 15, 17, 24, 33])
      expect(() => new AesGcmKey(filled(size, 1))).toThrow(RangeError);
  });
}

onEachBackEnd('Symmetric cryptography', symmetric);
describe('Symmetric cryptography (chosen by size)', () => {
  symmetric();
});
