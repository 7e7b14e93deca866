/** First messages recorded from libsignal, opened by us as the recipient. */
import { expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { SessionCipher, type PeerVersion, type ProtocolAddress } from '../../src/index.ts';
import { respondToSession } from '../../src/session/handshake.ts';
import { parsePreKeySignalMessage } from '../../src/session/pre-key-signal-message.ts';
import { refusal } from '../building/builders.ts';
import { memoryStores, type MemoryStores } from '../session/memory-stores.ts';
import v3New from '../vectors/libsignal/session-v3-noopk-libsignal-0.72.1.json' with { type: 'json' };
import v3NewOneTime from '../vectors/libsignal/session-v3-opk-libsignal-0.72.1.json' with { type: 'json' };
import v3Old from '../vectors/libsignal/session-v3-noopk-libsignal-0.22.0.json' with { type: 'json' };
import v3OldOneTime from '../vectors/libsignal/session-v3-opk-libsignal-0.22.0.json' with { type: 'json' };
import pqxdh from '../vectors/libsignal/session-v4-noopk-libsignal-0.72.1.json' with { type: 'json' };
import pqxdhOneTime from '../vectors/libsignal/session-v4-opk-libsignal-0.72.1.json' with { type: 'json' };
import spqr from '../vectors/libsignal/session-v4-spqr-noopk-libsignal-0.90.0.json' with { type: 'json' };
import spqrOneTime from '../vectors/libsignal/session-v4-spqr-opk-libsignal-0.90.0.json' with { type: 'json' };
import addresses from '../vectors/libsignal/session-v4-spqr-noopk-libsignal-0.103.0.json' with { type: 'json' };
import addressesOneTime from '../vectors/libsignal/session-v4-spqr-opk-libsignal-0.103.0.json' with { type: 'json' };
import { onEachBackEnd } from './on-each-back-end.ts';
import { sessionEpochs } from './session-epochs.ts';

type Recording = typeof pqxdh | typeof pqxdhOneTime;

const recordings: [PeerVersion, string, Recording][] = [
  ['pqxdh', 'PQXDH and Double Ratchet, 0.72.1', pqxdh],
  ['pqxdh', 'PQXDH and Double Ratchet with a one-time prekey, 0.72.1', pqxdhOneTime],
  ['spqr', 'post-quantum ratchet, 0.90.0', spqr],
  ['spqr', 'post-quantum ratchet with a one-time prekey, 0.90.0', spqrOneTime],
  ['addresses', 'addresses, 0.103.0', addresses],
  ['addresses', 'addresses with a one-time prekey, 0.103.0', addressesOneTime],
];

const keyPair = (pair: { private: string; public: string }) => ({
  privateKey: fromHex(pair.private),
  publicKey: fromHex(pair.public),
});

const addressOf = (party: { name: string; device: number }): ProtocolAddress => ({
  name: party.name,
  deviceId: party.device,
});

function recipientStores({ bob }: Recording): MemoryStores {
  const identity = {
    privateKey: fromHex(bob.identityPrivate),
    publicKey: fromHex(bob.identityPublic),
  };
  const stores = memoryStores(identity, 17);
  const { signedPreKey, oneTimePreKey, kyberPreKey } = bob;
  stores.kept.signedPreKeys.set(signedPreKey.id, {
    id: signedPreKey.id,
    keyPair: keyPair(signedPreKey),
    signature: fromHex(signedPreKey.signature),
  });
  if (oneTimePreKey) {
    stores.kept.preKeys.set(oneTimePreKey.id, {
      id: oneTimePreKey.id,
      keyPair: keyPair(oneTimePreKey),
    });
  }
  stores.kept.kyberPreKeys.set(kyberPreKey.id, {
    id: kyberPreKey.id,
    keyPair: { secretKey: fromHex(kyberPreKey.secret), publicKey: fromHex(kyberPreKey.public) },
    signature: fromHex(kyberPreKey.signature),
    lastResort: true,
  });
  return stores;
}

function recipient(recording: Recording, peerVersion: PeerVersion): SessionCipher {
  return new SessionCipher({
    localAddress: addressOf(recording.bob),
    remoteAddress: addressOf(recording.alice),
    stores: recipientStores(recording),
    peerVersion,
  });
}

/** Registers every recording on both back ends. */
export function sessions(): void {
  onEachBackEnd('libsignal sessions', () => {
    for (const [peerVersion, name, recording] of recordings) {
      it(`opens, in any order and each message once: ${name}`, async () => {
        const cipher = recipient(recording, peerVersion);
        for (const i of [2, 0, 4, 1, 3]) {
          const message = recording.messages[i];
          if (!message) throw new Error('the recording is short');
          const opened = { type: 'preKey', serialized: fromHex(message.message) } as const;
          expect(toHex(await cipher.decrypt(opened))).toBe(message.plaintext);
          expect(await refusal(() => cipher.decrypt(opened))).toBe('open_failed');
        }
        expect(recording.messages).toHaveLength(5);
      });

      it(`agrees on the chain key of the handshake: ${name}`, async () => {
        const stores = recipientStores(recording);
        const message = parsePreKeySignalMessage(fromHex(recording.messages[0]?.message ?? ''));
        const [signedPreKey] = stores.kept.signedPreKeys.values();
        const [kyberPreKey] = stores.kept.kyberPreKeys.values();
        const [preKey] = stores.kept.preKeys.values();
        if (!signedPreKey || !kyberPreKey) throw new Error('the recording has no prekeys');
        const identity = await stores.identity.getIdentityKeyPair();
        const local = { identity, registrationId: 17 };
        const state = await respondToSession({
          local,
          message,
          preKey,
          signedPreKey,
          kyberPreKey,
          peerVersion,
        });
        expect(toHex(state.rootKey)).toBe(recording.derived.afterX3DH.rootKey);
        expect(toHex(state.sender.chainKey)).toBe(recording.derived.afterX3DH.chainKey);
      });
    }

    it('refuses what an older protocol sends unless the peer is pinned to it', async () => {
      for (const [peerVersion, , recording] of recordings) {
        const serialized = fromHex(recording.messages[0]?.message ?? '');
        for (const ours of ['spqr', 'addresses'] as const) {
          const cipher = recipient(recording, ours);
          const got = await refusal(() => cipher.decrypt({ type: 'preKey', serialized }));
          const older = peerVersion !== ours && peerVersion !== 'addresses';
          // A newer peer's keyless or keyed ratchet opens under an older pin; the reverse never.
          expect([ours, peerVersion, got]).toEqual([
            ours,
            peerVersion,
            older ? 'open_failed' : 'accepted',
          ]);
        }
      }
    });

    sessionEpochs();

    it('refuses version 3', async () => {
      const cipher = recipient(addressesOneTime, 'pqxdh');
      for (const recording of [v3New, v3NewOneTime, v3Old, v3OldOneTime]) {
        for (const { message } of recording.messages) {
          const serialized = fromHex(message);
          for (const type of ['preKey', 'signal'] as const) {
            expect(await refusal(() => cipher.decrypt({ type, serialized }))).toBe('open_failed');
          }
        }
      }
    });
  });
}
