import { LibsignalDevice } from '../../packages/crypto/interop/oracles/libsignal-device.ts';
import { systemRandom } from '../../packages/crypto/src/index.ts';
import type { CiphertextMessage } from '../../packages/crypto/src/index.ts';
import {
  cipherBetween,
  makeDevice,
  startSession,
} from '../../packages/crypto/test/session/devices.ts';
import type { NativeLibsignal, Peers } from './peers.ts';
import type { Row } from './table.ts';
import { timed, timedOver } from './timing.ts';

const aliceAddress = { name: '9d0652a3-dcc3-4d11-975f-74d61598733f', deviceId: 1 };
const bobAddress = { name: '796abedb-ca4e-4f18-8803-1fde5b921f9f', deviceId: 1 };
const text = systemRandom(100);
const pairs = 6;

/** Two ends: `start` makes a session from the second's prekeys, each end encrypts and decrypts. */
interface Ends {
  start(): Promise<void>;
  aliceEncrypts(): Promise<CiphertextMessage>;
  bobDecrypts(message: CiphertextMessage): Promise<unknown>;
  bobEncrypts(): Promise<CiphertextMessage>;
  aliceDecrypts(message: CiphertextMessage): Promise<unknown>;
}

async function ourEnds(): Promise<Ends> {
  const alice = await makeDevice(aliceAddress, systemRandom, { oneTime: 0 });
  const bob = await makeDevice(bobAddress, systemRandom, { oneTime: 1 });
  const [a, b] = [cipherBetween(alice, bob), cipherBetween(bob, alice)];
  return {
    start: () => startSession(alice, bob),
    aliceEncrypts: () => a.encrypt(text),
    bobDecrypts: (message) => b.decrypt(message),
    bobEncrypts: () => b.encrypt(text),
    aliceDecrypts: (message) => a.decrypt(message),
  };
}

async function nativeEnds(lib: NativeLibsignal): Promise<Ends> {
  const [alice, bob] = [
    new LibsignalDevice(lib, aliceAddress),
    new LibsignalDevice(lib, bobAddress),
  ];
  const bundle = bob.bundle(true);
  return {
    start: () => alice.start(bobAddress, bundle),
    aliceEncrypts: () => alice.encrypt(bobAddress, text),
    bobDecrypts: (message) => bob.decrypt(aliceAddress, message),
    bobEncrypts: () => bob.encrypt(aliceAddress, text),
    aliceDecrypts: (message) => alice.decrypt(bobAddress, message),
  };
}

async function setUp(make: () => Promise<Ends>): Promise<number> {
  const ready: Ends[] = [];
  for (let i = 0; i < pairs; i++) ready.push(await make());
  return timedOver(ready, async (ends) => {
    await ends.start();
    await ends.bobDecrypts(await ends.aliceEncrypts());
  });
}

/** A message each way: each turns the Diffie-Hellman ratchet. */
async function pingPong(make: () => Promise<Ends>): Promise<number> {
  const ends = await make();
  await ends.start();
  const both = async (): Promise<void> => {
    await ends.bobDecrypts(await ends.aliceEncrypts());
    await ends.aliceDecrypts(await ends.bobEncrypts());
  };
  for (let i = 0; i < 3; i++) await both();
  return (await timed(both)) / 2;
}

/** Both ends of a session, 100-byte messages. */
export function sessionRows({ lib }: Peers): Row[] {
  return [
    {
      what: 'session set-up with first message, both ends',
      ours: () => setUp(ourEnds),
      libsignal: () => setUp(() => nativeEnds(lib)),
      atMost: 5,
    },
    {
      what: 'session encrypt + decrypt, ping-pong',
      ours: () => pingPong(ourEnds),
      libsignal: () => pingPong(() => nativeEnds(lib)),
      atMost: 3,
    },
  ];
}
