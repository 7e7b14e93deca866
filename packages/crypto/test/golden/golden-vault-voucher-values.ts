/** The inputs from which the golden file of a vouched recovery key was made; they never change. */
import { toHex } from '../../src/encoding/hex.ts';
import * as sotto from '../../src/index.ts';
import { vouchForRecoveryKey } from '../../src/vault-keys.ts';
import { alice, seededRandom } from '../building/builders.ts';

export const chatPassword = 'golden chat pässword';

/** Everything that the golden file holds, made afresh from fixed randomness. */
export async function makeVouchedVault() {
  const random = seededRandom(81);
  const { vaultKey, sealedVault } = await sotto.createVault({ userId: alice, chatPassword, random });
  const input = { userId: alice, vaultKey, sealedVault, chatPassword };
  const { version, kdf, ...parts } = await vouchForRecoveryKey({
    ...input,
    random: seededRandom(83),
  });
  return {
    vaultKey: toHex(vaultKey),
    version,
    iterations: kdf.iterations,
    salt: toHex(kdf.salt),
    passwordWrap: toHex(parts.passwordWrap),
    recoveryWrap: toHex(parts.recoveryWrap),
    body: toHex(parts.body),
  };
}
