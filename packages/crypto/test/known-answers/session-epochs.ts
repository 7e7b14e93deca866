/** A conversation with libsignal through three post-quantum epochs, replayed: our side is deterministic. */
import { expect, it } from 'vitest';
import { fromHex } from '../../src/encoding/hex.ts';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import { SessionBuilder, type PreKeyBundle } from '../../src/index.ts';
import { seededRandom } from '../building/builders.ts';
import { cipherBetween, makeDevice } from '../session/devices.ts';
import initiator from '../vectors/libsignal/session-v4-epochs-initiator-libsignal-0.103.0.json' with { type: 'json' };
import responder from '../vectors/libsignal/session-v4-epochs-responder-libsignal-0.103.0.json' with { type: 'json' };

const ours = { name: '0a1b2c3d-0000-4000-8000-00000000a11c', deviceId: 2 };
const theirs = { name: '0a1b2c3d-0000-4000-8000-000000000b0b', deviceId: 1 };

type Recorded = typeof initiator.bundle;

function bundleFrom(recorded: Recorded): PreKeyBundle {
  const { preKey, signedPreKey, kyberPreKey } = recorded;
  const signed = (key: Recorded['signedPreKey']) => ({
    id: key.id,
    publicKey: fromHex(key.publicKey),
    signature: fromHex(key.signature),
  });
  return {
    registrationId: recorded.registrationId,
    identityKey: fromHex(recorded.identityKey),
    preKey: { id: preKey.id, publicKey: fromHex(preKey.publicKey) },
    signedPreKey: signed(signedPreKey),
    kyberPreKey: signed(kyberPreKey),
  };
}

async function replay(
  recording: Pick<typeof initiator, 'seed' | 'messages' | 'theirs'>,
  bundle: Recorded | undefined,
): Promise<string[]> {
  const device = await makeDevice(ours, seededRandom(recording.seed), { oneTime: 1 });
  if (bundle) {
    const { stores, random } = device;
    const builder = new SessionBuilder({ remoteAddress: theirs, stores, random });
    await builder.processPreKeyBundle(bundleFrom(bundle));
  }
  const cipher = cipherBetween(device, { address: theirs });
  const wrong: string[] = [];
  let theirTurn = bundle === undefined;
  const waiting = [...recording.theirs];
  for (let i = 0; i < recording.messages; i++, theirTurn = !theirTurn) {
    const next = theirTurn ? waiting.shift() : undefined;
    if (!next) {
      await cipher.encrypt(utf8(`${i}`));
      continue;
    }
    const type = next.type === 'preKey' ? 'preKey' : 'signal';
    const text = fromUtf8(await cipher.decrypt({ type, serialized: fromHex(next.message) }));
    if (text !== `${i}`) wrong.push(`${i} became ${text}`);
  }
  return waiting.length > 0 ? [...wrong, 'messages were left over'] : wrong;
}

/** Registers both recordings for the back end at hand. */
export function sessionEpochs(): void {
  it('goes through three post-quantum epochs with libsignal as the initiator', async () => {
    expect(initiator.epoch).toBe(4);
    expect(await replay(initiator, initiator.bundle)).toEqual([]);
  });

  it('goes through three post-quantum epochs with libsignal as the responder', async () => {
    expect(responder.epoch).toBe(4);
    expect(await replay(responder, undefined)).toEqual([]);
  });
}
