import { beforeAll, expect, it } from 'vitest';
import {
  chat,
  damageNotRefused,
  filled,
  offsetView,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { ChatKeyHistory } from './chat-key-history.ts';
import { epochKeyFrom } from './epoch-key.ts';
import {
  maxHistoryHeadKeys,
  signHistoryHead,
  verifyHistoryHead,
  type EpochKeyName,
  type HistoryHead,
} from './history-head.ts';

const named = (epoch: number, value: number): EpochKeyName => ({
  epoch,
  keyId: filled(16, value),
});
const keys = [named(1, 1), named(2, 9), named(2, 3), named(300, 4)];
const history = { chatId: chat, keys };

let device: IdentityKeyPair;
let head: HistoryHead;

beforeAll(async () => {
  device = await generateIdentityKeyPair({ random: seededRandom(1) });
  head = await signHistoryHead({ history, identitySeed: device.seed });
});

const verify = (part: Partial<Parameters<typeof verifyHistoryHead>[0]> = {}) =>
  verifyHistoryHead({ history, head, identityKey: device.publicKey, ...part });

it('holds for the same keys in any order', async () => {
  expect(head.count).toBe(4);
  await verify();
  await verify({ history: { chatId: chat, keys: keys.toReversed() }, minimumCount: 4 });
  await verify({
    history: { chatId: chat, keys: keys.map((key) => ({ ...key, keyId: offsetView(key.keyId) })) },
  });
});

it('shows that any key was left out', async () => {
  for (let left = 0; left < keys.length; left++) {
    const shorter = { chatId: chat, keys: keys.toSpliced(left, 1) };
    expect([left, await refusal(() => verify({ history: shorter }))]).toEqual([left, 'rollback']);
  }
  expect(await refusal(() => verify({ history: { chatId: chat, keys: [] } }))).toBe('rollback');
});

it('shows an older head to a device that has seen a newer one', async () => {
  const shorter = { chatId: chat, keys: keys.slice(0, 3) };
  const older = await signHistoryHead({ history: shorter, identitySeed: device.seed });

  await verify({ history: shorter, head: older, minimumCount: 3 });
  expect(
    await refusal(() => verify({ history: shorter, head: older, minimumCount: head.count })),
  ).toBe('rollback');
});

it('shows other and more keys', async () => {
  for (const other of [
    keys.with(0, named(1, 2)),
    keys.with(0, named(0, 1)),
    [...keys, named(301, 5)],
  ]) {
    const changed = { chatId: chat, keys: other };
    expect(await refusal(() => verify({ history: changed }))).toBe('chain_broken');
  }
});

it('holds for no other chat, signer, count, hash or signature', async () => {
  const stranger = await generateIdentityKeyPair({ random: seededRandom(2) });
  const refused = (part: Parameters<typeof verify>[0]) => refusal(() => verify(part));

  expect(await refused({ history: { chatId: otherChat, keys } })).toBe('bad_signature');
  expect(await refused({ identityKey: stranger.publicKey })).toBe('bad_signature');
  expect(await refused({ head: { ...head, count: 3 } })).toBe('bad_signature');
  expect(await refused({ head: { ...head, hash: filled(32, 0) } })).toBe('bad_signature');
  expect(
    await damageNotRefused(
      head.signature,
      (signature) => verify({ head: { ...head, signature } }),
      'bad_signature',
    ),
  ).toEqual([]);
});

it('is refused for keys named twice and for too many', async () => {
  const sign = (names: readonly EpochKeyName[]) =>
    refusal(() =>
      signHistoryHead({ history: { chatId: chat, keys: names }, identitySeed: device.seed }),
    );
  const many = Array.from({ length: maxHistoryHeadKeys + 1 }, (_, epoch) => named(epoch, 1));

  expect(await sign([...keys, named(1, 1)])).toBe('bad_encoding');
  expect(await sign(many)).toBe('too_large');
  expect(await sign(many.slice(1))).toBe('accepted');
});

it('covers what a history has rotated out', async () => {
  const kept = new ChatKeyHistory({ chatId: chat });
  const ever: EpochKeyName[] = [];
  for (let epoch = 1; epoch <= 5; epoch++) {
    const key = await epochKeyFrom({ key: filled(32, epoch), chatId: chat, epoch, timestampMs: 1 });
    await kept.rotate(key);
    ever.push(key);
  }
  const full = { chatId: chat, keys: ever };
  const signed = await signHistoryHead({ history: full, identitySeed: device.seed });

  await verify({ history: full, head: signed });
  expect(await refusal(() => verify({ history: kept, head: signed }))).toBe('rollback');
});
