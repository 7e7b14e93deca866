/** RFC 9180's own vectors and sealings recorded from libsignal, through our HPKE. */
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { AesGcmKey } from '../../src/primitives/aes-gcm.ts';
import { decap, deriveX25519PrivateKey, encap } from '../../src/seal/dhkem-x25519.ts';
import { hpkeOpen, hpkeSeal } from '../../src/seal/hpke.ts';
import { computeNonce, keySchedule } from '../../src/seal/key-schedule.ts';
import recorded from '../vectors/libsignal/hpke-x25519-aes256gcm-libsignal-0.103.0.json' with { type: 'json' };
import rfc9180 from '../vectors/rfc9180-x25519-p256-hkdfsha256.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';

const keyBytes: Record<number, number> = { 1: 16, 2: 32, 3: 32, 65_535: 0 };
const baseX25519 = rfc9180.filter((vector) => vector.mode === 0 && vector.kem_id === 0x0020);

/** Registers every vector on both back ends. */
export function hpke(): void {
  onEachBackEnd('HPKE', () => {
    it('RFC 9180 base mode with X25519: KEM and key schedule of all four AEADs', async () => {
      expect(baseX25519.map(({ aead_id }) => aead_id).sort((a, b) => a - b)).toEqual([
        1, 2, 3, 65_535,
      ]);
      for (const vector of baseX25519) {
        const ikm = fromHex(vector.ikmE);
        const { enc, sharedSecret } = await encap(fromHex(vector.pkRm), ikm);
        expect(toHex(await deriveX25519PrivateKey(ikm))).toBe(vector.skEm);
        expect(toHex(enc)).toBe(vector.enc);
        expect(toHex(sharedSecret)).toBe(vector.shared_secret);
        expect(toHex(await decap(enc, fromHex(vector.skRm)))).toBe(vector.shared_secret);
        const suite = { kemId: vector.kem_id, kdfId: vector.kdf_id, aeadId: vector.aead_id };
        const nk = keyBytes[vector.aead_id] ?? 0;
        const context = await keySchedule(
          { ...suite, keyBytes: nk },
          sharedSecret,
          fromHex(vector.info),
        );
        expect(toHex(context.exporterSecret())).toBe(vector.exporter_secret);
        expect(toHex(context.key)).toBe(vector.key ?? '');
        expect(toHex(context.baseNonce)).toBe(vector.base_nonce ?? '');
      }
    });

    it('RFC 9180 suite 1: every encryption of the sequence', async () => {
      const vector = baseX25519.find(({ aead_id }) => aead_id === 2);
      expect(vector?.encryptions?.length).toBeGreaterThan(3);
      for (const [sequence, encryption] of (vector?.encryptions ?? []).entries()) {
        const nonce = computeNonce(fromHex(vector?.base_nonce ?? ''), sequence);
        expect(toHex(nonce)).toBe(encryption.nonce);
        const key = new AesGcmKey(fromHex(vector?.key ?? ''));
        const sealed = await key.seal(nonce, fromHex(encryption.aad), fromHex(encryption.pt));
        expect(toHex(sealed)).toBe(encryption.ct);
      }
    });

    it('RFC 9180 suite 1: single-shot seal and open give the first encryption', async () => {
      const vector = baseX25519.find(({ aead_id }) => aead_id === 2);
      const first = vector?.encryptions?.[0];
      if (!vector || !first) throw new Error('the vector is missing');
      const info = fromHex(vector.info);
      const aad = fromHex(first.aad);

      const sealed = await hpkeSeal({
        recipientPublicKey: fromHex(vector.pkRm),
        info,
        aad,
        plaintext: fromHex(first.pt),
        random: () => fromHex(vector.ikmE),
      });
      const opened = await hpkeOpen({
        recipientPrivateKey: fromHex(vector.skRm),
        info,
        aad,
        ...sealed,
      });

      expect(toHex(sealed.enc)).toBe(vector.enc);
      expect(toHex(sealed.ciphertext)).toBe(first.ct);
      expect(toHex(opened)).toBe(first.pt);
    });

    it('opens what libsignal sealed, with and without the recipient’s public key at hand', async () => {
      for (const test of recorded.cases) {
        const sealed = fromHex(test.sealed);
        const input = {
          recipientPrivateKey: fromHex(test.private),
          enc: sealed.subarray(1, 33),
          ciphertext: sealed.subarray(33),
          info: fromHex(test.info),
          aad: fromHex(test.aad),
        };
        const recipientPublicKey = fromHex(test.public).subarray(1);
        expect(toHex(await hpkeOpen(input))).toBe(test.plaintext);
        expect(toHex(await hpkeOpen({ ...input, recipientPublicKey }))).toBe(test.plaintext);
      }
    });
  });
}
