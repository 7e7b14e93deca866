/** Calls at once, sessions begun from both sides, and crashes between any two writes. */
import { describe, expect, it } from 'vitest';
import { toHex } from '../../src/encoding/hex.ts';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import type { CiphertextMessage } from '../../src/index.ts';
import { withRecordLock } from '../../src/session/record-lock.ts';
import { parseSessionRecord } from '../../src/session/session-state.ts';
import { parseSignalMessage } from '../../src/session/signal-message.ts';
import { refusal, seededRandom } from '../building/builders.ts';
import { cipherBetween, makeDevice, pair, startSession, type Device } from './devices.ts';
import type { MemoryStores } from './memory-stores.ts';

describe('Concurrent calls', () => {
  it('never use a key twice, over separate ciphers too', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(41));
    await b.decrypt(await a.encrypt(utf8('hello')));
    await a.decrypt(await b.encrypt(utf8('hello')));
    const texts = Array.from({ length: 20 }, (_, i) => `message ${i}`);

    const messages = await Promise.all(
      texts.map((text) => cipherBetween(alice, bob).encrypt(utf8(text))),
    );
    const counters = messages.map(({ serialized }) => parseSignalMessage(serialized).counter);
    expect(new Set(counters).size).toBe(20);

    const opened = await Promise.all(
      messages.map(async (message) => fromUtf8(await cipherBetween(bob, alice).decrypt(message))),
    );
    expect(opened).toEqual(texts);
  });

  it('decrypt one message once', async () => {
    const { alice, bob, a } = await pair(seededRandom(42));
    const message = await a.encrypt(utf8('once'));
    const results = await Promise.all(
      [1, 2, 3].map(() => refusal(() => cipherBetween(bob, alice).decrypt(message))),
    );
    expect(results.sort()).toEqual(['accepted', 'open_failed', 'open_failed']);
  });

  it('wait for work that fails, and for no other record', async () => {
    const store = {};
    const order: string[] = [];
    const fails = withRecordLock(store, 'one', async () => {
      await new Promise((resolve) => {
        setTimeout(resolve, 5);
      });
      order.push('failed');
      throw new Error('expected');
    });
    const after = withRecordLock(store, 'one', async () => order.push('after'));
    const other = withRecordLock(store, 'two', async () => order.push('other'));
    await expect(fails).rejects.toThrow('expected');
    await Promise.all([after, other]);
    expect(order).toEqual(['other', 'failed', 'after']);
  });
});

describe('Sessions begun from both sides at once', () => {
  const baseKeyOf = (device: Device): string => {
    const [bytes] = device.stores.kept.sessions.values();
    return toHex(parseSessionRecord(bytes).current?.baseKey ?? new Uint8Array());
  };

  it('converge to one, and lose nothing on the way', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(43));
    await startSession(bob, alice);
    const crossing: [CiphertextMessage, CiphertextMessage] = [
      await a.encrypt(utf8('from alice')),
      await b.encrypt(utf8('from bob')),
    ];
    expect(baseKeyOf(alice)).not.toBe(baseKeyOf(bob));
    expect(fromUtf8(await b.decrypt(crossing[0]))).toBe('from alice');
    expect(fromUtf8(await a.decrypt(crossing[1]))).toBe('from bob');

    for (let i = 0; i < 3; i++) {
      expect(fromUtf8(await b.decrypt(await a.encrypt(utf8(`a${i}`))))).toBe(`a${i}`);
      expect(baseKeyOf(alice)).toBe(baseKeyOf(bob));
      expect(fromUtf8(await a.decrypt(await b.encrypt(utf8(`b${i}`))))).toBe(`b${i}`);
      expect(baseKeyOf(alice)).toBe(baseKeyOf(bob));
    }
  });

  it('still open what was sent in the session that lost', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(44));
    await startSession(bob, alice);
    const late = [await a.encrypt(utf8('late 1')), await a.encrypt(utf8('late 2'))];
    await a.decrypt(await b.encrypt(utf8('from bob')));
    await b.decrypt(await a.encrypt(utf8('answer')));
    for (const [i, message] of late.entries()) {
      expect(fromUtf8(await b.decrypt(message))).toBe(`late ${i + 1}`);
    }
    expect(fromUtf8(await a.decrypt(await b.encrypt(utf8('on'))))).toBe('on');
  });
});

