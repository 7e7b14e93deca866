import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '@sotto/local-supabase/testing';
import type { TestDatabase } from '@sotto/local-supabase/testing';
import { claimedPreKeysSchema, limits } from '@sotto/protocol';
import { onWire } from './on-wire.ts';
import { addDevices, addPair, claimPreKeys, putPreKeys, stockOf } from './prekey-calls.ts';
import type { Claim, Device } from './prekey-calls.ts';
import {
  addPerson,
  addSession,
  base64,
  newDevice,
  newManifest,
  newPreKeys,
  call,
} from './world.ts';

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await createTestDatabase();
  client = new pg.Client(database.databaseUrl);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await database.drop();
});

const put = (device: Device, prekeys: object, connection: pg.Client = client) =>
  putPreKeys(connection, device, prekeys);
const stock = (device: Device) => stockOf(client, device);
const claim = (from: Device, target: Device, connection: pg.Client = client) =>
  claimPreKeys(connection, from, target);
const pair = () => addPair(client);

describe('relay_claim_prekeys', () => {
  test('hands out one of each kind and uses the one-time ones up', async () => {
    const [ada, bob] = await pair();
    const keys = newPreKeys({ oneTime: 2, oneTimeKem: 1 });
    await put(ada, keys);

    const first = await claim(bob, ada);
    const second = await claim(bob, ada);
    const third = await claim(bob, ada);

    expect(claimedPreKeysSchema.safeParse(onWire(first.claimed)).error).toBeUndefined();
    expect(first.claimed).toEqual({
      deviceId: ada.deviceId,
      registrationId: keys.registrationId,
      signedPreKey: keys.signedPreKey,
      kemPreKey: keys.oneTimeKemPreKeys[0],
      oneTimePreKey: keys.oneTimePreKeys[0],
    });
    expect(second.claimed).toMatchObject({
      kemPreKey: keys.lastResortKemPreKey,
      oneTimePreKey: keys.oneTimePreKeys[1],
    });
    expect(third.claimed).toMatchObject({
      kemPreKey: keys.lastResortKemPreKey,
      oneTimePreKey: null,
    });
    expect(await stock(ada)).toMatchObject({ oneTime: 0, oneTimeKem: 0 });
  });

  test('says when few are left', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 21, oneTimeKem: 20 }));

    expect((await claim(bob, ada)).isLow).toBe(false);
    expect((await claim(bob, ada)).isLow).toBe(true);
    const [cleo, dan] = await pair();
    await put(cleo, newPreKeys({ oneTime: 100, oneTimeKem: 6 }));
    expect((await claim(dan, cleo)).isLow).toBe(false);
    expect((await claim(dan, cleo)).isLow).toBe(true);
  });

  test('gives 100 of 200 claims at once a key of their own, and 100 none', async () => {
    const [ada, bob] = await pair();
    const keys = newPreKeys({ oneTime: 100, oneTimeKem: 20 });
    await put(ada, keys);
    const claimers = [bob, ...(await addDevices(client, bob, 19))];
    const connections = await Promise.all(
      claimers.map(async () => {
        const connection = new pg.Client(database.databaseUrl);
        await connection.connect();
        return connection;
      }),
    );

    const tenClaims = async (claimer: Device, connection: pg.Client) => {
      const claims: Claim[] = [];
      while (claims.length < 10) claims.push(await claim(claimer, ada, connection));
      return claims;
    };

    const claims = (
      await Promise.all(connections.map((each, n) => tenClaims(claimers[n] as Device, each)))
    ).flat();
    await Promise.all(connections.map((connection) => connection.end()));

    const oneTime = claims.map(({ claimed }) => claimed.oneTimePreKey?.id);
    const kem = claims.map(({ claimed }) => claimed.kemPreKey.id);
    const lastResort = keys.lastResortKemPreKey.id;
    expect(claims).toHaveLength(200);
    expect(oneTime.filter((id) => id === undefined)).toHaveLength(100);
    expect(new Set(oneTime.filter((id) => id !== undefined)).size).toBe(100);
    expect(kem.filter((id) => id === lastResort)).toHaveLength(180);
    expect(new Set(kem).size).toBe(21);
  });

  test('waits for no claim of another device', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 2, oneTimeKem: 2 }));
    const [tablet] = (await addDevices(client, bob, 1)) as [Device];
    const slow = new pg.Client(database.databaseUrl);
    await slow.connect();
    await slow.query('begin');
    const first = await claim(bob, ada, slow);

    const second = await claim(tablet, ada);

    await slow.query('rollback');
    await slow.end();
    expect(second.claimed.oneTimePreKey?.id).not.toBe(first.claimed.oneTimePreKey?.id);
    expect((await claim(tablet, ada)).claimed.oneTimePreKey).toEqual(first.claimed.oneTimePreKey);
  });

  test('ends for a day after the limit, counted for one device and one target, also at once', async () => {
    const [ada, bob] = await pair();
    const [phone] = (await addDevices(client, ada, 1)) as [Device];
    const [tablet] = (await addDevices(client, bob, 1)) as [Device];
    await put(ada, newPreKeys({ oneTime: 100 }));
    await put(phone, newPreKeys({}));
    const connections = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const connection = new pg.Client(database.databaseUrl);
        await connection.connect();
        return connection;
      }),
    );

    const claims = await Promise.all(connections.map((each) => claim(bob, ada, each)));
    await Promise.all(connections.map((connection) => connection.end()));

    const refused = claims.filter(({ retryAfterMs }) => retryAfterMs !== undefined);
    expect(refused).toHaveLength(30 - limits.preKeyClaimsPerDay);
    const dayMs = 24 * 3_600_000;
    for (const { retryAfterMs } of refused) {
      expect(retryAfterMs).toBeGreaterThan(dayMs - 60_000);
      expect(retryAfterMs).toBeLessThanOrEqual(dayMs);
    }
    expect((await stock(ada)).oneTime).toBe(100 - limits.preKeyClaimsPerDay);
    expect((await claim(tablet, ada)).claimed.deviceId).toBe(ada.deviceId);
    expect((await claim(bob, phone)).claimed.deviceId).toBe(phone.deviceId);
    await client.query(`update private.prekey_claims set at = at - interval '25 hours'`);
    expect((await claim(bob, ada)).claimed.deviceId).toBe(ada.deviceId);
  });

  test('is for people who share a chat, and for the own devices', async () => {
    const [ada, bob] = await pair();
    const [phone] = (await addDevices(client, ada, 1)) as [Device];
    const eve = await addPerson(client);
    await put(ada, newPreKeys({}));

    expect((await claim(phone, ada)).claimed.deviceId).toBe(ada.deviceId);
    await expect(claim(eve, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_device' });
    await expect(claim(bob, { ...ada, userId: bob.userId })).rejects.toMatchObject({
      code: 'PT404',
    });
    await client.query('update public.chat_members set left_seq = 0 where user_id = $1', [
      bob.userId,
    ]);
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_device' });
  });

  test('finds nothing at a device that is revoked or has published too little, and uses up nothing', async () => {
    const [ada, bob] = await pair();
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_prekeys' });
    const { signedPreKey, lastResortKemPreKey, ...rest } = newPreKeys({ oneTime: 1 });
    await put(ada, rest);
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_prekeys' });
    await put(ada, { ...rest, signedPreKey });
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_prekeys' });
    await put(ada, { ...rest, lastResortKemPreKey });
    expect((await stock(ada)).oneTime).toBe(1);
    expect((await claim(bob, ada)).claimed.oneTimePreKey).toEqual(rest.oneTimePreKeys[0]);

    await client.query(
      'update public.devices set is_active = false, revoked_at = now() where id = $1',
      [ada.deviceId],
    );
    await expect(claim(bob, ada)).rejects.toMatchObject({ code: 'PT404', message: 'no_device' });
    await expect(claim(ada, bob)).rejects.toMatchObject({ code: 'PT410' });
  });

  test('is in the record of the one whose keys they were', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 1 }));
    await claim(bob, ada);

    const { rows } = await client.query(
      `select device_id, action, detail from private.audit_events
       where user_id = $1 and action like 'prekeys%' order by id`,
      [ada.userId],
    );

    expect(rows).toEqual([
      {
        device_id: ada.deviceId,
        action: 'prekeys_published',
        detail: { signed: true, lastResort: true, oneTime: 1, oneTimeKem: 0 },
      },
      {
        device_id: ada.deviceId,
        action: 'prekeys_claimed',
        detail: {
          byUserId: bob.userId,
          byDeviceId: bob.deviceId,
          oneTime: true,
          lastResort: true,
        },
      },
    ]);
  });

  test('leaves nothing behind of a deleted account', async () => {
    const [ada, bob] = await pair();
    await put(ada, newPreKeys({ oneTime: 2, oneTimeKem: 2 }));
    await claim(bob, ada);

    await client.query('delete from public.devices where id = $1', [ada.deviceId]);

    for (const table of [
      'public.signed_prekeys',
      'public.kem_prekeys',
      'public.one_time_prekeys',
      'private.prekey_claims',
    ]) {
      const { rowCount } = await client.query(`select from ${table} where device_id = $1`, [
        ada.deviceId,
      ]);
      expect(rowCount).toBe(0);
    }
  });
});

test('registration takes the hybrid key, and a repeat must have it too', async () => {
  const ada = await addPerson(client);
  const sessionId = await addSession(client, ada.userId);
  const { rows } = await client.query<{ hash: string }>(
    `select encode(hash, 'base64') as hash from public.device_manifests where user_id = $1`,
    [ada.userId],
  );
  const device = { ...newDevice(2), hybridPublicKey: base64(1216) };
  const manifest = newManifest(2, ada.accountKey, rows[0]?.hash);
  const register = (what: object) =>
    call(client, 'relay_register_device', {
      p_user: ada.userId,
      p_session: sessionId,
      p_device: what,
      p_manifest: manifest,
    });

  const record = await register(device);

  expect(await register(device)).toEqual(record);
  await expect(register({ ...device, hybridPublicKey: base64(1216) })).rejects.toMatchObject({
    code: 'PT409',
  });
  const stored = await client.query<{ key: string }>(
    `select translate(encode(hybrid_public_key, 'base64'), e'\\n', '') as key
     from public.devices where id = $1`,
    [device.deviceId],
  );
  expect(stored.rows).toEqual([{ key: device.hybridPublicKey }]);
});
