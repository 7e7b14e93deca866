/** Records and messages that version 1 of the stored form made: they open, and are made again byte for byte. */
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../src/encoding/hex.ts';
import { fromUtf8, utf8 } from '../../src/encoding/text.ts';
import { seededRandom } from '../building/builders.ts';
import { pair, type Device } from './devices.ts';
import golden from './golden-v1.json' with { type: 'json' };

const recordOf = (device: Device): string =>
  toHex([...device.stores.kept.sessions.values()][0] ?? new Uint8Array());

/** A conversation with a skipped message, and an unread one at its end. */
async function makeGolden() {
  const { alice, bob, a, b } = await pair(seededRandom(1), 'addresses');
  const skipped = await a.encrypt(utf8('skipped'));
  await b.decrypt(await a.encrypt(utf8('first')));
  for (let i = 0; i < 4; i++) {
    await a.decrypt(await b.encrypt(utf8('b')));
    await b.decrypt(await a.encrypt(utf8('a')));
  }
  const unread = await a.encrypt(utf8('unread'));
  return { alice, bob, a, b, skipped, unread };
}

describe('What version 1 stored', () => {
  it('opens what was unread and what was skipped, and goes on', async () => {
    const { alice, bob, a, b } = await pair(seededRandom(1), 'addresses');
    for (const [device, hex] of [
      [alice, golden.alice],
      [bob, golden.bob],
    ] as const) {
      const { sessions } = device.stores.kept;
      const other = device === alice ? bob : alice;
      sessions.set(`${other.address.name}.${other.address.deviceId}`, fromHex(hex));
    }
    const unread = { type: 'signal', serialized: fromHex(golden.unread) } as const;
    expect(fromUtf8(await b.decrypt(unread))).toBe('unread');
    const skipped = { type: 'preKey', serialized: fromHex(golden.skipped) } as const;
    expect(fromUtf8(await b.decrypt(skipped))).toBe('skipped');
    expect(fromUtf8(await a.decrypt(await b.encrypt(utf8('on'))))).toBe('on');
  });

  it('is made again, byte for byte', async () => {
    const { alice, bob, skipped, unread } = await makeGolden();
    expect({
      alice: recordOf(alice),
      bob: recordOf(bob),
      skipped: toHex(skipped.serialized),
      unread: toHex(unread.serialized),
    }).toEqual(golden);
  });
});
