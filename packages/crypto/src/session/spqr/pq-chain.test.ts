import { describe, expect, it } from 'vitest';
import { filled, refusal } from '../../../test/building/builders.ts';
import { addEpoch, nextSendKey, startPqChain, takeReceiveKey, type PqChain } from './pq-chain.ts';

async function withEpochs(role: 'initiator' | 'responder', epochs: number): Promise<PqChain> {
  let chain = await startPqChain(filled(32, 3), role);
  for (let epoch = 1; epoch <= epochs; epoch++)
    chain = await addEpoch(chain, { epoch, secret: filled(32, epoch) });
  return chain;
}

describe('The chains of the post-quantum ratchet', () => {
  it('give one party’s sending keys as the other’s receiving keys, in every epoch', async () => {
    for (const [from, to] of [
      ['initiator', 'responder'],
      ['responder', 'initiator'],
    ] as const) {
      let sending = await withEpochs(from, 2);
      const receiving = await withEpochs(to, 2);
      const keys = new Set<string>();
      for (const epoch of [0, 0, 1, 2]) {
        const sent = await nextSendKey(sending, epoch);
        sending = sent.chain;
        const taken = await takeReceiveKey(receiving, epoch, sent.index);
        expect(taken.key).toEqual(sent.key);
        keys.add(sent.key.join());
        const own = await refusal(() => takeReceiveKey(sending, epoch, sent.index));
        expect(own).toBe('accepted');
        expect((await takeReceiveKey(sending, epoch, sent.index)).key).not.toEqual(sent.key);
      }
      expect(keys.size).toBe(4);
    }
  });

  it('count from 1 in each epoch and give each key once', async () => {
    const chain = await withEpochs('responder', 0);
    const third = await takeReceiveKey(chain, 0, 3);
    const first = await takeReceiveKey(third.chain, 0, 1);

    expect(third.chain.links[0]?.receive.kept.map(({ index }) => index)).toEqual([1, 2]);
    expect(first.chain.links[0]?.receive.kept.map(({ index }) => index)).toEqual([2]);
    expect((await takeReceiveKey(chain, 0, 1)).key).toEqual(first.key);
    for (const used of [0, 1, 3])
      expect(await refusal(() => takeReceiveKey(first.chain, 0, used))).toBe('open_failed');
    expect((await nextSendKey(chain, 0)).index).toBe(1);
  });

  it('jump as far ahead from wherever they stand, and no further', async () => {
    const { chain } = await takeReceiveKey(await withEpochs('responder', 0), 0, 20);
    const take = (index: number) => refusal(() => takeReceiveKey(chain, 0, index, 5));

    expect(await take(20 + 5 + 1)).toBe('accepted');
    expect(await take(20 + 5 + 2)).toBe('open_failed');
  });

  it('are kept for six epochs, and sent in no epoch before the last one used', async () => {
    const chain = await withEpochs('initiator', 7);

    expect(chain.links.map(({ epoch }) => epoch)).toEqual([2, 3, 4, 5, 6, 7]);
    expect(await refusal(() => takeReceiveKey(chain, 1, 1))).toBe('open_failed');
    expect(await refusal(() => takeReceiveKey(chain, 2, 1))).toBe('accepted');
    const { chain: sent } = await nextSendKey(chain, 5);
    expect(await refusal(() => nextSendKey(sent, 4))).toBe('chain_broken');
    expect(await refusal(() => nextSendKey(sent, 8))).toBe('chain_broken');
    for (const epoch of [5, 6, 7])
      expect(await refusal(() => nextSendKey(sent, epoch))).toBe('accepted');
    expect(await refusal(() => takeReceiveKey(sent, 4, 1))).toBe('accepted');
  });

  it('take epochs without gaps', async () => {
    const chain = await withEpochs('initiator', 1);
    const added = (epoch: number) =>
      refusal(() => addEpoch(chain, { epoch, secret: filled(32, 9) }));

    expect(await added(2)).toBe('accepted');
    for (const epoch of [0, 1, 3]) expect(await added(epoch)).toBe('open_failed');
  });
});
