import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  alice,
  alicePhone,
  bob,
  bobLaptop,
  chat,
  damageNotRefused,
  filled,
  messageId,
  refusal,
  seededRandom,
} from '../../test/building/builders.ts';
import {
  asRecipient,
  asSender,
  changeKey,
  chatPassword,
  openAs,
  testDevice,
  type TestDevice,
} from '../../test/building/vault-account.ts';
import { changeVaultKey, maxFormerVaultKeys } from './change-vault-key.ts';
import { createVault, type CreatedVault } from './create-vault.ts';
import { openVaultWithKey, openVaultWithPassword, openVaultWithRecoveryKey } from './open-vault.ts';
import { sealVault, type SealedVault } from './sealed-vault.ts';

let created: CreatedVault;
let phone: TestDevice;
let laptop: TestDevice;
let changed: { vaultKey: Uint8Array; sealedVault: SealedVault };

beforeAll(async () => {
  created = await createVault({ userId: alice, chatPassword, random: seededRandom(1) });
  phone = await testDevice(alicePhone, 11);
  laptop = await testDevice(bobLaptop, 13);
  changed = await changeKey(created, [phone, laptop]);
});

const withKey = (sealedVault: SealedVault) =>
  openVaultWithKey({ userId: alice, vaultKey: changed.vaultKey, sealedVault });
const opens = (sealedVault: SealedVault) => refusal(() => openAs(laptop, sealedVault, [phone]));

describe('Parts of a changed vault', () => {
  it('do not open with those of another version or user', async () => {
    const later = await changeKey(changed, [phone, laptop]);
    const bobs = await createVault({ userId: bob, chatPassword, random: seededRandom(3) });
    const bobsPhone = await testDevice(alicePhone, 11, { userId: bob });
    const { deviceWraps: ofBob } = (await changeKey(bobs, [bobsPhone], { userId: bob }))
      .sealedVault;
    const { sealedVault } = changed;
    const { deviceWraps: _, ...stripped } = sealedVault;
    const mixed: Record<string, SealedVault> = {
      'no device wraps': stripped,
      'an empty list': { ...sealedVault, deviceWraps: filled(0, 0) },
      'device wraps of another user': { ...sealedVault, ...(ofBob && { deviceWraps: ofBob }) },
      'the password wrap before': {
        ...sealedVault,
        passwordWrap: created.sealedVault.passwordWrap,
      },
      'the recovery wrap before': {
        ...sealedVault,
        recoveryWrap: created.sealedVault.recoveryWrap,
      },
      'the password wrap after': { ...sealedVault, passwordWrap: later.sealedVault.passwordWrap },
      'the recovery wrap after': { ...sealedVault, recoveryWrap: later.sealedVault.recoveryWrap },
      'swapped wraps': {
        ...sealedVault,
        passwordWrap: sealedVault.recoveryWrap,
        recoveryWrap: sealedVault.passwordWrap,
      },
      'the body before': { ...sealedVault, body: created.sealedVault.body },
      'the version before': { ...sealedVault, version: 1 },
      'the version after': { ...sealedVault, version: 3 },
    };
    const { recoveryKey } = created;
    for (const [what, vault] of Object.entries(mixed)) {
      const input = { userId: alice, sealedVault: vault };
      const got = [
        await refusal(() => openVaultWithPassword({ ...input, chatPassword })),
        await refusal(() => openVaultWithRecoveryKey({ ...input, recoveryKey })),
        await refusal(() => withKey(vault)),
        await opens(vault),
      ];
      expect([what, ...got]).toEqual([what, ...Array<string>(4).fill('open_failed')]);
    }
    const input = { userId: bob, sealedVault };
    expect(await refusal(() => openVaultWithPassword({ ...input, chatPassword }))).toBe(
      'open_failed',
    );
  });

  it('do not open with any byte flipped, cut or added', { timeout: 120_000 }, async () => {
    const { sealedVault } = changed;
    const deviceWraps = sealedVault.deviceWraps ?? filled(0, 0);
    for (const [name, part] of Object.entries({ ...sealedVault, deviceWraps })) {
      if (!(part instanceof Uint8Array)) continue;
      const damaged = (bytes: Uint8Array) => withKey({ ...sealedVault, [name]: bytes });
      expect([name, await damageNotRefused(part, damaged)]).toEqual([name, []]);
    }
  });

  it('take device wraps of 65,536 bytes, and none that are longer', async () => {
    const { sealedVault, vaultKey } = changed;
    const contents = await withKey(sealedVault);
    const { version, kdf } = sealedVault;
    const withLength = async (length: number) => {
      const wraps = { ...sealedVault, deviceWraps: filled(length, 1) };
      const place = { userId: alice, version, kdf };
      const vault = await sealVault(place, wraps, vaultKey, contents);
      return refusal(() => withKey(vault));
    };

    expect(await withLength(65_536)).toBe('accepted');
    expect(await withLength(65_537)).toBe('open_failed');
  });

  it('keep 160 former keys, the newest, in a body below 8 KiB', async () => {
    const { sealedVault, vaultKey } = changed;
    const { version, kdf } = sealedVault;
    const contents = await withKey(sealedVault);
    const numbered = Array.from({ length: 170 }, (_, index) => filled(32, index));
    const after = async (count: number) => {
      const formerVaultKeys = numbered.slice(0, count);
      const kept = { ...contents, formerVaultKeys };
      const place = { userId: alice, version, kdf };
      const full = await sealVault(place, sealedVault, vaultKey, kept);
      const next = await changeKey({ vaultKey, sealedVault: full }, [phone]);
      expect(next.sealedVault.body.length).toBeLessThan(8_192);
      return (await openAs(phone, next.sealedVault, [phone])).contents.formerVaultKeys;
    };

    expect(maxFormerVaultKeys).toBe(160);
    expect(await after(159)).toEqual([...numbered.slice(0, 159), vaultKey]);
    expect(await after(160)).toEqual([...numbered.slice(1, 160), vaultKey]);
    expect(await after(170)).toEqual([...numbered.slice(11), vaultKey]);
  });

  it('are made for 49 devices with hybrid keys, and for no more', { timeout: 60_000 }, async () => {
    const id = (index: number) => `0a1b2c3d-0000-4000-8000-0000000001${index + 10}`;
    const recipients = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...asRecipient(phone), deviceId: id(index) }));
    const change = (count: number) =>
      changeVaultKey({
        userId: alice,
        ...created,
        chatPassword,
        contents: { accountSeed: filled(32, 1), anchor: { version: 2, hash: filled(32, 2) } },
        sender: asSender(phone),
        recipients: recipients(count),
      });

    const { sealedVault } = await change(49);
    expect(sealedVault.deviceWraps?.length).toBe(11 + 49 * 1_330);
    expect(await refusal(() => change(50))).toBe('too_large');
  });
});

