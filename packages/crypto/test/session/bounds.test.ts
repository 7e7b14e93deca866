/** How far a peer can push: jumps, kept keys, chains, archived sessions, and how long anything blocks. */
import { afterEach, describe, expect, it } from 'vitest';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import type { CiphertextMessage, PeerVersion } from '../../src/index.ts';
import { forceBackEnd } from '../../src/primitives/back-end.ts';
import {
  loadState,
  parseSessionRecord,
  serializeSessionRecord,
  storeState,
} from '../../src/session/session-state.ts';
import { maximumForwardJump, takeMessageSeed } from '../../src/session/receiver-chain.ts';
import { startPqChain, takeReceiveKey } from '../../src/session/spqr/pq-chain.ts';
import { bestBlock, leastWork, longestBlockMs } from '../building/longest-block.ts';
import { filled, refusal, seededRandom } from '../building/builders.ts';
import { cipherBetween, pair, startSession, type Device } from './devices.ts';

const emptyChain = { ratchetKey: filled(33, 5), chainKey: filled(32, 1), index: 0, kept: [] };

describe('A receiving chain', () => {
  it('jumps 25,000 in slices, keeping the last 2,000', { timeout: 30_000 }, async () => {
    let taken: Awaited<ReturnType<typeof takeMessageSeed>> | undefined;
    const block = await bestBlock(6, async () => {
      taken = await takeMessageSeed(emptyChain, maximumForwardJump);
    });
    expect(block).toBeLessThan(longestBlockMs);
    const chain = taken?.chain ?? emptyChain;
    expect(chain.index).toBe(25_001);
    expect(chain.kept).toHaveLength(2_000);
    expect(await refusal(() => takeMessageSeed(chain, 22_999))).toBe('open_failed');
    const late = await takeMessageSeed(chain, 23_000);
    expect(late.chain.kept).toHaveLength(1_999);
    expect(await refusal(() => takeMessageSeed(late.chain, 23_000))).toBe('open_failed');
  });

  it('refuses 25,001 at once', async () => {
    const refused = () => refusal(() => takeMessageSeed(emptyChain, 25_001));
    expect(await refused()).toBe('open_failed');
    expect(await leastWork(5, refused)).toBeLessThan(10);
  });

  it('jumps as far ahead from wherever it stands, and no further', async () => {
    const { chain } = await takeMessageSeed(emptyChain, 19);
    expect(await refusal(() => takeMessageSeed(chain, 20 + 5, 5))).toBe('accepted');
    expect(await refusal(() => takeMessageSeed(chain, 20 + 6, 5))).toBe('open_failed');
  });

  it('gives a skipped message the same seed as it would have had in order', async () => {
    const jumped = await takeMessageSeed(emptyChain, 7);
    const inOrder = await takeMessageSeed(emptyChain, 3);
    expect((await takeMessageSeed(jumped.chain, 3)).seed).toEqual(inOrder.seed);
  });
});

describe('A post-quantum chain', () => {
  it('jumps 25,000 in slices and refuses 25,001 at once', { timeout: 30_000 }, async () => {
    const chain = await startPqChain(filled(32, 3), 'responder');
    const refused = () => refusal(() => takeReceiveKey(chain, 0, 25_002));
    expect(await refused()).toBe('open_failed');
    expect(await leastWork(5, refused)).toBeLessThan(10);
    let after = chain;
    const block = await bestBlock(6, async () => {
      after = (await takeReceiveKey(chain, 0, 25_001)).chain;
    });
    expect(block).toBeLessThan(longestBlockMs);
    expect(after.links[0]?.receive.kept).toHaveLength(2_000);
    expect(await refusal(() => takeReceiveKey(after, 0, 25_001))).toBe('open_failed');
    expect(await refusal(() => takeReceiveKey(after, 1, 1))).toBe('open_failed');
    expect(await refusal(() => takeReceiveKey(after, 0, 25_000))).toBe('accepted');
  });
});

