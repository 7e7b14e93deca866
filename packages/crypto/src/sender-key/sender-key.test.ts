import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  alice,
  bob,
  chat,
  damageNotRefused,
  filled,
  offsetView,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { onEachBackEnd } from '../../test/known-answers/on-each-back-end.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { signXEdDSA } from '../identity/sign-xeddsa.ts';
import { GroupCipher } from './group-cipher.ts';
import { GroupSessionBuilder } from './group-session-builder.ts';
import { SenderKeyDistributionMessage } from './sender-key-distribution-message.ts';
import { SenderKeyMessage } from './sender-key-message.ts';
import { SenderKeyName } from './sender-key-name.ts';
import { SenderKeyRecord } from './sender-key-record.ts';
import { InMemorySenderKeyStore, type SenderKeyStore } from './sender-key-store.ts';

const name = new SenderKeyName(chat, { name: alice, deviceId: 1 });

let sending: InMemorySenderKeyStore;
let receiving: InMemorySenderKeyStore;
let sender: GroupCipher;
let receiver: GroupCipher;

beforeEach(async () => {
  sending = new InMemorySenderKeyStore();
  receiving = new InMemorySenderKeyStore();
  const distribution = await new GroupSessionBuilder(sending, seededRandom(1)).create(name);
  await new GroupSessionBuilder(receiving).process(name, distribution);
  sender = new GroupCipher(sending, name);
  receiver = new GroupCipher(receiving, name);
});

const records = async (): Promise<string> =>
  toHex((await receiving.loadSenderKey(name))?.serialize() ?? filled(0, 0));

const send = (count: number): Promise<Uint8Array[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => sender.encrypt(utf8(`message ${i}`))));

/** A message as the holder of the signing key can make it, whatever its fields. */
async function signed(fields: Partial<SenderKeyMessage>): Promise<Uint8Array> {
  const state = (await sending.loadSenderKey(name))?.states[0];
  const seed = state?.signingSeed ?? filled(32, 0);
  const honest = SenderKeyMessage.parse(await sender.encrypt(utf8('honest')));
  const made = await SenderKeyMessage.create({ ...honest, ...fields }, (message) =>
    signXEdDSA({ seed, message }),
  );
  return made.serialize();
}

onEachBackEnd('A sender key', () => {
  it('decrypts what its sender encrypted, from offset views too', async () => {
    for (const text of ['', 'a', 'x'.repeat(5_000)]) {
      const message = await sender.encrypt(offsetView(utf8(text)));
      expect(message[0]).toBe(0x33);
      expect(await receiver.decrypt(offsetView(message))).toEqual(utf8(text));
    }
  });

  it('refuses every byte flipped, cut or added, and loses nothing by it', async () => {
    const message = await sender.encrypt(utf8('attack at dawn'));
    const before = await records();

    expect(await damageNotRefused(message, (copy) => receiver.decrypt(copy))).toEqual([]);

    expect(await records()).toBe(before);
    expect(await receiver.decrypt(message)).toEqual(utf8('attack at dawn'));
  });
});

