import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  damageNotRefused,
  filled,
  offsetView,
  otherChat,
  refusal,
} from '../../test/building/builders.ts';
import {
  add,
  carol,
  create,
  dave,
  findDeviceKey,
  group,
  history,
  keys,
  newLog,
  remove,
  roles,
  setRole,
  withDeviceKeys,
  write,
  type Change,
} from '../../test/building/group-history.ts';
import { concatBytes } from '../encoding/bytes.ts';
import { toHex } from '../encoding/hex.ts';
import { signLabelled } from '../identity/sign-labelled.ts';
import { parseGroupEntry, type GroupEntry } from './group-entry.ts';
import { frame } from '../encoding/frame.ts';
import { uuidBytes } from '../encoding/uuid.ts';
import { sha256 } from '../primitives/sha2.ts';
import { groupIdFor } from './group-id.ts';
import { GroupLog, maxGroupLogEntries, verifyGroupLog } from './group-log.ts';
import type { SignedGroupEntry } from './sign-group-entry.ts';

withDeviceKeys();

describe('A group log', () => {
  it('follows additions, removals, roles and leaving', async () => {
    const { log, state } = await history(
      [alice, add(bob, 'admin')],
      [bob, add(carol)],
      [alice, add(dave)],
      [alice, setRole(carol, 'admin')],
      [bob, setRole(bob, 'member')],
      [dave, remove(dave)],
      [alice, remove(alice)],
    );

    expect(roles(state)).toEqual({ bob: 'member', carol: 'admin' });
    expect(state.epoch).toBe(8);
    expect(state.heads).toEqual([state.epochHash]);
    expect(await log.knowsEpoch(state.epochHash)).toBe(true);
    expect(await log.knowsEpoch(filled(32, 1))).toBe(false);
    expect(await log.knowsEpoch((await create()).hash)).toBe(true);
    expect(await newLog().knowsEpoch((await create()).hash)).toBe(false);
  });

  it('refuses what the author may not do in the state before the entry', async () => {
    const { log, state } = await history([alice, add(bob)], [alice, add(carol, 'admin')]);
    const wrong: [string, string, Change][] = [
      ['a member adds', bob, add(dave)],
      ['a member removes', bob, remove(alice)],
      ['a member promotes itself', bob, setRole(bob, 'admin')],
      ['a stranger adds itself', dave, add(dave, 'admin')],
      ['a stranger leaves', dave, remove(dave)],
      ['one is added twice', alice, add(bob)],
      ['a stranger is removed', alice, remove(dave)],
      ['a stranger is promoted', alice, setRole(dave, 'admin')],
      ['a role does not change', alice, setRole(carol, 'admin')],
      ['a junior removes a senior', carol, remove(alice)],
      ['a junior demotes a senior', carol, setRole(alice, 'member')],
    ];
    for (const [what, author, change] of wrong) {
      const entry = await write(author, change, state);
      expect([what, await refusal(() => log.append(entry))]).toEqual([what, 'not_permitted']);
    }
    expect(await log.state()).toEqual(state);

    const after = await log.append(await write(alice, remove(carol), state));
    const late = await write(carol, add(dave), after);
    expect(await refusal(() => log.append(late))).toBe('not_permitted');
    const second = await log.append(await write(alice, setRole(bob, 'admin'), after));
    const demoted = await log.append(await write(alice, setRole(alice, 'member'), second));
    const byDemoted = await write(alice, add(dave), demoted);
    expect(await refusal(() => log.append(byDemoted))).toBe('not_permitted');
  });

  it('refuses another group, a gap, an unknown entry before, a second beginning', async () => {
    const { log, state } = await history([alice, add(bob)]);
    const unknown = [filled(32, 9)];
    const wrong: [string, SignedGroupEntry][] = [
      ['another group', await write(alice, add(carol), state, { groupId: otherChat })],
      ['a gap', await write(alice, add(carol), { ...state, epoch: 5 })],
      ['unknown before', await write(alice, add(carol), { ...state, previous: unknown })],
      ['a second beginning', await create(bob)],
    ];
    for (const [what, entry] of wrong) {
      expect([what, await refusal(() => log.append(entry))]).toEqual([what, 'chain_broken']);
    }
    const orphan = await write(alice, add(carol), state);
    expect(await refusal(() => newLog().append(orphan))).toBe('chain_broken');
    expect(await refusal(() => newLog().state())).toBe('chain_broken');
    const both = [state.heads[0] ?? filled(32, 0), (await create()).hash];
    const sorted = both.sort((a, b) => (toHex(a) < toHex(b) ? -1 : 1));
    const withAncestor = await write(alice, add(carol), { ...state, previous: sorted });
    expect(await refusal(() => log.append(withAncestor))).toBe('chain_broken');
  });

  it('refuses other signers, and every byte flipped, cut or added', async () => {
    const { log, state } = await history([alice, add(bob, 'admin')]);
    const { body, signature, hash } = await write(bob, add(carol), state);
    const append = (part: Partial<SignedGroupEntry>) => log.append({ body, signature, ...part });
    const asAlice = await signLabelled({
      seed: keys.get(alicePhone)?.seed ?? filled(32, 0),
      label: 'group-entry',
      fields: [body],
    });
    expect(await refusal(() => append({ signature: asAlice }))).toBe('bad_signature');
    const foreign = await write(bob, add(carol), state, {
      author: { userId: bob, deviceId: alicePhone },
    });
    expect(await refusal(() => log.append(foreign))).toBe('bad_key');
    expect(
      await damageNotRefused(signature, (copy) => append({ signature: copy }), 'bad_signature'),
    ).toEqual([]);
    const codes = new Set<string>();
    for (let i = 0; i < body.length; i++) {
      const copy = Uint8Array.from(body);
      copy[i] = (copy[i] ?? 0) ^ (1 << (i % 8));
      codes.add(await refusal(() => append({ body: copy })));
      codes.add(await refusal(() => append({ body: body.slice(0, i) })));
    }
    expect([...codes].sort((a, b) => (a < b ? -1 : 1))).toEqual([
      'bad_encoding',
      'bad_key',
      'bad_signature',
      'chain_broken',
    ]);
    const after = await log.append({ body: offsetView(body), signature: offsetView(signature) });
    expect(after.epochHash).toEqual(hash);
    expect(await append({})).toEqual(after);
  });

  it('is not made of malformed entries', async () => {
    const { state } = await history();
    const wrong: Partial<GroupEntry>[] = [
      { epoch: 0 },
      { epoch: 1 },
      { epoch: 0x1_0000_0000 },
      { epoch: Number.MAX_SAFE_INTEGER },
      { action: 'create', epoch: 1, role: 'admin', subject: alice, previous: [] },
      {
        action: 'create',
        epoch: 1,
        role: 'admin',
        subject: alice,
        previous: [filled(32, 1), filled(32, 2)],
      },
      { role: null },
      { action: 'remove', role: 'member' },
      { action: 'create' },
      { action: 'create', epoch: 1, role: 'member', subject: alice },
      { action: 'create', epoch: 1, role: 'admin', subject: bob },
      { action: 'set-role', role: null },
      { action: 'rename' as GroupEntry['action'] },
      { role: 'owner' as GroupEntry['role'] },
      { previous: [] },
      { previous: Array.from({ length: 9 }, (_, i) => filled(32, i + 1)) },
      { previous: [filled(32, 2), filled(32, 1)] },
      { previous: [filled(32, 1), filled(32, 1)] },
      { subject: alice.toUpperCase() },
    ];
    for (const part of wrong) {
      expect([part, await refusal(() => write(alice, add(bob), state, part))]).toEqual([
        part,
        'bad_encoding',
      ]);
    }
    const eight = Array.from({ length: 8 }, (_, i) => filled(32, i));
    const { body } = await write(alice, add(bob), state, { previous: eight });
    expect(parseGroupEntry(body).previous).toEqual(eight);
    const last = await write(alice, add(bob), state, { epoch: 0xffff_ffff });
    expect(parseGroupEntry(last.body).epoch).toBe(0xffff_ffff);
    const actionAt = 1 + 16 + 8 + 1 + 8 * 32;
    const roleAt = actionAt + 1 + 16;
    for (const [offset, value] of [
      [actionAt, 4],
      [roleAt, 3],
      [roleAt, 0],
      [1 + 16 + 8, 9],
    ] as const) {
      const copy = Uint8Array.from(body);
      copy[offset] = value;
      expect([offset, await refusal(() => parseGroupEntry(copy))]).toEqual([
        offset,
        'bad_encoding',
      ]);
    }
    const nine = concatBytes(body.subarray(0, 25), filled(1, 9), filled(32, 0), body.subarray(26));
    nine.set(filled(32, 9), actionAt);
    expect(await refusal(() => parseGroupEntry(nine))).toBe('bad_encoding');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 160 }), async (bytes) => {
        expect(await refusal(() => parseGroupEntry(bytes))).toBe('bad_encoding');
      }),
    );
  });
});