describe('A session', () => {
  afterEach(() => forceBackEnd(undefined));

  function stateOf(device: Device, other: Device) {
    const key = `${other.address.name}.${other.address.deviceId}`;
    const record = parseSessionRecord(device.stores.kept.sessions.get(key));
    if (!record.current) throw new Error('no session');
    return { record, state: loadState(record.current) };
  }

  it('keeps five receiving chains', { timeout: 30_000 }, async () => {
    const { alice, bob, a, b } = await pair(seededRandom(31));
    const late: CiphertextMessage[] = [];
    for (let turn = 0; turn < 8; turn++) {
      late.push(await a.encrypt(utf8(`late ${turn}`)));
      await b.decrypt(await a.encrypt(utf8('a')));
      await a.decrypt(await b.encrypt(utf8('b')));
    }
    expect(stateOf(bob, alice).state.receivers).toHaveLength(5);
    const results: string[] = [];
    for (const message of late) results.push(await refusal(() => b.decrypt(message)));
    expect(results).toEqual([
      ...Array.from({ length: 3 }, () => 'open_failed'),
      ...Array.from({ length: 5 }, () => 'accepted'),
    ]);
  });

  it('is kept among 40 others with the same address', { timeout: 60_000 }, async () => {
    const { alice, bob, a, b } = await pair(seededRandom(32), 'addresses', { oneTime: 0 });
    const oldest = await a.encrypt(utf8('oldest'));
    const messages: CiphertextMessage[] = [];
    for (let i = 0; i < 41; i++) {
      await startSession(alice, bob);
      messages.push(await a.encrypt(utf8(`session ${i}`)));
    }
    await b.decrypt(oldest);
    for (const message of messages) await b.decrypt(message);
    expect(stateOf(alice, bob).record.archived).toHaveLength(40);
    expect(stateOf(bob, alice).record.archived).toHaveLength(40);
    // Answering in the newest session, and then a message in an archived one, which becomes current.
    expect(fromUtf8(await a.decrypt(await b.encrypt(utf8('answer'))))).toBe('answer');
    expect(stateOf(bob, alice).record.archived).toHaveLength(40);
  });

  it('is guessed for at most 1,000 steps when it is archived', { timeout: 60_000 }, async () => {
    const { alice, bob, a, b } = await pair(seededRandom(34));
    const answer = async (skipped: number): Promise<string> => {
      // Bob's next ratchet key is new to Alice, and the session it belongs to is archived there.
      await startSession(alice, bob);
      await b.decrypt(await a.encrypt(utf8('before')));
      await startSession(alice, bob);
      for (let i = 0; i < skipped; i++) await b.encrypt(utf8('skipped'));
      const message = await b.encrypt(utf8('answer'));
      return refusal(() => a.decrypt(message));
    };
    expect(await answer(1_000)).toBe('accepted');
    expect(await answer(1_001)).toBe('open_failed');
  });

  it('is not guessed for where it is current: a new ratchet key may come late', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(36));
    await b.decrypt(await a.encrypt(utf8('before')));
    await startSession(alice, bob);
    await b.decrypt(await a.encrypt(utf8('newest')));
    for (let i = 0; i < 1_001; i++) await b.encrypt(utf8('skipped'));
    expect(await refusal(async () => a.decrypt(await b.encrypt(utf8('answer'))))).toBe('accepted');
  });

  it('takes messages without a post-quantum key only from a peer pinned to a version without', async () => {
    const keyless = async (peerVersion: PeerVersion): Promise<boolean> => {
      const { alice, bob, a } = await pair(seededRandom(37));
      const first = await a.encrypt(utf8('first'));
      await cipherBetween(bob, alice, peerVersion).decrypt(first);
      // Behind its version the ratchet's record says whether: 0 refused, 1 allowed.
      return stateOf(bob, alice).state.pqRatchet?.[1] === 1;
    };
    expect(await keyless('spqr')).toBe(true);
    expect(await keyless('addresses')).toBe(false);
  });

  it('with the largest record blocks for at most 50 ms', { timeout: 60_000 }, async () => {
    const { alice, bob, a, b } = await pair(seededRandom(35));
    for (let i = 0; i < 6; i++) {
      await b.decrypt(await a.encrypt(utf8('a')));
      await a.decrypt(await b.encrypt(utf8('b')));
    }
    const { state } = stateOf(bob, alice);
    const kept = Array.from({ length: 2_000 }, (_, i) => ({
      counter: 100_000 + i,
      seed: filled(32, 1),
    }));
    const full = { ...state, receivers: state.receivers.map((chain) => ({ ...chain, kept })) };
    const archived = Array.from({ length: 40 }, (_, i) => ({
      ...storeState(full),
      baseKey: filled(33, 100 + i),
    }));
    const key = `${alice.address.name}.${alice.address.deviceId}`;
    const record = serializeSessionRecord({ current: storeState(full), archived });
    const message = await a.encrypt(utf8('new ratchet key'));
    const block = await bestBlock(5, async () => {
      bob.stores.kept.sessions.set(key, record);
      await b.decrypt(message);
    });
    expect(record.length).toBeGreaterThan(16_000_000);
    expect(block).toBeLessThan(longestBlockMs);
  });

  it('blocks for at most 50 ms on noble, first message and answer', async () => {
    forceBackEnd('noble');
    const random = seededRandom(33);
    const warm = await pair(random);
    await warm.b.decrypt(await warm.a.encrypt(utf8('warm')));
    const block = await bestBlock(5, async () => {
      const { a, b } = await pair(random);
      await b.decrypt(await a.encrypt(utf8('first')));
      await a.decrypt(await b.encrypt(utf8('answer')));
    });
    expect(block).toBeLessThan(longestBlockMs);
  });
});
