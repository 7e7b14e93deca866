import { describe, expect, it } from 'vitest';
import { refusal, seededRandom } from '../../test/building/builders.ts';
import { pair, type Device } from '../../test/session/devices.ts';
import { toHex } from '../encoding/hex.ts';
import { utf8 } from '../encoding/text.ts';
import { loadState, parseSessionRecord, type SessionState } from './session-state.ts';

/** The session as it is stored, once. */
function storedState(device: Device, other: Device): SessionState {
  const { name, deviceId } = other.address;
  const record = parseSessionRecord(device.stores.kept.sessions.get(`${name}.${deviceId}`));
  if (!record.current) throw new Error('no session');
  expect(record.archived).toEqual([]);
  return loadState(record.current);
}

describe.each(['pqxdh', 'spqr', 'addresses'] as const)('A message received (%s)', (version) => {
  it('opens once, in order, late or early', async () => {
    const { a, b } = await pair(seededRandom(111), version);
    await b.decrypt(await a.encrypt(utf8('first')));
    const [one, two, three] = [
      await a.encrypt(utf8('1')),
      await a.encrypt(utf8('2')),
      await a.encrypt(utf8('3')),
    ];
    for (const message of [two, one, three]) {
      expect(await refusal(() => b.decrypt(message))).toBe('accepted');
      expect(await refusal(() => b.decrypt(message))).toBe('open_failed');
    }
    for (const message of [one, two, three])
      expect(await refusal(() => b.decrypt(message))).toBe('open_failed');
  });

  it('leaves no key behind that would open it again', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(112), version);
    await b.decrypt(await a.encrypt(utf8('first')));
    const before = storedState(bob, alice).receivers;
    const late = await a.encrypt(utf8('late'));

    await b.decrypt(await a.encrypt(utf8('early')));

    const [chain] = storedState(bob, alice).receivers;
    expect([before[0]?.index, chain?.index]).toEqual([1, 3]);
    expect(chain?.kept.map(({ counter }) => counter)).toEqual([1]);
    expect(toHex(chain?.chainKey ?? utf8(''))).not.toBe(toHex(before[0]?.chainKey ?? utf8('')));
    await b.decrypt(late);
    expect(storedState(bob, alice).receivers).toEqual([{ ...chain, kept: [] }]);
  });

  it('gives a new ratchet key with each answer, and new chains', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(113), version);
    await b.decrypt(await a.encrypt(utf8('first')));
    const first = storedState(bob, alice);
    await a.decrypt(await b.encrypt(utf8('answer')));
    await b.decrypt(await a.encrypt(utf8('second')));

    const second = storedState(bob, alice);

    const parts = (state: SessionState) => [
      toHex(state.rootKey),
      toHex(state.sender.chainKey),
      toHex(state.sender.ratchetKeyPair.publicKey),
      ...state.receivers.map(({ ratchetKey }) => toHex(ratchetKey)),
    ];
    expect(second.receivers.map(({ index }) => index)).toEqual([1, 1]);
    expect(new Set([...parts(first), ...parts(second)]).size).toBe(8);
    expect([second.previousCounter, second.sender.index]).toEqual([1, 0]);
    expect(storedState(alice, bob).pendingPreKey).toBeUndefined();
  });
});
