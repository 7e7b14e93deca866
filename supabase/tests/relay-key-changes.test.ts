/** A removal with another account key and another vault: all of it is stored, or nothing. */
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { limits } from '@sotto/protocol';
import { accountState, recordedLines } from './account-state.ts';
import { newAccount } from './account-with-devices.ts';
import type { Account, Device } from './account-with-devices.ts';
import { oneBehindTheOther } from './wait-for-lock.ts';
import { addSession, base64, call, newDevice, newLink, newManifest, newVault } from './world.ts';

let database: TestDatabase;
let client: pg.Client;
let other: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  other = new pg.Client(database.databaseUrl);
  await client.connect();
  await other.connect();
});

afterAll(async () => {
  await other.end();
  await client.end();
  await database.drop();
});

let ada: Account;
/** Without the phone, under a new account key. */
let succession: ReturnType<typeof newManifest>;
let newKey: string;
let nextVault: object;

const changedVault = (version: number) => ({ ...newVault(version), deviceWraps: base64(2800) });

const succeeding = (accountKey: string, former: string, after = ada.head) =>
  newManifest(after.version + 1, accountKey, after.hash, former);

beforeEach(async () => {
  ada = await newAccount(client);
  await putVault(ada.laptop, newVault(1));
  newKey = base64(33);
  succession = succeeding(newKey, ada.accountKey);
  nextVault = changedVault(2);
});

const putVault = (as: Device, vault: object, connection = client) =>
  call(connection, 'relay_put_vault', {
    p_user: ada.userId,
    p_session: as.sessionId,
    p_vault: vault,
  });

interface Publication {
  as?: Device;
  devices?: object[];
  manifest?: object;
  vault?: object | undefined;
  connection?: pg.Client;
}

const publish = (publication: Publication = {}) =>
  call<{ isActive: boolean }[]>(publication.connection ?? client, 'relay_publish_manifest', {
    p_user: ada.userId,
    p_device: (publication.as ?? ada.laptop).deviceId,
    p_manifest: publication.manifest ?? succession,
    p_devices: JSON.stringify(
      (publication.devices ?? [ada.laptop]).map((device) => ({ ...device, name: undefined })),
    ),
    ...('vault' in publication
      ? publication.vault && { p_vault: publication.vault }
      : { p_vault: nextVault }),
  });

const stored = () => accountState(client, ada.userId);
const recorded = (action: string) => recordedLines(client, ada.userId, action);