it('All that opens a vault opens it to one key, however often and by whom it was changed', async () => {
  const ids = [alicePhone, bobLaptop, messageId, chat];
  const device = fc.record({ seed: fc.integer({ min: 1, max: 1_000 }), hybrid: fc.boolean() });
  const changes = fc.array(fc.array(device, { minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  });
  await fc.assert(
    fc.asyncProperty(changes, async (rounds) => {
      const former: Uint8Array[] = [];
      let now: { vaultKey: Uint8Array; sealedVault: SealedVault } = created;
      for (const round of rounds) {
        const devices = await Promise.all(
          round.map(({ seed, hybrid }, index) => testDevice(ids[index] ?? '', seed, { hybrid })),
        );
        const [sender, ...others] = devices;
        if (!sender) throw new Error('no device');
        former.push(now.vaultKey);
        now = await changeKey(now, [sender, ...others]);
        const { sealedVault, vaultKey } = now;
        const { recoveryKey } = created;
        const opened = [
          await openVaultWithPassword({ userId: alice, chatPassword, sealedVault }),
          await openVaultWithRecoveryKey({ userId: alice, recoveryKey, sealedVault }),
        ];
        for (const one of devices) opened.push(await openAs(one, sealedVault, [sender]));
        for (const one of opened) {
          expect(one.vaultKey).toEqual(vaultKey);
          expect(one.contents.formerVaultKeys).toEqual(former);
        }
      }
    }),
    { numRuns: 5 },
  );
});