describe('A sender key', () => {
  it('decrypts each message exactly once in any order, with loss and duplicates', async () => {
    const messages = await send(30);
    const indexes = fc.array(fc.nat(29), { minLength: 1, maxLength: 60 });
    const distribution = await receiving.loadSenderKey(name);
    await fc.assert(
      fc.asyncProperty(indexes, async (order) => {
        const store = new InMemorySenderKeyStore();
        await store.storeSenderKey(name, distribution ?? new SenderKeyRecord());
        const cipher = new GroupCipher(store, name);
        const seen = new Set<number>();
        for (const index of order) {
          const message = messages[index] ?? filled(0, 0);
          const got = await cipher.decrypt(message).catch(() => undefined);
          expect(got).toEqual(seen.has(index) ? undefined : utf8(`message ${index}`));
          seen.add(index);
        }
      }),
      { numRuns: 15 },
    );
  });

  it('gives concurrent calls keys of their own, even over several ciphers of one store', async () => {
    const ciphers = [sender, new GroupCipher(sending, name), new GroupCipher(sending, name)];

    const messages = await Promise.all(
      Array.from({ length: 30 }, (_, i) => ciphers[i % 3]?.encrypt(utf8('same'))),
    );

    const parsed = messages.map((message) => SenderKeyMessage.parse(message ?? filled(0, 0)));
    expect(new Set(parsed.map(({ iteration }) => iteration)).size).toBe(30);
    expect(new Set(parsed.map(({ ciphertext }) => toHex(ciphertext))).size).toBe(30);
    const opened = await Promise.all(messages.map((m) => receiver.decrypt(m ?? filled(0, 0))));
    expect(opened.every((plaintext) => toHex(plaintext) === toHex(utf8('same')))).toBe(true);
  });

  it('reads a new member in from its present position only', async () => {
    const [first] = await send(3);
    const store = new InMemorySenderKeyStore();
    await new GroupSessionBuilder(store).process(
      name,
      await new GroupSessionBuilder(sending).create(name),
    );
    const late = new GroupCipher(store, name);

    expect(await refusal(() => late.decrypt(first ?? filled(0, 0)))).toBe('open_failed');
    expect(await late.decrypt(await sender.encrypt(utf8('welcome')))).toEqual(utf8('welcome'));
  });

  it('is not rewound by an old distribution that is sent again', async () => {
    const distribution = await new GroupSessionBuilder(sending).create(name);
    const [first] = await send(2);
    await receiver.decrypt(first ?? filled(0, 0));

    await new GroupSessionBuilder(receiving).process(name, distribution);

    expect(await refusal(() => receiver.decrypt(first ?? filled(0, 0)))).toBe('open_failed');
  });

  it('that is our own is not taken in again: a rotation cannot be undone', async () => {
    const builder = new GroupSessionBuilder(sending);
    const old = await builder.create(name);
    const current = await builder.rotate(name);

    for (const sent of [old, current]) {
      expect(await refusal(() => builder.process(name, sent))).toBe('bad_key');
    }

    const message = SenderKeyMessage.parse(await sender.encrypt(utf8('after')));
    expect(message.chainId).toBe(current.chainId);
  });

  it('keeps its place when an old distribution of the same sender is sent again', async () => {
    const builder = new GroupSessionBuilder(sending);
    const old = await builder.create(name);
    const fresh = await builder.rotate(name);
    const taker = new GroupSessionBuilder(receiving);
    await taker.process(name, fresh);

    await taker.process(name, old);

    const chains = (await receiving.loadSenderKey(name))?.states.map(({ chainId }) => chainId);
    expect(chains).toEqual([fresh.chainId, old.chainId]);
  });

  it('goes on after a rotation; five generations are kept, and who was left out reads nothing', async () => {
    const outsider = new InMemorySenderKeyStore();
    const record = await receiving.loadSenderKey(name);
    await outsider.storeSenderKey(name, record ?? new SenderKeyRecord());
    const old: Uint8Array[] = [];
    for (let generation = 0; generation < 5; generation++) {
      old.push(await sender.encrypt(utf8(`of ${generation}`)));
      const next = await new GroupSessionBuilder(sending).rotate(name);
      await new GroupSessionBuilder(receiving).process(name, next);
    }

    const current = await sender.encrypt(utf8('now'));

    expect(await receiver.decrypt(current)).toEqual(utf8('now'));
    expect(await refusal(() => receiver.decrypt(old[0] ?? current))).toBe('open_failed');
    expect(await receiver.decrypt(old[1] ?? current)).toEqual(utf8('of 1'));
    const left = new GroupCipher(outsider, name);
    expect(await refusal(() => left.decrypt(current))).toBe('open_failed');
    expect(await left.knowsChainOf(current)).toBe(false);
    expect(await receiver.knowsChainOf(current)).toBe(true);
    expect(await receiver.knowsChainOf(filled(9, 9))).toBe(false);
  });
});

