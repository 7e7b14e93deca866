/** Wycheproof's P-256 files, RFC 9180's P-256 vectors and bundles recorded from Turnkey. */
import { describe, expect, it } from 'vitest';
import { deriveP256PrivateKey, kemP256 } from '../../src/credential-bundle/dhkem-p256.ts';
import { openBundle, sealBundle } from '../../src/credential-bundle/hpke-bundle.ts';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { isCryptoError } from '../../src/errors.ts';
import { p256Agree } from '../../src/primitives/p256-private.ts';
import { parseP256PublicKey, verifyP256 } from '../../src/primitives/p256-verify.ts';
import { openBase, sealBase } from '../../src/seal/hpke-base.ts';
import { keySchedule } from '../../src/seal/key-schedule.ts';
import rfc9180 from '../vectors/rfc9180-x25519-p256-hkdfsha256.json' with { type: 'json' };
import turnkey from '../vectors/turnkey/credential-bundles-2.13.2.json' with { type: 'json' };
import ecdh from '../vectors/wycheproof/ecdh_secp256r1_ecpoint_test.json' with { type: 'json' };
import ecdsa from '../vectors/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';

const baseP256 = rfc9180.filter((vector) => vector.mode === 0 && vector.kem_id === 0x0010);

/** A private key that the file writes with more or fewer digits than 32 bytes have. */
function scalar(hex: string): Uint8Array {
  return fromHex(hex.replace(/^0+/, '').padStart(64, '0'));
}

function agreed(privateKey: Uint8Array, publicKey: Uint8Array): string {
  try {
    return toHex(p256Agree(privateKey, publicKey));
  } catch (error) {
    if (isCryptoError(error)) return error.code;
    throw error;
  }
}

/** Registers every vector, on both back ends where there are two. */
export function p256(): void {
  describe('P-256', () => {
    it('Wycheproof ECDH: agrees on points of the curve and refuses every other encoding', () => {
      const wrong: number[] = [];
      for (const test of ecdh.testGroups.flatMap((group) => group.tests)) {
        const expected = test.result === 'invalid' ? 'bad_key' : test.shared;
        if (agreed(scalar(test.private), fromHex(test.public)) !== expected) wrong.push(test.tcId);
      }
      expect(wrong).toEqual([]);
    });

    it('Wycheproof ECDSA: accepts the valid signatures only', () => {
      const wrong: number[] = [];
      for (const group of ecdsa.testGroups) {
        const publicKey = parseP256PublicKey(fromHex(group.publicKey.uncompressed));
        for (const test of group.tests) {
          const verdict = verifyP256({
            publicKey,
            message: fromHex(test.msg),
            signature: fromHex(test.sig),
            format: 'compact',
            lowS: false,
          });
          if (verdict !== (test.result === 'valid')) wrong.push(test.tcId);
        }
      }
      expect(wrong).toEqual([]);
    });
  });

  onEachBackEnd('P-256', () => {
    it('RFC 9180 base mode: KEM and key schedule of all four AEADs', async () => {
      expect(baseP256.length).toBe(4);
      for (const vector of baseP256) {
        const ikm = fromHex(vector.ikmE);
        const { enc, sharedSecret } = await kemP256.encap(fromHex(vector.pkRm), ikm);
        expect(toHex(await deriveP256PrivateKey(ikm))).toBe(vector.skEm);
        expect(toHex(enc)).toBe(vector.enc);
        expect(toHex(sharedSecret)).toBe(vector.shared_secret);
        expect(toHex(await kemP256.decap(enc, fromHex(vector.skRm)))).toBe(vector.shared_secret);
        const suite = { kemId: 0x0010, kdfId: vector.kdf_id, aeadId: vector.aead_id };
        const keyBytes = (vector.key ?? '').length / 2;
        const context = await keySchedule(
          { ...suite, keyBytes },
          sharedSecret,
          fromHex(vector.info),
        );
        expect(toHex(context.key)).toBe(vector.key ?? '');
        expect(toHex(context.exporterSecret())).toBe(vector.exporter_secret);
      }
    });

    it('RFC 9180 AES-256-GCM: single-shot seal and open give the first encryption', async () => {
      const vector = baseP256.find(({ aead_id }) => aead_id === 2);
      const first = vector?.encryptions?.[0];
      if (!vector || !first) throw new Error('the vector is missing');
      const [info, aad] = [fromHex(vector.info), fromHex(first.aad)];
      const sealed = await sealBase(kemP256, {
        recipientPublicKey: fromHex(vector.pkRm),
        info,
        aad,
        plaintext: fromHex(first.pt),
        random: () => fromHex(vector.ikmE),
      });
      expect(toHex(sealed.ciphertext)).toBe(first.ct);
      const key = { recipientPrivateKey: fromHex(vector.skRm) };
      expect(toHex(await openBase(kemP256, { ...key, info, aad, ...sealed }))).toBe(first.pt);
    });

    it('opens the bundles that Turnkey sealed, and its own for the same people', async () => {
      for (const test of turnkey.cases) {
        const recipient = fromHex(test.receiverPrivate);
        const target = parseP256PublicKey(fromHex(test.receiverPublicUncompressed));
        expect(toHex(await openBundle(recipient, test.credentialBundle))).toBe(test.plaintext);
        const bundle = await sealBundle(target, fromHex(test.plaintext));
        expect(toHex(await openBundle(recipient, bundle))).toBe(test.plaintext);
      }
    });
  });
}
