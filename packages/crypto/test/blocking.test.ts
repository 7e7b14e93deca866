/** The largest inputs that the limits allow hold the thread for at most 50 ms of processor time at a stretch. */
import { afterEach, expect, it } from 'vitest';
import {
  ChatKeyHistory,
  decryptAttachment,
  decryptRecord,
  encryptAttachment,
  encryptRecord,
  epochKeyFrom,
  generateIdentityKeyPair,
  generatePreKeys,
  maxRecordBytes,
  safetyCode,
  signDeviceManifest,
  verifyManifestChain,
  type SignedManifest,
} from '../src/index.ts';
import { forceBackEnd } from '../src/primitives/back-end.ts';
import { alice, bob, chat, filled, seededRandom } from './building/builders.ts';
import { bestBlock, longestBlockMs } from './building/longest-block.ts';

const random = seededRandom(95);
const tries = 5;

afterEach(() => forceBackEnd(undefined));

it('A safety code', async () => {
  const [ours, theirs] = [
    await generateIdentityKeyPair({ random }),
    await generateIdentityKeyPair({ random }),
  ];
  const block = await bestBlock(tries, () =>
    safetyCode({
      ourUserId: alice,
      ourAccountKey: ours.publicKey,
      theirUserId: bob,
      theirAccountKey: theirs.publicKey,
    }),
  );

  expect(block).toBeLessThan(longestBlockMs);
});

it('A record of the greatest length', { timeout: 60_000 }, async () => {
  const binding = { key: filled(32, 1), context: [filled(3, 2)] };
  const plaintext = new Uint8Array(maxRecordBytes);
  const block = await bestBlock(tries, async () => {
    const ciphertext = await encryptRecord({ ...binding, plaintext });
    await decryptRecord({ ...binding, ciphertext });
  });

  expect(block).toBeLessThan(longestBlockMs);
});

it('An attachment of 100 MB', { timeout: 120_000 }, async () => {
  const content = new Uint8Array(100_000_000);
  const block = await bestBlock(tries, async () => {
    const { file, pointer } = await encryptAttachment(content);
    await decryptAttachment(file, pointer);
  });

  expect(block).toBeLessThan(longestBlockMs);
});

it('A thousand one-time prekeys on noble', { timeout: 60_000 }, async () => {
  forceBackEnd('noble');
  const block = await bestBlock(tries, () => generatePreKeys({ startId: 1, count: 1_000, random }));

  expect(block).toBeLessThan(longestBlockMs);
});

it('A chain of 200 manifests on noble', { timeout: 60_000 }, async () => {
  const account = await generateIdentityKeyPair({ random });
  const entries: SignedManifest[] = [];
  let previousHash: Uint8Array = filled(32, 0);
  for (let version = 1; version <= 200; version++) {
    const accountKey = account.publicKey;
    const manifest = { userId: alice, version, previousHash, accountKey, devices: [], timeMs: 1 };
    const signed = await signDeviceManifest({ manifest, accountSeed: account.seed, random });
    entries.push(signed);
    previousHash = signed.hash;
  }
  forceBackEnd('noble');
  const block = await bestBlock(tries, () =>
    verifyManifestChain({ userId: alice, accountKey: account.publicKey, entries }),
  );

  expect(block).toBeLessThan(longestBlockMs);
});

it('A history of 1,000 chat keys', { timeout: 60_000 }, async () => {
  const depth = 1_000;
  const history = new ChatKeyHistory({ chatId: chat, depth });
  for (let epoch = 1; epoch <= depth; epoch++) {
    const key = filled(32, epoch % 256);
    await history.add(await epochKeyFrom({ key, chatId: chat, epoch, timestampMs: 1 }));
  }
  const bytes = history.serialize();
  const block = await bestBlock(tries, () => ChatKeyHistory.parse(bytes));

  expect(block).toBeLessThan(longestBlockMs);
});
