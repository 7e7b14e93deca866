import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  damageNotRefused,
  filled,
  offsetView,
  otherChat,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import { generateIdentityKeyPair, type IdentityKeyPair } from '../identity/identity-key-pair.ts';
import { isNewerAdmission, verifyAdmission, type Admission } from './admission.ts';
import { signAdmission } from './sign-admission.ts';

let host: IdentityKeyPair;
let guest: IdentityKeyPair;
let admission: Admission;
let signature: Uint8Array;

beforeAll(async () => {
  host = await generateIdentityKeyPair({ random: seededRandom(1) });
  guest = await generateIdentityKeyPair({ random: seededRandom(5) });
  admission = {
    meetingId: chat,
    sequence: 3,
    guestSessionId: bob,
    guestIdentityKey: guest.publicKey,
    epochHash: filled(32, 3),
    decision: 'admitted',
    host: { userId: alice, deviceId: alicePhone },
  };
  signature = await signAdmission({ admission, identitySeed: host.seed });
});

const verify = (part: Partial<Admission>, bytes = signature, hostKey = host.publicKey) =>
  verifyAdmission({ admission: { ...admission, ...part }, signature: bytes, hostKey });

describe('An admission', () => {
  it('holds for exactly this guest, key, meeting, epoch, decision and host', async () => {
    await verify({}, offsetView(signature));
    const other: Partial<Admission>[] = [
      { meetingId: otherChat },
      { sequence: 4 },
      { guestSessionId: alice },
      { guestIdentityKey: host.publicKey },
      { epochHash: filled(32, 4) },
      { decision: 'removed' },
      { host: { userId: bob, deviceId: alicePhone } },
      { host: { userId: alice, deviceId: bobLaptop } },
    ];
    for (const part of other) {
      expect([part, await refusal(() => verify(part))]).toEqual([part, 'bad_signature']);
    }
    expect(await refusal(() => verify({}, signature, guest.publicKey))).toBe('bad_signature');
    expect(await damageNotRefused(signature, (copy) => verify({}, copy), 'bad_signature')).toEqual(
      [],
    );
  });

  it('is not made of malformed parts', async () => {
    const wrong: [Partial<Admission>, string][] = [
      [{ decision: 'maybe' as 'admitted' }, 'bad_encoding'],
      [{ guestIdentityKey: filled(33, 0) }, 'bad_key'],
      [{ meetingId: 'x' }, 'bad_encoding'],
      [{ sequence: 0 }, 'bad_encoding'],
      [{ sequence: -1 }, 'RangeError'],
      [{ sequence: 1.5 }, 'RangeError'],
      [{ epochHash: filled(31, 0) }, 'RangeError'],
    ];
    for (const [part, code] of wrong) {
      const input = { admission: { ...admission, ...part }, identitySeed: host.seed };
      expect(await refusal(() => signAdmission(input))).toBe(code);
      expect(await refusal(() => verify(part))).toBe(code);
    }
  });

  it('gives way to a higher sequence, and at the same to a removal', async () => {
    const removed: Admission = { ...admission, decision: 'removed' };
    const later: Admission = { ...admission, sequence: 4 };
    const newer: [Admission, Admission, boolean][] = [
      [later, removed, true],
      [removed, later, false],
      [removed, admission, true],
      [admission, removed, false],
      [admission, admission, false],
      [removed, removed, false],
    ];
    for (const [a, b, expected] of newer) expect(isNewerAdmission(a, b)).toBe(expected);
    for (const part of [{ meetingId: otherChat }, { guestSessionId: alice }]) {
      expect(await refusal(() => isNewerAdmission(admission, { ...admission, ...part }))).toBe(
        'bad_encoding',
      );
    }
  });
});
