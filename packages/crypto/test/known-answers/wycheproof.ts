/** Project Wycheproof through our own wrappers: every vector, with the verdict it must have here. */
import { expect, it } from 'vitest';
import { concatBytes, equalBytes } from '../../src/encoding/bytes.ts';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { isCryptoError } from '../../src/errors.ts';
import { aesCbcDecrypt, aesCbcEncrypt } from '../../src/primitives/aes-cbc.ts';
import { AesGcmKey } from '../../src/primitives/aes-gcm.ts';
import { verifyEd25519 } from '../../src/primitives/ed25519-verify.ts';
import { hkdfSha256 } from '../../src/primitives/hkdf.ts';
import { hmacSha256 } from '../../src/primitives/hmac.ts';
import { pbkdf2Sha256 } from '../../src/primitives/pbkdf2.ts';
import { X25519PrivateKey } from '../../src/primitives/x25519.ts';
import aesCbc from '../vectors/wycheproof/aes_cbc_pkcs5_test.json' with { type: 'json' };
import aesGcm from '../vectors/wycheproof/aes_gcm_test.json' with { type: 'json' };
import ed25519 from '../vectors/wycheproof/ed25519_test.json' with { type: 'json' };
import hkdf from '../vectors/wycheproof/hkdf_sha256_test.json' with { type: 'json' };
import hmac from '../vectors/wycheproof/hmac_sha256_test.json' with { type: 'json' };
import pbkdf2 from '../vectors/wycheproof/pbkdf2_hmacsha256_test.json' with { type: 'json' };
import x25519 from '../vectors/wycheproof/x25519_test.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';

/** The refusal's code or class, or the hex of the result. */
async function outcome(work: () => Promise<Uint8Array>): Promise<string> {
  try {
    return toHex(await work());
  } catch (error) {
    if (isCryptoError(error)) return error.code;
    if (error instanceof RangeError) return 'RangeError';
    throw error;
  }
}

/** Registers every vector on both back ends. */
export function wycheproof(): void {
  onEachBackEnd('Wycheproof', () => {
    it('X25519: agrees on valid keys and refuses low-order and non-canonical ones', async () => {
      const wrong: number[] = [];
      let refused = 0;
      for (const test of x25519.testGroups.flatMap((group) => group.tests)) {
        const got = await outcome(() =>
          new X25519PrivateKey(fromHex(test.private)).agree(fromHex(test.public)),
        );
        const flags: string[] = test.flags;
        const refuse = ['LowOrderPublic', 'NonCanonicalPublic', 'ZeroSharedSecret'].some((flag) =>
          flags.includes(flag),
        );
        if (refuse) refused++;
        if (got !== (refuse ? 'bad_key' : test.shared)) wrong.push(test.tcId);
      }
      expect(wrong).toEqual([]);
      expect(refused).toBeGreaterThan(20);
    });

    it('Ed25519: accepts the valid signatures only', async () => {
      const wrong: number[] = [];
      for (const group of ed25519.testGroups) {
        const publicKey = fromHex(group.publicKey.pk);
        for (const test of group.tests) {
          const signed = { publicKey, message: fromHex(test.msg), signature: fromHex(test.sig) };
          if ((await verifyEd25519(signed)) !== (test.result === 'valid')) wrong.push(test.tcId);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('AES-GCM: seals and opens the valid ones, refuses every changed one', async () => {
      const wrong: number[] = [];
      let count = 0;
      for (const group of aesGcm.testGroups) {
        if (group.ivSize !== 96 || group.tagSize !== 128 || group.keySize === 192) continue;
        for (const test of group.tests) {
          count++;
          const key = new AesGcmKey(fromHex(test.key));
          const [iv, aad, message] = [fromHex(test.iv), fromHex(test.aad), fromHex(test.msg)];
          const sealed = concatBytes(fromHex(test.ct), fromHex(test.tag));
          const valid = test.result === 'valid';
          const opened = await outcome(() => key.open(iv, aad, sealed));
          if (opened !== (valid ? test.msg : 'open_failed')) wrong.push(test.tcId);
          if (equalBytes(await key.seal(iv, aad, message), sealed) !== valid) wrong.push(test.tcId);
        }
      }
      expect(wrong).toEqual([]);
      expect(count).toBeGreaterThan(100);
    });

    it('AES-GCM: refuses the nonce and key sizes that it does not offer', async () => {
      for (const group of aesGcm.testGroups) {
        const test = group.tests[0];
        if (!test || (group.ivSize === 96 && group.keySize !== 192)) continue;
        const seal = async () =>
          new AesGcmKey(fromHex(test.key)).seal(
            fromHex(test.iv),
            new Uint8Array(),
            new Uint8Array(),
          );
        await expect(seal()).rejects.toThrow(RangeError);
      }
    });

    it('AES-CBC: encrypts and decrypts the valid ones, refuses wrong padding and key sizes', async () => {
      const wrong: number[] = [];
      for (const group of aesCbc.testGroups) {
        for (const test of group.tests) {
          const [key, iv] = [fromHex(test.key), fromHex(test.iv)];
          const valid = test.result === 'valid';
          const expected = group.keySize === 192 ? 'RangeError' : valid ? test.msg : 'open_failed';
          const got = await outcome(() => aesCbcDecrypt(key, iv, fromHex(test.ct)));
          if (got !== expected) wrong.push(test.tcId);
          if (!valid || group.keySize === 192) continue;
          if (toHex(await aesCbcEncrypt(key, iv, fromHex(test.msg))) !== test.ct)
            wrong.push(test.tcId);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('HKDF-SHA-256: derives the valid ones, refuses outputs that are too long', async () => {
      const wrong: number[] = [];
      for (const test of hkdf.testGroups.flatMap((group) => group.tests)) {
        const [ikm, salt, info] = [fromHex(test.ikm), fromHex(test.salt), fromHex(test.info)];
        const got = await outcome(() => hkdfSha256({ ikm, salt, info, length: test.size }));
        if (got !== (test.result === 'valid' ? test.okm : 'RangeError')) wrong.push(test.tcId);
      }
      expect(wrong).toEqual([]);
    });

    it('HMAC-SHA-256: gives the valid tags, whole or truncated', async () => {
      const wrong: number[] = [];
      for (const group of hmac.testGroups) {
        for (const test of group.tests) {
          const tag = toHex(await hmacSha256(fromHex(test.key), fromHex(test.msg)));
          const same = tag.slice(0, group.tagSize / 4) === test.tag;
          if (same !== (test.result === 'valid')) wrong.push(test.tcId);
        }
      }
      expect(wrong).toEqual([]);
    });

    it('PBKDF2-HMAC-SHA-256: derives every vector', { timeout: 120_000 }, async () => {
      const wrong: number[] = [];
      for (const test of pbkdf2.testGroups.flatMap((group) => group.tests)) {
        const got = await pbkdf2Sha256({
          password: fromHex(test.password),
          salt: fromHex(test.salt),
          iterations: test.iterationCount,
          length: test.dkLen,
        });
        if (toHex(got) !== test.dk) wrong.push(test.tcId);
      }
      expect(wrong).toEqual([]);
    });
  });
}