describe('A removal that changes keys', () => {
  test('stores manifest, account key and vault, and records it', async () => {
    const answer = await publish();

    expect(answer).toMatchObject([{ isActive: true }, { isActive: false }]);
    expect(await stored()).toEqual({
      accountKey: newKey,
      manifest: 3,
      vault: nextVault,
      active: 1,
    });
    expect(await recorded('account_key_changed')).toEqual([
      { device_id: ada.laptop.deviceId, detail: { manifest: 3 } },
    ]);
    expect(await recorded('vault_changed')).toEqual([
      {
        device_id: ada.laptop.deviceId,
        detail: { manifest: 3, version: 2, passwordWrap: true, recoveryWrap: true },
      },
    ]);
    expect(await recorded('device_revoked')).toHaveLength(1);
  });

  test('is answered alike when repeated, with the same vault alone, and stored once', async () => {
    const answer = await publish();

    expect(await publish()).toEqual(answer);
    await expect(publish({ vault: changedVault(2) })).rejects.toMatchObject({
      code: 'PT409',
      message: 'other_vault',
    });
    await expect(publish({ vault: changedVault(3) })).rejects.toMatchObject({ code: 'PT409' });
    await expect(publish({ vault: undefined })).rejects.toMatchObject({ code: 'PT400' });
    expect(await recorded('account_key_changed')).toHaveLength(1);
    expect(await recorded('vault_changed')).toHaveLength(1);
    expect(await stored()).toMatchObject({ manifest: 3, vault: nextVault });
  });

  test.each<[string, () => Publication, string]>([
    ['a vault of the stored version', () => ({ vault: changedVault(1) }), 'PT409'],
    ['a vault two versions on', () => ({ vault: changedVault(3) }), 'PT409'],
    ['a vault that is too large', () => ({ vault: { ...nextVault, body: base64(8193) } }), 'PT400'],
    ['a vault without its parts', () => ({ vault: { version: 2 } }), 'PT400'],
    ['no vault', () => ({ vault: undefined }), 'PT400'],
    [
      'a stale manifest',
      () => ({ manifest: newManifest(2, newKey, ada.head.previousHash, ada.accountKey) }),
      'PT409',
    ],
    [
      'a manifest after another one',
      () => ({ manifest: newManifest(3, newKey, base64(32), ada.accountKey) }),
      'PT409',
    ],
    [
      'another key than the pinned one as the former',
      () => ({ manifest: succeeding(newKey, base64(33)) }),
      'PT409',
    ],
    [
      'another account key without a former one',
      () => ({ manifest: newManifest(3, newKey, ada.head.hash) }),
      'PT409',
    ],
    [
      'the same key as its own successor',
      () => ({ manifest: succeeding(ada.accountKey, ada.accountKey) }),
      'PT400',
    ],
    ['the removal of the caller', () => ({ devices: [ada.phone] }), 'PT400'],
    ['the device of somebody else', () => ({ devices: [ada.laptop, newDevice(9)] }), 'PT400'],
  ])('with %s stores nothing', async (_, publication, code) => {
    const before = await stored();

    await expect(publish(publication())).rejects.toMatchObject({ code });

    expect(await stored()).toEqual(before);
    expect(await recorded('account_key_changed')).toEqual([]);
    expect(await publish()).toHaveLength(2);
  });

  test('does not change the vault already stored without the next version', async () => {
    const same = { ...newVault(2), deviceWraps: base64(100) };
    await putVault(ada.laptop, same);

    await expect(publish({ vault: same })).rejects.toMatchObject({
      code: 'PT409',
      message: 'stale_vault',
    });
    expect(await stored()).toMatchObject({ manifest: 2, vault: same, accountKey: ada.accountKey });
  });

  test('needs an account that has a vault, and a session that lives', async () => {
    await client.query('delete from public.account_vaults where user_id = $1', [ada.userId]);
    for (const version of [1, 2]) {
      await expect(publish({ vault: changedVault(version) })).rejects.toMatchObject({
        code: 'PT409',
      });
    }
    await client.query('delete from auth.sessions where id = $1', [ada.laptop.sessionId]);
    await expect(publish()).rejects.toMatchObject({ code: 'PT403', message: 'session_ended' });
    expect(await stored()).toMatchObject({ manifest: 2, vault: null });
  });

  test('ends links that were answered under the former key, and no others', async () => {
    const link = async (answered: boolean) => {
      const { linkId } = newLink();
      const session = await addSession(client, ada.userId);
      await call(client, 'relay_create_device_link', {
        p_user: ada.userId,
        p_session: session,
        p_link: { ...newLink(), linkId },
      });
      const answer = {
        p_user: ada.userId,
        p_device: ada.laptop.deviceId,
        p_link: linkId,
        p_answer: {
          identityKey: ada.laptop.identityKey,
          accountKey: ada.accountKey,
          nonce: base64(32),
        },
      };
      if (answered) await call(client, 'relay_answer_device_link', answer);
      return {
        answer,
        read: () =>
          call(client, 'relay_get_device_link', {
            p_user: ada.userId,
            p_session: session,
            p_link: linkId,
          }),
      };
    };
    const [answered, open] = [await link(true), await link(false)];

    await publish();

    await expect(answered.read()).rejects.toMatchObject({ code: 'PT410' });
    expect(await open.read()).toMatchObject({ state: 'open' });
    await expect(call(client, 'relay_answer_device_link', open.answer)).rejects.toMatchObject({
      code: 'PT403',
      message: 'other_keys',
    });
    const right = { ...open.answer.p_answer, accountKey: newKey };
    expect(
      await call(client, 'relay_answer_device_link', { ...open.answer, p_answer: right }),
    ).toMatchObject({ state: 'answered', answer: { accountKey: newKey } });
  });
});

