import {
  generateSealingKeyPair,
  hpkeOpen,
  hpkeSeal,
  systemRandom,
} from '../../packages/crypto/src/index.ts';
import type { Peers } from './peers.ts';
import type { Row } from './table.ts';
import { timed } from './timing.ts';

const devices = 50;

/** A 32-byte key to 50 devices, and opened by each. */
export async function hpkeRows({ lib, hpke }: Peers): Promise<Row[]> {
  const [info, aad, plaintext] = [systemRandom(20), systemRandom(40), systemRandom(32)];
  const suite = new hpke.CipherSuite({
    kem: new hpke.DhkemX25519HkdfSha256(),
    kdf: new hpke.HkdfSha256(),
    aead: new hpke.Aes256Gcm(),
  });
  const kem = new hpke.DhkemX25519HkdfSha256();
  const ours = await Promise.all(Array.from({ length: devices }, () => generateSealingKeyPair()));
  const oursSealed = await Promise.all(
    ours.map(async (keys) => ({
      keys,
      sealed: await hpkeSeal({ recipientPublicKey: keys.publicKey, info, aad, plaintext }),
    })),
  );
  const native = Array.from({ length: devices }, () => {
    const key = lib.PrivateKey.generate();
    return {
      key,
      publicKey: key.getPublicKey(),
      sealed: key.getPublicKey().seal(plaintext, info, aad),
    };
  });
  const core = await Promise.all(
    oursSealed.map(async ({ keys, sealed }) => ({
      recipientPublicKey: await kem.deserializePublicKey(keys.publicKey),
      recipientKey: await kem.deserializePrivateKey(keys.privateKey),
      sealed,
    })),
  );
  return [
    {
      what: `HPKE seal to ${devices} devices, 32 bytes`,
      ours: () =>
        timed(() =>
          Promise.all(
            ours.map(({ publicKey }) =>
              hpkeSeal({ recipientPublicKey: publicKey, info, aad, plaintext }),
            ),
          ),
        ),
      libsignal: () =>
        timed(() => native.map(({ publicKey }) => publicKey.seal(plaintext, info, aad))),
      others: {
        '@hpke/core': () =>
          timed(() =>
            Promise.all(
              core.map(async ({ recipientPublicKey }) => {
                const context = await suite.createSenderContext({ recipientPublicKey, info });
                return context.seal(plaintext, aad);
              }),
            ),
          ),
      },
      atMost: 2.5,
      againstOthers: { '@hpke/core': 1 / 3 },
    },
    {
      what: `HPKE open on ${devices} devices, 32 bytes`,
      ours: () =>
        timed(() =>
          Promise.all(
            oursSealed.map(({ keys, sealed }) =>
              hpkeOpen({
                recipientPrivateKey: keys.privateKey,
                recipientPublicKey: keys.publicKey,
                info,
                aad,
                ...sealed,
              }),
            ),
          ),
        ),
      libsignal: () => timed(() => native.map(({ key, sealed }) => key.open(sealed, info, aad))),
      others: {
        '@hpke/core': () =>
          timed(() =>
            Promise.all(
              core.map(async ({ recipientKey, sealed }) => {
                const { enc, ciphertext } = sealed;
                const context = await suite.createRecipientContext({ recipientKey, enc, info });
                return context.open(ciphertext, aad);
              }),
            ),
          ),
      },
      atMost: 1.5,
      againstOthers: { '@hpke/core': 1 / 3 },
    },
  ];
}
