import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { filled, refusal } from '../../../test/building/builders.ts';
import { concatBytes } from '../../encoding/bytes.ts';
import { be64 } from '../../encoding/integers.ts';
import { utf8 } from '../../encoding/text.ts';
import { braidMac, epochSecret, updateAuthenticator, verifyBraidMac } from './braid-keys.ts';

const protocol = 'Signal_PQCKA_V1_MLKEM768:';
const authenticator = { rootKey: filled(32, 1), macKey: filled(32, 2) };
const hkdf = (ikm: Uint8Array, name: string, length: number) =>
  new Uint8Array(
    hkdfSync('sha256', ikm, filled(32, 0), concatBytes(utf8(protocol + name), be64(3)), length),
  );

describe('The Braid derives', () => {
  it('epoch secrets and authenticators by HKDF under their labels', async () => {
    const updated = hkdf(concatBytes(filled(32, 1), filled(32, 4)), 'Authenticator Update', 64);

    expect(await epochSecret(filled(32, 4), 3)).toEqual(hkdf(filled(32, 4), 'SCKA Key', 32));
    expect(await updateAuthenticator(filled(32, 1), filled(32, 4), 3)).toEqual({
      rootKey: updated.slice(0, 32),
      macKey: updated.slice(32),
    });
  });

  it.each([
    ['header', 'ekheader'],
    ['ciphertext', 'ciphertext'],
  ] as const)('the MAC of a %s under the label %s', async (what, name) => {
    const bytes = filled(64, 5);
    const hmac = createHmac('sha256', filled(32, 2)).update(protocol + name);
    const mac = new Uint8Array(hmac.update(be64(3)).update(bytes).digest());

    expect(await braidMac(authenticator, what, 3, bytes)).toEqual(mac);
    const verify = (epoch: number) => verifyBraidMac(authenticator, what, epoch, { bytes, mac });
    expect(await refusal(() => verify(3))).toBe('accepted');
    expect(await refusal(() => verify(4))).toBe('open_failed');
  });
});
