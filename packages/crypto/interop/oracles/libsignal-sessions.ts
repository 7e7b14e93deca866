/** Sessions with three generations of libsignal, each side first, with and without a one-time prekey. */
import { equalBytes } from '../../src/encoding/bytes.ts';
import {
  isCryptoError,
  SessionBuilder,
  systemRandom,
  type PeerVersion,
  type ProtocolAddress,
} from '../../src/index.ts';
import { bundleOf, cipherBetween, makeDevice, type Device } from '../../test/session/devices.ts';
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

const openings = 20;

interface Setting {
  lib: Libsignal;
  peerVersion: PeerVersion;
  weInitiate: boolean;
  oneTime: boolean;
  line: Line;
}

interface Sides {
  us: Device;
  ours: Talker;
  theirs: Talker;
  weBegin: () => Promise<void>;
  itBegins: () => Promise<void>;
}

async function sides(lib: Libsignal, peerVersion: PeerVersion, oneTime: boolean): Promise<Sides> {
  const us = await makeDevice(ourAddress, systemRandom, { oneTime: oneTime ? 1 : 0 });
  const them = new LibsignalDevice(lib, theirAddress);
  const { stores } = us;
  const builder = new SessionBuilder({ remoteAddress: theirAddress, stores, peerVersion });
  return {
    us,
    ours: cipherBetween(us, { address: theirAddress }, peerVersion),
    theirs: {
      encrypt: (plaintext) => them.encrypt(ourAddress, plaintext),
      decrypt: (message) => them.decrypt(ourAddress, message),
    },
    weBegin: () => builder.processPreKeyBundle(them.bundle(oneTime)),
    itBegins: async () => them.start(ourAddress, await bundleOf(us)),
  };
}

async function exchange(setting: Setting): Promise<string> {
  const { lib, peerVersion, weInitiate, oneTime, line } = setting;
  const { us, ours, theirs, weBegin, itBegins } = await sides(lib, peerVersion, oneTime);
  await (weInitiate ? weBegin() : itBegins());
  const detail = await converse(weInitiate ? ours : theirs, weInitiate ? theirs : ours, line);
  if (us.stores.kept.preKeys.size !== (weInitiate && oneTime ? 1 : 0)) {
    throw new Error('the one-time prekey was not used up');
  }
  return detail;
}

/** Both begin at once; what crossed opens, and both go on in one session. */
async function bothBegin(lib: Libsignal, peerVersion: PeerVersion): Promise<string> {
  const { ours, theirs, weBegin, itBegins } = await sides(lib, peerVersion, true);
  await Promise.all([weBegin(), itBegins()]);
  const [ourText, theirText] = [Uint8Array.of(1), Uint8Array.of(2)];
  const fromUs = await ours.encrypt(ourText);
  const fromThem = await theirs.encrypt(theirText);
  assertSame(await theirs.decrypt(fromUs), ourText);
  assertSame(await ours.decrypt(fromThem), theirText);
  for (let i = 0; i < openings; i++) {
    const [from, to] = i % 2 === 0 ? [ours, theirs] : [theirs, ours];
    const text = systemRandom(i);
    const message = await from.encrypt(text);
    if (i > 2 && message.type !== 'signal') throw new Error('it did not converge');
    assertSame(await to.decrypt(message), text);
  }
  return `${openings + 2} sent and opened`;
}

function assertSame(got: Uint8Array, expected: Uint8Array): void {
  if (!equalBytes(got, expected)) throw new Error('another plaintext came out');
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
        const line = { messages: 500, lossPercent: 30, seed: 2 * results.length + 1 };
        const setting = { lib, peerVersion, weInitiate, oneTime, line };
        results.push(await attempt(place, () => exchange(setting)));
      }
    }
    const crossing = { oracle: `libsignal ${version}`, what: 'session', direction: 'both begin' };
    results.push(await attempt(crossing, () => bothBegin(lib, peerVersion)));
  }
  const oldest = {
    oracle: 'libsignal 0.72.1',
    what: 'session of version 3',
    direction: 'it initiates',
  };
  results.push(await attempt(oldest, async () => versionThree(await libsignal('0.72.1'))));
  return results;
}