describe('What a member can sign', () => {
  it('is still refused: other group, version, chain, padding, place too far ahead', async () => {
    const before = await records();
    const wrong = {
      'another group': await signed({ distributionId: filled(16, 1) }),
      'another chain': await signed({ chainId: 7 }),
      'no ciphertext': await signed({ ciphertext: filled(0, 0) }),
      'half a block': await signed({ ciphertext: filled(24, 1) }),
      'bad padding': await signed({ ciphertext: filled(32, 1) }),
      '25,001 ahead': await signed({ iteration: 25_001 }),
      'the last number': await signed({ iteration: 0xffff_ffff }),
    };
    for (const [what, message] of Object.entries(wrong)) {
      expect([what, await refusal(() => receiver.decrypt(message))]).toEqual([what, 'open_failed']);
    }
    expect(await records()).toBe(before);
  });

  it('is refused by version before anything else is done', async () => {
    const message = await sender.encrypt(utf8('x'));
    const seed = (await sending.loadSenderKey(name))?.states[0]?.signingSeed ?? filled(32, 0);
    for (const version of [0x23, 0x34, 0x43, 0x00]) {
      const body = concatBytes(Uint8Array.of(version), message.subarray(1, -64));
      const resigned = concatBytes(body, await signXEdDSA({ seed, message: body }));
      expect(await refusal(() => receiver.decrypt(resigned))).toBe('open_failed');
    }
  });

  it('takes a jump of 25,000 without holding the thread, and keeps 2,000 keys behind', async () => {
    const skip = async (count: number) => {
      const record = (await sending.loadSenderKey(name)) ?? new SenderKeyRecord();
      const state = record.states[0];
      if (!state) throw new Error('no state');
      const { advanceChain } = await import('./sender-chain-key.ts');
      const { chain } = await advanceChain(state.chain, state.chain.iteration + count);
      await sending.storeSenderKey(name, record.replacing({ ...state, chain }));
    };
    const tooOld = await sender.encrypt(utf8('too old'));
    await skip(22_999);
    const oldest = await sender.encrypt(utf8('oldest'));
    await skip(1_999);
    const far = await sender.encrypt(utf8('far'));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);

    expect(SenderKeyMessage.parse(far).iteration).toBe(25_000);
    expect(await receiver.decrypt(far)).toEqual(utf8('far'));

    clearInterval(timer);
    expect(turns).toBeGreaterThan(10);
    expect((await receiving.loadSenderKey(name))?.states[0]?.skipped.length).toBe(2_000);
    await skip(25_001);
    const tooFar = await sender.encrypt(utf8('too far'));
    expect(await refusal(() => receiver.decrypt(tooFar))).toBe('open_failed');
    expect(await receiver.decrypt(oldest)).toEqual(utf8('oldest'));
    expect(await refusal(() => receiver.decrypt(tooOld))).toBe('open_failed');
  });
});

