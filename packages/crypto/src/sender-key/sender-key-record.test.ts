import { beforeAll, describe, expect, it } from 'vitest';
import { alice, chat, filled, refusal, seededRandom } from '../../test/building/builders.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { be16, be32 } from '../encoding/integers.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { signXEdDSA } from '../identity/sign-xeddsa.ts';
import { aesCbcEncrypt } from '../primitives/aes-cbc.ts';
import { GroupCipher } from './group-cipher.ts';
import { GroupSessionBuilder } from './group-session-builder.ts';
import { messageKey, messageSeed, nextChainKey } from './sender-chain-key.ts';
import { SenderKeyDistributionMessage } from './sender-key-distribution-message.ts';
import { lastIteration, maxSenderKeyPlaintextBytes } from './sender-key-limits.ts';
import { SenderKeyMessage } from './sender-key-message.ts';
import { SenderKeyName } from './sender-key-name.ts';
import { SenderKeyRecord } from './sender-key-record.ts';
import type { SenderKeyState } from './sender-key-state.ts';
import { InMemorySenderKeyStore } from './sender-key-store.ts';

const name = new SenderKeyName(chat, { name: alice, deviceId: 1 });
let own: SenderKeyState;

beforeAll(async () => {
  const store = new InMemorySenderKeyStore();
  await new GroupSessionBuilder(store, seededRandom(3)).create(name);
  const [state] = (await store.loadSenderKey(name))?.states ?? [];
  if (!state) throw new Error('no state');
  own = state;
});

const read = (bytes: Uint8Array) => refusal(() => SenderKeyRecord.deserialize(bytes));

describe('A sender key record', () => {
  it('is read in its one encoding only', async () => {
    const { chainId, chain, signingKey, signingSeed = filled(0, 0) } = own;
    const state = (ownByte: number, skipped: number) =>
      concatBytes(
        be32(chainId),
        be32(chain.iteration),
        chain.chainKey,
        signingKey,
        filled(1, ownByte),
        ownByte === 1 ? signingSeed : filled(0, 0),
        be16(skipped),
        filled(36 * skipped, 1),
      );
    const record = (version: number, count: number, each: Uint8Array) =>
      concatBytes(Uint8Array.of(version, count), ...Array.from({ length: count }, () => each));

    expect(record(1, 1, state(1, 0))).toEqual(new SenderKeyRecord([own]).serialize());
    expect(await read(record(1, 5, state(0, 2_000)))).toBe('accepted');
    expect(await read(record(1, 0, state(0, 0)))).toBe('accepted');
    expect(await read(record(0, 1, state(0, 0)))).toBe('bad_encoding');
    expect(await read(record(2, 1, state(0, 0)))).toBe('bad_encoding');
    expect(await read(record(1, 6, state(0, 0)))).toBe('bad_encoding');
    expect(await read(record(1, 1, state(2, 0)))).toBe('bad_encoding');
    expect(await read(record(1, 1, state(0, 2_001)))).toBe('bad_encoding');
    expect(await read(concatBytes(record(1, 1, state(1, 3)), filled(1, 0)))).toBe('bad_encoding');
  });

  it('takes a chain id that comes with another signing key for a new state', async () => {
    const other = { ...own, signingKey: (await otherState()).signingKey };
    const third = { ...own, chainId: own.chainId + 1 };

    const record = new SenderKeyRecord([own, third]).with(other);

    expect(record.states).toEqual([other, third]);
    const progressed = { ...third, chain: { ...third.chain, iteration: 9 } };
    expect(record.replacing(progressed).states).toEqual([other, progressed]);
  });
});

async function otherState(): Promise<SenderKeyState> {
  const store = new InMemorySenderKeyStore();
  await new GroupSessionBuilder(store, seededRandom(5)).create(name);
  return (await store.loadSenderKey(name))?.states[0] ?? own;
}

