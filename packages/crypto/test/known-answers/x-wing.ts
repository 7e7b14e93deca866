/** The vectors of draft-connolly-cfrg-xwing-kem, appendix C: seeds and shared secrets. */
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { XWingPrivateKey, xWingEncapsulate } from '../../src/primitives/x-wing.ts';
import vectors from '../vectors/x-wing-draft.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';

/** Registers every vector on both back ends. */
export function xWing(): void {
  onEachBackEnd('X-Wing', () => {
    it('encapsulates and decapsulates the draft’s secrets', async () => {
      for (const { seed, eseed, ss } of vectors) {
        const key = new XWingPrivateKey(fromHex(seed));

        const made = await xWingEncapsulate(await key.publicKey(), fromHex(eseed));

        expect(toHex(made.sharedSecret)).toBe(ss);
        expect(toHex(await key.decapsulate(made.ciphertext))).toBe(ss);
      }
    });
  });
}