describe('The store', () => {
  it('has the chain moved on before a message is given out, or there is no message', async () => {
    const order: string[] = [];
    const failing: SenderKeyStore = {
      loadSenderKey: (key) => sending.loadSenderKey(key),
      storeSenderKey: async () => {
        order.push('store');
        throw new Error('disk full');
      },
    };
    const cipher = new GroupCipher(failing, name);

    await expect(cipher.encrypt(utf8('x'))).rejects.toThrow('disk full');
    const reader = new GroupCipher(
      { ...failing, loadSenderKey: (k) => receiving.loadSenderKey(k) },
      name,
    );
    const message = await sender.encrypt(utf8('y'));
    await expect(reader.decrypt(message)).rejects.toThrow('disk full');

    expect(order).toEqual(['store', 'store']);
    expect(await receiver.decrypt(message)).toEqual(utf8('y'));
  });

  it('keeps senders, devices and groups apart', async () => {
    const message = await sender.encrypt(utf8('x'));
    for (const other of [
      new SenderKeyName(otherChat, name.sender),
      new SenderKeyName(chat, { name: bob, deviceId: 1 }),
      new SenderKeyName(chat, { name: alice, deviceId: 2 }),
    ]) {
      expect(other.serialize()).not.toBe(name.serialize());
      const cipher = new GroupCipher(receiving, other);
      expect(await refusal(() => cipher.decrypt(message))).toBe('open_failed');
      expect(await refusal(() => cipher.encrypt(utf8('x')))).toBe('bad_key');
    }
    const distribution = await new GroupSessionBuilder(sending).create(name);
    const elsewhere = new SenderKeyName(otherChat, name.sender);
    expect(
      await refusal(() => new GroupSessionBuilder(receiving).process(elsewhere, distribution)),
    ).toBe('bad_key');
  });

  it('reads records back, also those with skipped keys', async () => {
    const messages = await send(5);
    await receiver.decrypt(messages[4] ?? filled(0, 0));
    const written = (await receiving.loadSenderKey(name))?.serialize() ?? filled(0, 0);

    const record = SenderKeyRecord.deserialize(offsetView(written));
    await receiving.storeSenderKey(name, record);

    expect(record.serialize()).toEqual(written);
    expect(await receiver.decrypt(messages[1] ?? filled(0, 0))).toEqual(utf8('message 1'));
    const own = (await sending.loadSenderKey(name))?.serialize() ?? filled(0, 0);
    expect(SenderKeyRecord.deserialize(own).serialize()).toEqual(own);
  });
});

describe('Parsers of sender keys', () => {
  it('throw coded errors only, whatever bytes come', async () => {
    const message = await sender.encrypt(utf8('x'));
    const distribution = (await new GroupSessionBuilder(sending).create(name)).serialize();
    const record = (await sending.loadSenderKey(name))?.serialize() ?? filled(0, 0);
    const near = (bytes: Uint8Array) =>
      fc
        .tuple(fc.nat(bytes.length - 1), fc.uint8Array({ maxLength: 6 }), fc.nat(bytes.length))
        .map(([at, patch, end]) => {
          const copy = Uint8Array.from(bytes);
          copy.set(patch.subarray(0, bytes.length - at), at);
          return end % 3 === 0 ? copy.slice(0, end) : copy;
        });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      near(message),
      near(distribution),
      near(record),
    );
    const coded = new Set(['accepted', 'bad_encoding', 'bad_key', 'too_large']);
    await fc.assert(
      fc.asyncProperty(bytes, async (input) => {
        for (const parse of [
          (b: Uint8Array) => SenderKeyMessage.parse(b),
          (b: Uint8Array) => SenderKeyDistributionMessage.parse(b),
          (b: Uint8Array) => SenderKeyRecord.deserialize(b),
        ]) {
          const got = await refusal(() => parse(input));
          expect(coded).toContain(got);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('refuse what is too long before they read it', async () => {
    expect(await refusal(() => SenderKeyMessage.parse(filled(1_200_000, 0x33)))).toBe('too_large');
    expect(await refusal(() => SenderKeyDistributionMessage.parse(filled(2_000, 0x33)))).toBe(
      'too_large',
    );
    expect(await refusal(() => sender.encrypt(filled(1_114_113, 1)))).toBe('too_large');
  });

  it('refuse low-order signing keys in a distribution', async () => {
    const distribution = await new GroupSessionBuilder(sending).create(name);
    const low = concatBytes(Uint8Array.of(5), filled(32, 0));
    const bytes = distribution.serialize();
    bytes.set(low, bytes.length - 33);

    expect(await refusal(() => SenderKeyDistributionMessage.parse(bytes))).toBe('bad_key');
  });
});