describe('A chain', () => {
  it('ends before its numbers do', async () => {
    const store = new InMemorySenderKeyStore();
    const cipher = new GroupCipher(store, name);
    const at = async (iteration: number) => {
      const chain = { ...own.chain, iteration };
      await store.storeSenderKey(name, new SenderKeyRecord([{ ...own, chain }]));
    };
    await at(lastIteration);
    const last = await cipher.encrypt(filled(1, 1));

    expect(SenderKeyMessage.parse(last).iteration).toBe(0xffff_fffe);
    expect(SenderKeyMessage.parse(last).version).toBe(3);
    expect(await refusal(() => cipher.encrypt(filled(1, 1)))).toBe('bad_key');
    await at(lastIteration);
    expect(await cipher.decrypt(last)).toEqual(filled(1, 1));
    expect(await refusal(() => cipher.decrypt(last))).toBe('open_failed');

    const beyond = nextChainKey({ ...own.chain, iteration: lastIteration });
    const { key, iv } = await messageKey(messageSeed(beyond).seed);
    const content = {
      distributionId: uuidBytes(chat),
      chainId: own.chainId,
      iteration: beyond.iteration,
      ciphertext: await aesCbcEncrypt(key, iv, filled(1, 1)),
    };
    const seed = own.signingSeed ?? filled(32, 0);
    const message = await SenderKeyMessage.create(content, (bytes) =>
      signXEdDSA({ seed, message: bytes }),
    );
    expect(await refusal(() => cipher.decrypt(message.serialize()))).toBe('open_failed');
  });

  it('is unknown where there is none', async () => {
    const store = new InMemorySenderKeyStore();
    await store.storeSenderKey(name, new SenderKeyRecord([own]));
    const message = await new GroupCipher(store, name).encrypt(filled(1, 1));

    expect(await new GroupCipher(store, name).knowsChainOf(message)).toBe(true);
    const empty = new GroupCipher(new InMemorySenderKeyStore(), name);
    expect(await empty.knowsChainOf(message)).toBe(false);
    expect(await refusal(() => empty.decrypt(message))).toBe('open_failed');
  });

  it('that was made from one randomness is one chain', async () => {
    const { chainId, signingKey } = await otherState();

    expect(await otherState()).toMatchObject({ chainId, signingKey });
    expect(chainId).toBeLessThan(2 ** 31);
    expect(chainId).not.toBe(own.chainId);
  });
});

describe('Sizes', () => {
  it('of messages and distributions reach to their limits', async () => {
    const store = new InMemorySenderKeyStore();
    const distribution = await new GroupSessionBuilder(store).create(name);
    const cipher = new GroupCipher(store, name);
    await cipher.encrypt(filled(maxSenderKeyPlaintextBytes, 1));
    const over = () => cipher.encrypt(filled(maxSenderKeyPlaintextBytes + 1, 1));
    const parseMessage = (length: number) =>
      refusal(() => SenderKeyMessage.parse(filled(length, 0xff)));
    const parseDistribution = (padding: number) => {
      const unknownField = concatBytes(Uint8Array.of(0x32, 0x80 | (padding & 127), padding >> 7));
      const bytes = concatBytes(distribution.serialize(), unknownField, filled(padding, 1));
      return refusal(() => SenderKeyDistributionMessage.parse(bytes));
    };
    const room = 1_024 - distribution.serialize().length - 3;

    expect(await refusal(over)).toBe('too_large');
    expect(await parseMessage(1_114_112 + 1_024)).toBe('bad_encoding');
    expect(await parseMessage(1_114_112 + 1_025)).toBe('too_large');
    expect(await parseMessage(64)).toBe('bad_encoding');
    expect(await parseDistribution(room)).toBe('accepted');
    expect(await parseDistribution(room + 1)).toBe('too_large');
    const versioned = concatBytes(filled(1, 0x34), distribution.serialize().subarray(1));
    expect(await refusal(() => SenderKeyDistributionMessage.parse(versioned))).toBe('bad_encoding');
  });

  it('of names are those of accounts and devices', async () => {
    const make = (deviceId: number) => () => new SenderKeyName(chat, { name: alice, deviceId });

    expect(make(127)().serialize()).toBe(`${chat}:${alice}.127`);
    for (const deviceId of [0, -1, 128, 1.5]) expect(make(deviceId)).toThrow(RangeError);
    const odd = () => new SenderKeyName(chat.toUpperCase(), { name: alice, deviceId: 1 });
    expect(await refusal(odd)).toBe('bad_encoding');
  });
});
