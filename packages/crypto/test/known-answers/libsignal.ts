/** Signatures, agreements and fingerprints recorded from libsignal. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { xeddsaSignerFromScalar } from '../../src/identity/sign-xeddsa.ts';
import { verifyXEdDSA } from '../../src/identity/verify-xeddsa.ts';
import { groupOrder, readLittleEndian } from '../../src/primitives/curve25519.ts';
import { X25519PrivateKey } from '../../src/primitives/x25519.ts';
import { numericFingerprint } from '../../src/safety-code/safety-code.ts';
import fingerprints from '../vectors/libsignal/fingerprint-libsignal-0.103.0.json' with { type: 'json' };
import newer from '../vectors/libsignal/xeddsa-x25519-libsignal-0.103.0.json' with { type: 'json' };
import older from '../vectors/libsignal/xeddsa-x25519-libsignal-0.22.0.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';

const signatures = [...newer.xeddsa, ...older.xeddsa];

/** Registers every vector on both back ends. */
export function libsignal(): void {
  onEachBackEnd('libsignal', () => {
    it('verifies its XEdDSA signatures, of both signs, and none for another message', async () => {
      const signs = new Set<number>();
      for (const test of signatures) {
        const publicKey = fromHex(test.public);
        const [message, signature] = [fromHex(test.message), fromHex(test.signature)];
        signs.add((signature[63] ?? 0) & 0x80);
        expect(await verifyXEdDSA({ publicKey, message, signature })).toBe(true);
        const other = Uint8Array.of(...message, 0);
        expect(await verifyXEdDSA({ publicKey, message: other, signature })).toBe(false);
        signature[63] = (signature[63] ?? 0) ^ 0x80;
        expect(await verifyXEdDSA({ publicKey, message, signature })).toBe(false);
      }
      expect(signs.size).toBe(2);
    });

    it('signs with its private keys so that its public keys verify', async () => {
      for (const test of signatures) {
        const scalar = fromHex(test.private);
        const edwards = ed25519.Point.BASE.multiply(
          readLittleEndian(scalar) % groupOrder,
        ).toBytes();
        const message = fromHex(test.message);
        const signature = await xeddsaSignerFromScalar(scalar, edwards)(message);
        expect(await verifyXEdDSA({ publicKey: fromHex(test.public), message, signature })).toBe(
          true,
        );
      }
    });

    it('agrees on its X25519 secrets', async () => {
      for (const test of [...newer.x25519, ...older.x25519]) {
        const peer = fromHex(test.peerPublic);
        const secret = await new X25519PrivateKey(fromHex(test.private)).agree(
          peer.subarray(peer.length - 32),
        );
        expect(toHex(secret)).toBe(test.shared);
      }
    });

    it('shows its safety numbers', async () => {
      for (const test of fingerprints.cases) {
        const local = await numericFingerprint(fromHex(test.localId), fromHex(test.localKey));
        const remote = await numericFingerprint(fromHex(test.remoteId), fromHex(test.remoteKey));
        expect([local, remote].sort().join('')).toBe(test.display);
      }
    });
  });
}
