/** Sessions with three generations of libsignal, each side first, with and without a one-time prekey. */
import {
  isCryptoError,
  SessionBuilder,
  systemRandom,
  type PeerVersion,
  type ProtocolAddress,
} from '../../src/index.ts';
import { bundleOf, cipherBetween, makeDevice } from '../../test/session/devices.ts';
import { converse, type Line, type Talker } from '../conversation.ts';
import { attempt, type InteropResult } from '../result.ts';
import { libsignal, LibsignalDevice, type Libsignal } from './libsignal-device.ts';

const generations: [version: string, peerVersion: PeerVersion][] = [
  ['0.72.1', 'pqxdh'],
  ['0.90.0', 'spqr'],
  ['0.103.0', 'addresses'],
];

const ourAddress: ProtocolAddress = {
  name: '0a1b2c3d-0000-4000-8000-00000000a11c',
  deviceId: 2,
};
const theirAddress: ProtocolAddress = {
  name: '0a1b2c3d-0000-4000-8000-000000000b0b',
  deviceId: 1,
};

interface Setting {
  lib: Libsignal;
  peerVersion: PeerVersion;
  weInitiate: boolean;
  oneTime: boolean;
  line: Line;
}

async function exchange(setting: Setting): Promise<string> {
  const { lib, peerVersion, weInitiate, oneTime, line } = setting;
  const us = await makeDevice(ourAddress, systemRandom, { oneTime: oneTime ? 1 : 0 });
  const them = new LibsignalDevice(lib, theirAddress);
  if (weInitiate) {
    const builder = new SessionBuilder({
      remoteAddress: theirAddress,
      stores: us.stores,
      peerVersion,
    });
    await builder.processPreKeyBundle(them.bundle(oneTime));
  } else {
    await them.start(ourAddress, await bundleOf(us));
  }
  const ours: Talker = cipherBetween(us, { address: theirAddress }, peerVersion);
  const theirs: Talker = {
    encrypt: (plaintext) => them.encrypt(ourAddress, plaintext),
    decrypt: (message) => them.decrypt(ourAddress, message),
  };
  const detail = await converse(weInitiate ? ours : theirs, weInitiate ? theirs : ours, line);
  if (us.stores.kept.preKeys.size !== (weInitiate && oneTime ? 1 : 0)) {
    throw new Error('the one-time prekey was not used up');
  }
  return detail;
}

/** Version 3 (X3DH) is refused, however far back the peer is pinned. */
async function versionThree(lib: Libsignal): Promise<string> {
  const us = await makeDevice(ourAddress, systemRandom);
  const them = new LibsignalDevice(lib, theirAddress);
  await them.start(ourAddress, await bundleOf(us), false);
  const message = await them.encrypt(ourAddress, Uint8Array.of(1));
  if (message.serialized[0] !== 0x34) throw new Error('it did not speak version 3');
  const ours = cipherBetween(us, { address: theirAddress }, 'pqxdh');
  const refused = await ours.decrypt(message).then(
    () => false,
    (error: unknown) => isCryptoError(error, 'open_failed'),
  );
  if (!refused) throw new Error('we accepted version 3');
  return 'open_failed';
}

/** All exchanges. */
export async function libsignalSessions(): Promise<InteropResult[]> {
  const results: InteropResult[] = [];
  for (const [version, peerVersion] of generations) {
    const lib = await libsignal(version);
    for (const weInitiate of [true, false]) {
      for (const oneTime of [true, false]) {
        const place = {
          oracle: `libsignal ${version}`,
          what: `session, ${oneTime ? 'one-time prekey' : 'no one-time prekey'}`,
          direction: weInitiate ? 'we initiate' : 'it initiates',
        };
        const line = { messages: 500, lossPercent: 30, seed: results.length + 1 };
        const setting = { lib, peerVersion, weInitiate, oneTime, line };
        results.push(await attempt(place, () => exchange(setting)));
      }
    }
  }
  const oldest = {
    oracle: 'libsignal 0.72.1',
    what: 'session of version 3',
    direction: 'it initiates',
  };
  results.push(await attempt(oldest, async () => versionThree(await libsignal('0.72.1'))));
  return results;
}
