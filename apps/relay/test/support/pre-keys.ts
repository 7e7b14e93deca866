import {
  generateKyberPreKey,
  generatePreKeys,
  generateSignedPreKey,
  toBase64Url,
} from '@sotto/crypto';
import type { KyberPreKeyRecord } from '@sotto/crypto';
import type { TestDevice } from './person.ts';

const signedKey = (key: {
  id: number;
  keyPair: { publicKey: Uint8Array };
  signature: Uint8Array;
}) => ({
  id: key.id,
  publicKey: toBase64Url(key.keyPair.publicKey),
  signature: toBase64Url(key.signature),
});

/** The body of a publication, everything in it right and signed by `signer`. */
export async function preKeyBody(
  signer: Pick<TestDevice, 'identity'>,
  options: { oneTime?: number; oneTimeKem?: number; firstId?: number } = {},
) {
  const { oneTime = 0, oneTimeKem = 0, firstId = 1 } = options;
  const identitySeed = signer.identity.seed;
  const kem: KyberPreKeyRecord[] = [];
  for (let n = 0; n < oneTimeKem; n++) {
    kem.push(await generateKyberPreKey({ id: firstId + n, identitySeed, lastResort: false }));
  }
  const oneTimeKeys = await generatePreKeys({ startId: firstId, count: oneTime });
  return {
    registrationId: 4711,
    signedPreKey: signedKey(await generateSignedPreKey({ id: firstId, identitySeed })),
    lastResortKemPreKey: signedKey(
      await generateKyberPreKey({ id: firstId + 1000, identitySeed, lastResort: true }),
    ),
    oneTimePreKeys: oneTimeKeys.map(({ id, keyPair }) => ({
      id,
      publicKey: toBase64Url(keyPair.publicKey),
    })),
    oneTimeKemPreKeys: kem.map(signedKey),
  };
}
