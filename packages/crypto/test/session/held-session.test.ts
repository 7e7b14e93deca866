/** A cipher that is kept remembers what it stored last; nobody may notice but by the clock. */
import { describe, expect, it } from 'vitest';
import { toHex, type CiphertextMessage, type SessionCipher } from '../../src/index.ts';
import { filled, refusal, seededRandom } from '../building/builders.ts';
import { cipherBetween, makeDevice, startSession, type Device } from './devices.ts';
import { epochOf } from './epoch-of.ts';

const aliceAddress = { name: '9d0652a3-dcc3-4d11-975f-74d61598733f', deviceId: 1 };
const bobAddress = { name: '796abedb-ca4e-4f18-8803-1fde5b921f9f', deviceId: 1 };

async function pair(): Promise<[Device, Device]> {
  const alice = await makeDevice(aliceAddress, seededRandom(1));
  const bob = await makeDevice(bobAddress, seededRandom(2));
  await startSession(alice, bob);
  return [alice, bob];
}

type Pick = () => SessionCipher;

/** Some messages each way in turn, and of each everything that can be seen. */
async function conversation(
  [alice, bob]: [Device, Device],
  [ofAlice, ofBob]: [Pick, Pick],
  turns: number,
): Promise<string[]> {
  const seen: string[] = [];
  let epoch = 0;
  for (let n = 0; n < turns; n++) {
    const [from, to] = n % 2 === 0 ? [ofAlice, ofBob] : [ofBob, ofAlice];
    const sent = await from().encrypt(filled(20, n % 256));
    expect(await to().decrypt(sent)).toEqual(filled(20, n % 256));
    seen.push(toHex(sent.serialized));
    epoch = epochOf(sent);
  }
  expect(epoch).toBeGreaterThan(2);
  const stored = [alice, bob].flatMap(({ stores }) => [...stores.kept.sessions.values()]);
  return [...seen, ...stored.map(toHex)];
}

async function halfOpen(): Promise<{
  bob: Device;
  cipher: SessionCipher;
  next: Pick;
  one: CiphertextMessage;
  two: CiphertextMessage;
}> {
  const [alice, bob] = await pair();
  const [a, cipher] = [cipherBetween(alice, bob), cipherBetween(bob, alice)];
  await cipher.decrypt(await a.encrypt(filled(1, 0)));
  await a.decrypt(await cipher.encrypt(filled(1, 0)));
  const [one, two] = [await a.encrypt(filled(1, 1)), await a.encrypt(filled(1, 2))];
  return { bob, cipher, next: () => cipherBetween(bob, alice), one, two };
}

describe('A kept cipher', () => {
  it('says and stores what a new one for each message does, through several epochs', async () => {
    const [withNew, withKept] = [await pair(), await pair()];
    const renewed =
      ([local, remote]: [Device, Device]): Pick =>
      () =>
        cipherBetween(local, remote);
    const [alice, bob] = [
      cipherBetween(withKept[0], withKept[1]),
      cipherBetween(withKept[1], withKept[0]),
    ];

    const expected = await conversation(
      withNew,
      [renewed([withNew[0], withNew[1]]), renewed([withNew[1], withNew[0]])],
      240,
    );
    expect(await conversation(withKept, [() => alice, () => bob], 240)).toEqual(expected);
  });

  it('goes by what the store has now, another cipher\u2019s work or an older copy', async () => {
    const { bob, cipher, next, one, two } = await halfOpen();
    const before = new Map(bob.stores.kept.sessions);
    expect(await cipher.decrypt(one)).toEqual(filled(1, 1));
    expect(await refusal(() => cipher.decrypt(one))).toBe('open_failed');

    for (const [address, record] of before) bob.stores.kept.sessions.set(address, record);
    expect(await cipher.decrypt(one)).toEqual(filled(1, 1));

    expect(await next().decrypt(two)).toEqual(filled(1, 2));
    expect(await refusal(() => cipher.decrypt(two))).toBe('open_failed');

    bob.stores.kept.sessions.clear();
    expect(await refusal(() => cipher.encrypt(filled(1, 3)))).toBe('bad_key');
  });

  it('believes no write that failed', async () => {
    const { bob, cipher, one, two } = await halfOpen();
    const { storeSession } = bob.stores.sessions;
    bob.stores.sessions.storeSession = async () => {
      throw new Error('the disk is full');
    };
    await expect(cipher.decrypt(one)).rejects.toThrow('the disk is full');
    bob.stores.sessions.storeSession = storeSession;

    expect(await cipher.decrypt(one)).toEqual(filled(1, 1));
    expect(await cipher.decrypt(two)).toEqual(filled(1, 2));
  });

  it('is not misled by a store that writes over the bytes it was given', async () => {
    const { bob, cipher, one, two } = await halfOpen();
    const { storeSession } = bob.stores.sessions;
    bob.stores.sessions.storeSession = async (address, record) => {
      await storeSession(address, record);
      record.fill(0);
    };

    expect(await cipher.decrypt(one)).toEqual(filled(1, 1));
    expect(await refusal(() => cipher.decrypt(one))).toBe('open_failed');
    expect(await cipher.decrypt(two)).toEqual(filled(1, 2));
  });
});