describe('After it', () => {
  test('the new key alone continues the chain, and may be succeeded in turn', async () => {
    await publish();
    const next = (key: string, former?: string) => newManifest(4, key, succession.hash, former);

    for (const manifest of [
      next(ada.accountKey),
      next(ada.accountKey, ada.accountKey),
      next(base64(33), ada.accountKey),
      next(base64(33)),
    ]) {
      await expect(publish({ manifest, vault: changedVault(3) })).rejects.toMatchObject({
        code: expect.stringMatching(/^PT4(00|09)$/),
      });
    }
    expect(await stored()).toMatchObject({ manifest: 3, accountKey: newKey });
    const fourth = next(newKey);
    await publish({ manifest: fourth, vault: undefined });
    const third = base64(33);
    await publish({ manifest: newManifest(5, third, fourth.hash, newKey), vault: changedVault(3) });
    expect(await stored()).toMatchObject({ manifest: 5, accountKey: third, vault: { version: 3 } });
  });

  test('a device is registered under the new key; none brings a key of its own', async () => {
    await publish();
    const register = async (manifest: object) => {
      const device = newDevice(3);
      return await call(client, 'relay_register_device', {
        p_user: ada.userId,
        p_session: await addSession(client, ada.userId),
        p_device: device,
        p_manifest: manifest,
      });
    };

    for (const manifest of [
      newManifest(4, ada.accountKey, succession.hash),
      newManifest(4, base64(33), succession.hash, newKey),
    ]) {
      await expect(register(manifest)).rejects.toMatchObject({ code: 'PT409' });
    }
    expect(await register(newManifest(4, newKey, succession.hash))).toMatchObject({
      isActive: true,
    });
  });

  test('an account key without a manifest that names it stays', async () => {
    const pin = (key: string | null) =>
      client.query('update public.profiles set account_key = $2 where user_id = $1', [
        ada.userId,
        key === null ? null : Buffer.from(key, 'base64'),
      ]);

    for (const key of [base64(33), null]) {
      await expect(pin(key)).rejects.toMatchObject({ message: 'account_key_pinned' });
    }
    await publish();
    for (const key of [ada.accountKey, null]) {
      await expect(pin(key)).rejects.toMatchObject({ message: 'account_key_pinned' });
    }
    // A manifest that names it but endorses nothing does not do.
    await publish({ manifest: newManifest(4, newKey, succession.hash), vault: undefined });
    await client.query('begin');
    await client.query('alter table public.profiles disable trigger keep_account_key');
    await pin(ada.accountKey);
    await client.query('alter table public.profiles enable trigger keep_account_key');
    await expect(pin(newKey)).rejects.toMatchObject({ message: 'account_key_pinned' });
    await client.query('rollback');
  });

  test('the account can be deleted; nobody goes on with its chain', async () => {
    await publish();
    await call(client, 'relay_delete_account', {
      p_user: ada.userId,
      p_session: ada.laptop.sessionId,
      p_device: ada.laptop.deviceId,
    });
    await call(client, 'relay_put_profile', {
      p_user: ada.userId,
      p_handle: `q${ada.userId.slice(0, 8)}`,
      p_display_name: 'Again',
      p_avatar_color: 0,
    });

    for (const manifest of [
      newManifest(1, newKey),
      newManifest(4, newKey, succession.hash),
      newManifest(4, base64(33), succession.hash, newKey),
    ]) {
      await expect(
        call(client, 'relay_register_device', {
          p_user: ada.userId,
          p_session: await addSession(client, ada.userId),
          p_device: newDevice(3),
          p_manifest: manifest,
        }),
      ).rejects.toMatchObject({ code: 'PT409' });
    }
    expect(await recorded('account_deleted')).toHaveLength(1);
  });
});

describe('At the same time as a vault of its own', () => {
  const inOrder = (first: () => Promise<unknown>, second: () => Promise<unknown>) =>
    oneBehindTheOther({ client, other, first, second });

  test('the removal that comes second is stale, and stores nothing', async () => {
    const vault = newVault(2);

    const late = await inOrder(
      () => putVault(ada.phone, vault),
      () => publish({ connection: other }),
    );

    expect(late).toMatchObject({ code: 'PT409', message: 'stale_vault' });
    const { accountKey } = ada;
    expect(await stored()).toEqual({ accountKey, manifest: 2, vault, active: 2 });
  });

  test('the vault that comes second is stale', async () => {
    const late = await inOrder(
      () => publish({ devices: [ada.laptop, ada.phone] }),
      () => putVault(ada.phone, newVault(2), other),
    );

    expect(late).toMatchObject({ code: 'PT409', message: 'stale_vault' });
    expect(await stored()).toMatchObject({ manifest: 3, vault: nextVault });
  });

  test('the removed device is refused, though it guessed the version after', async () => {
    const late = await inOrder(
      () => publish(),
      () => putVault(ada.phone, newVault(3), other),
    );

    expect(late).toMatchObject({ code: 'PT403' });
    expect(await stored()).toMatchObject({ vault: nextVault });
  });

  test('a device that goes on storing vaults comes to an end, a removal does not', async () => {
    for (let version = 2; version < limits.vaultsPerDay + 2; version++) {
      await putVault(ada.phone, newVault(version));
    }
    const version = limits.vaultsPerDay + 2;
    const last = (await stored())['vault'] as object;

    await expect(putVault(ada.phone, newVault(version))).rejects.toMatchObject({ code: 'PT429' });
    expect(await putVault(ada.phone, last)).toEqual({ version: version - 1 });
    expect(await putVault(ada.laptop, newVault(version))).toEqual({ version });
    expect(await publish({ vault: changedVault(version + 1) })).toMatchObject([
      { isActive: true },
      { isActive: false },
    ]);
    expect(await putVault(ada.laptop, newVault(version + 2))).toEqual({ version: version + 2 });
  });

  test('of two removals one is stored', async () => {
    const late = await inOrder(
      () => publish(),
      () => publish({ as: ada.phone, devices: [ada.phone], connection: other }),
    );

    expect(late).toMatchObject({ code: 'PT410' });
    expect(await stored()).toMatchObject({ manifest: 3, accountKey: newKey, vault: nextVault });
  });
});
