import { expect, it } from 'vitest';
import { maxSessionMessageBytes, systemRandom } from '../../src/index.ts';
import { ratchetEncrypt } from '../../src/session/ratchet-encrypt.ts';
import { loadState, parseSessionRecord } from '../../src/session/session-state.ts';
import { filled, refusal } from '../building/builders.ts';
import { pair } from './devices.ts';

it('A message that is longer than any client sends is not opened', async () => {
  const { alice, bob, a, b } = await pair(systemRandom);
  await b.decrypt(await a.encrypt(filled(1, 1)));
  await a.decrypt(await b.encrypt(filled(1, 2)));
  const [session] = alice.stores.kept.sessions.values();
  const { current } = parseSessionRecord(session);
  if (!current) throw new Error('there is no session');
  const received = async (length: number) => {
    const { message } = await ratchetEncrypt({
      state: loadState(current),
      plaintext: filled(length, 3),
      sender: alice.address,
      recipient: bob.address,
      random: systemRandom,
    });
    return refusal(() => b.decrypt({ type: 'signal', serialized: message }));
  };

  expect(await received(maxSessionMessageBytes + 1)).toBe('open_failed');
  expect(await received(maxSessionMessageBytes + 16)).toBe('open_failed');
  expect(await received(maxSessionMessageBytes)).toBe('accepted');
});