describe('A group id', () => {
  it('belongs to one beginning: nonce, user and device', async () => {
    const nonce = filled(32, 7);
    const author = { userId: alice, deviceId: alicePhone };
    const id = await groupIdFor({ nonce, author });
    const framed = frame('sotto/v1/group-id', [nonce, uuidBytes(alice), uuidBytes(alicePhone)]);
    expect(toHex(uuidBytes(id))).toBe(toHex(await sha256(framed)).slice(0, 32));

    for (const groupId of [otherChat, id]) {
      const first = await create(alice, { groupId });
      const refused = await refusal(() => new GroupLog(groupId, findDeviceKey).append(first));
      expect([groupId, refused]).toEqual([groupId, 'chain_broken']);
    }
    const byBob = await create(bob);
    expect(await refusal(() => newLog().append(byBob))).toBe('chain_broken');
    expect(await refusal(() => create().then((first) => newLog().append(first)))).toBe('accepted');
    expect(await refusal(() => groupIdFor({ nonce: filled(31, 7), author }))).toBe('RangeError');
  });
});

describe('A long log', () => {
  it('takes so many entries and no more', async () => {
    const log = new GroupLog(group, findDeviceKey, 2);
    const first = await create();
    const state = await log.append(first);
    const second = await log.append(await write(alice, add(bob), state));

    const third = await write(alice, add(carol), second);

    expect(await refusal(() => log.append(third))).toBe('too_large');
    expect(await log.append(first)).toEqual(second);
    expect(() => new GroupLog(group, findDeviceKey, maxGroupLogEntries + 1)).toThrow(RangeError);
  });

  it('verifies, and gives the thread back meanwhile', async () => {
    const steps: [string, Change][] = Array.from({ length: 60 }, (_, i) => [
      alice,
      i % 2 === 0 ? add(bob) : remove(bob),
    ]);
    const { state } = await history(...steps);
    const entries: SignedGroupEntry[] = [await create()];
    let at = { epoch: 1, previous: [entries[0]?.hash ?? filled(32, 0)] };
    for (const [author, change] of steps) {
      const entry = await write(author, change, at);
      entries.push(entry);
      at = { epoch: at.epoch + 1, previous: [entry.hash] };
    }

    const log = await verifyGroupLog({ groupId: group, entries, findDeviceKey });

    expect(await log.state()).toEqual(state);
    const late = await write(alice, add(carol), {
      epoch: 1,
      previous: [entries[0]?.hash ?? filled(32, 0)],
    });
    expect(roles(await log.append(late))).toEqual({ alice: 'admin', carol: 'member' });
  });
});