class Crash extends Error {}

const identityOf = async (device: Device): Promise<string> =>
  toHex((await device.stores.identity.getIdentityKeyPair()).publicKey);

/** The same stores, whose write number `crashAt` never happens and ends the process. */
function crashing(device: Device, crashAt: number): Device {
  let writes = 0;
  const wrap =
    <A extends unknown[]>(write: (...parts: A) => Promise<void>) =>
    async (...parts: A): Promise<void> => {
      if (writes++ === crashAt) throw new Crash();
      await write(...parts);
    };
  const { stores } = device;
  const wrapped: MemoryStores = {
    ...stores,
    sessions: { ...stores.sessions, storeSession: wrap(stores.sessions.storeSession) },
    identity: { ...stores.identity, saveIdentity: wrap(stores.identity.saveIdentity) },
    preKeys: { ...stores.preKeys, removePreKey: wrap(stores.preKeys.removePreKey) },
    kyberPreKeys: {
      ...stores.kyberPreKeys,
      removeKyberPreKey: wrap(stores.kyberPreKeys.removeKyberPreKey),
      recordLastResortUse: wrap(stores.kyberPreKeys.recordLastResortUse),
    },
  };
  return { ...device, stores: wrapped };
}

describe('A crash', () => {
  it('before any write while decrypting loses no plaintext that was kept first', async () => {
    for (let crashAt = 0; crashAt < 5; crashAt++) {
      const { alice, bob, a, b } = await pair(seededRandom(50 + crashAt));
      const kept: string[] = [];
      const keep = async (plaintext: Uint8Array): Promise<void> => {
        kept.push(fromUtf8(plaintext));
      };
      const first = await a.encrypt(utf8('first'));
      const failed = await refusal(() =>
        cipherBetween(crashing(bob, crashAt), alice).decrypt(first, keep),
      );
      expect(failed).toBe(crashAt < 4 ? 'Error' : 'accepted');

      // After the restart the message comes again, and what was left undone is done.
      await refusal(() => b.decrypt(first, keep));
      expect(new Set(kept)).toEqual(new Set(['first']));
      const after = bob.stores.kept;
      expect([...after.preKeys.keys()]).toEqual([32, 33]);
      expect(after.lastResortUses.size).toBe(1);
      expect([...after.identities.values()]).toEqual([await identityOf(alice)]);
      expect(await refusal(() => b.decrypt(first, keep))).toBe('open_failed');

      expect(fromUtf8(await a.decrypt(await b.encrypt(utf8('answer'))))).toBe('answer');
      expect(fromUtf8(await b.decrypt(await a.encrypt(utf8('on'))))).toBe('on');
    }
  });

  it('after the session was stored pins the identity: no other key opens a session in its name', async () => {
    for (let crashAt = 0; crashAt < 4; crashAt++) {
      const { alice, bob, a } = await pair(seededRandom(70 + crashAt));
      const first = await a.encrypt(utf8('first'));
      await refusal(() => cipherBetween(crashing(bob, crashAt), alice).decrypt(first));
      const impostor = await makeDevice(alice.address, seededRandom(80));
      await startSession(impostor, bob);
      const claimed = await cipherBetween(impostor, bob).encrypt(utf8('I am Alice'));

      const answer = await refusal(() => cipherBetween(bob, alice).decrypt(claimed));

      expect([crashAt, answer]).toEqual([crashAt, crashAt === 0 ? 'accepted' : 'bad_key']);
    }
  });

  it('before the write while encrypting hands out nothing, and the next message opens', async () => {
    const { alice, bob, b } = await pair(seededRandom(60));
    expect(await refusal(() => cipherBetween(crashing(alice, 0), bob).encrypt(utf8('lost')))).toBe(
      'Error',
    );
    const message = await cipherBetween(alice, bob).encrypt(utf8('kept'));
    expect(fromUtf8(await b.decrypt(message))).toBe('kept');
  });

  it('in `keep` leaves the message to be decrypted again', async () => {
    const { a, b } = await pair(seededRandom(61));
    const first = await a.encrypt(utf8('first'));
    const fails = async (): Promise<void> => {
      throw new Crash();
    };
    expect(await refusal(() => b.decrypt(first, fails))).toBe('Error');
    expect(fromUtf8(await b.decrypt(first))).toBe('first');
  });
});
