import { describe, expect, it } from 'vitest';
import { filled, refusal, seededRandom } from '../../../test/building/builders.ts';
import { toHex } from '../../encoding/hex.ts';
import { mlKem768KeyPair } from '../../primitives/ml-kem-768-halves.ts';
import { updateAuthenticator } from './braid-keys.ts';
import { braidReceive } from './braid-receive.ts';
import { braidSend, type EpochSecret } from './braid-send.ts';
import type { BraidState } from './braid-state.ts';
import { encodeChunk } from './erasure-code.ts';

async function parties(): Promise<{ a: BraidState; b: BraidState }> {
  const authenticator = await updateAuthenticator(new Uint8Array(32), filled(32, 7), 1);
  return {
    a: { epoch: 1, authenticator, step: { name: 'keysUnsampled' } },
    b: { epoch: 1, authenticator, step: { name: 'noHeaderReceived', chunks: [] } },
  };
}

/** Messages in strict turns, of which `lost` says which get lost; the secrets that each party learnt. */
async function run(turns: number, lost: (i: number) => boolean) {
  const random = seededRandom(91);
  let { a, b } = await parties();
  const secrets: [Map<number, string>, Map<number, string>] = [new Map(), new Map()];
  const steps = new Set<string>();
  const learn = (who: 0 | 1, secret: EpochSecret | undefined): void => {
    if (secret) secrets[who].set(secret.epoch, toHex(secret.secret));
  };
  for (let i = 0; i < turns; i++) {
    const { epoch } = a;
    const sent = await braidSend(a, random);
    learn(0, sent.newSecret);
    a = sent.state;
    if (!lost(2 * i)) {
      const got = await braidReceive(b, epoch, sent.payload);
      learn(1, got.newSecret);
      b = got.state;
    }
    const back = await braidSend(b, random);
    const backEpoch = b.epoch;
    learn(1, back.newSecret);
    b = back.state;
    if (!lost(2 * i + 1)) {
      const got = await braidReceive(a, backEpoch, back.payload);
      learn(0, got.newSecret);
      a = got.state;
    }
    steps.add(a.step.name).add(b.step.name);
  }
  return { secrets, steps, a, b };
}

describe('The Braid', () => {
  it('gives both parties the same secrets, epoch by epoch, and swaps their roles', async () => {
    const { secrets, a, b } = await run(160, () => false);
    const common = [...secrets[0]].filter(([epoch]) => secrets[1].has(epoch));
    expect(common.length).toBeGreaterThanOrEqual(3);
    for (const [epoch, secret] of common) expect(secrets[1].get(epoch)).toBe(secret);
    expect(new Set(secrets[0].values()).size).toBe(secrets[0].size);
    expect(Math.abs(a.epoch - b.epoch)).toBeLessThanOrEqual(1);
  });

  it('goes on when a third of the messages is lost, through every step there is', async () => {
    const draw = seededRandom(92);
    const { secrets, steps } = await run(400, () => (draw(1)[0] ?? 0) % 3 === 0);
    const common = [...secrets[0]].filter(([epoch]) => secrets[1].has(epoch));
    expect(common.length).toBeGreaterThanOrEqual(3);
    for (const [epoch, secret] of common) expect(secrets[1].get(epoch)).toBe(secret);
    for (const step of ['headerSent', 'ct1Received', 'ekSentCt1Received', 'ct1Acknowledged']) {
      expect([...steps]).toContain(step);
    }
  });

  it('refuses a header whose MAC is wrong', async () => {
    const { b } = await parties();
    let state = b;
    const forged = filled(96, 1);
    for (const index of [0, 1]) {
      const chunk = encodeChunk(forged, index);
      state = (await braidReceive(state, 1, { type: 'header', chunk })).state;
    }
    const last = { type: 'header', chunk: encodeChunk(forged, 2) } as const;
    expect(await refusal(() => braidReceive(state, 1, last))).toBe('open_failed');
  });

  it('refuses a vector that the header does not name', async () => {
    const random = seededRandom(93);
    const { b } = await parties();
    const { header } = mlKem768KeyPair(random(64));
    const other = mlKem768KeyPair(random(64)).vector;
    let state: BraidState = (
      await braidSend({ ...b, step: { name: 'headerReceived', header } }, random)
    ).state;
    for (let index = 0; index < 35; index++) {
      const chunk = encodeChunk(other, index);
      state = (await braidReceive(state, 1, { type: 'ek', chunk })).state;
    }
    const last = { type: 'ek', chunk: encodeChunk(other, 35) } as const;
    expect(await refusal(() => braidReceive(state, 1, last))).toBe('open_failed');
  });

  it('refuses a ciphertext whose MAC is wrong, with all of its vector sent or not', async () => {
    const { a } = await parties();
    const known = { seed: seededRandom(94)(64), ct1: filled(960, 1) };
    const steps: BraidState['step'][] = [
      { name: 'ct1Received', ...known, sent: 3 },
      { name: 'ekSentCt1Received', ...known, chunks: [] },
    ];
    for (const step of steps) {
      let state: BraidState = { ...a, step };
      for (let index = 0; index < 4; index++) {
        const chunk = encodeChunk(filled(160, 1), index);
        state = (await braidReceive(state, 1, { type: 'ct2', chunk })).state;
        expect(state.step.name).toBe('ekSentCt1Received');
      }
      const last = { type: 'ct2', chunk: encodeChunk(filled(160, 1), 4) } as const;
      expect(await refusal(() => braidReceive(state, 1, last))).toBe('open_failed');
    }
  });

  it('refuses epochs that have not come, and lets those that have gone change nothing', async () => {
    const { a, b } = await parties();
    const none = { type: 'none', chunk: undefined } as const;
    for (const state of [a, b]) {
      expect(await refusal(() => braidReceive(state, 2, none))).toBe('open_failed');
    }
    const ct2AndMac = filled(160, 1);
    const waiting: BraidState = {
      ...b,
      epoch: 5,
      step: { name: 'ct2Sampled', ct2AndMac, sent: 3 },
    };
    expect(await refusal(() => braidReceive(waiting, 7, none))).toBe('open_failed');
    const chunk = encodeChunk(filled(96, 1), 0);
    expect((await braidReceive(waiting, 4, { type: 'header', chunk })).state).toBe(waiting);
    expect((await braidReceive(waiting, 6, none)).state.step.name).toBe('keysUnsampled');
  });
});
