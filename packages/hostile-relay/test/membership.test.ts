import {
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  parseDeviceManifest,
  sha256,
  signDeviceManifest,
  toBase64Url,
} from '@sotto/crypto';
import type { ManifestDevice } from '@sotto/crypto';
import { startChatWith, until, untilTexts } from '@sotto/client/testing';
import type { UserId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comeBack, deviceIdOf, overhear, rewrite, tellTruth, userIdOf } from './lies.ts';
import type { ManifestPage } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Someone } from './lied-to.ts';

interface ManifestRow {
  version: string;
  body: Buffer;
  signature: Buffer;
  hash: Buffer;
  previous_hash: Buffer;
}

const manifestsRoute = /^GET \/api\/people\/.*\/manifests$/;
const publishRoute = /^POST \/api\/devices\/manifests$/;
const accountRoute = /^GET \/api\/account$/;

let world: LiedToWorld;
beforeAll(async () => {
  world = await startLiedToWorld();
});
afterAll(() => world.stop());

async function newestManifest(userId: UserId): Promise<ManifestRow> {
  const [row] = await world.query<ManifestRow>(
    'select * from public.device_manifests where user_id = $1 order by version desc limit 1',
    [userId],
  );
  if (!row) throw new Error('no manifest');
  return row;
}

const putManifest = (
  userId: UserId,
  { version, body, signature, hash, previous_hash }: ManifestRow,
) =>
  world.query(
    `insert into public.device_manifests (user_id, version, body, signature, hash, previous_hash)
     values ($1, $2, $3, $4, $5, $6)`,
    [userId, version, body, signature, hash, previous_hash],
  );

const dropManifest = (userId: UserId, version: string) =>
  world.query('delete from public.device_manifests where user_id = $1 and version = $2', [
    userId,
    version,
  ]);

/** A device of whoever owns the database, with keys it could open seals with. */
async function relaysDevice(number: number): Promise<ManifestDevice> {
  return {
    deviceId: crypto.randomUUID(),
    number,
    nameHash: await sha256(new TextEncoder().encode('phone')),
    identityKey: (await generateIdentityKeyPair()).publicKey,
    sealingKey: (await generateSealingKeyPair()).publicKey,
    hybridKey: (await generateHybridKeyPair()).publicKey,
    addedAtMs: 1,
  };
}

const putDevice = (userId: UserId, device: ManifestDevice) =>
  world.query(
    `insert into public.devices
       (id, user_id, number, name, name_hash, device_type, identity_key, public_key, hybrid_public_key)
     values ($1, $2, $3, 'phone', $4, 'web', $5, $6, $7)`,
    [
      device.deviceId,
      userId,
      device.number,
      device.nameHash,
      device.identityKey,
      device.sealingKey,
      device.hybridKey,
    ],
  );

/** Waits until a device has seen the rows of its account as they are now. */
async function seeRows(test: Someone): Promise<void> {
  const name = crypto.randomUUID();
  const deviceId = await deviceIdOf(test);
  await world.query('update public.devices set name = $2 where id = $1', [deviceId, name]);
  await comeBack(test);
  await until(test.client.devices, ({ devices }) => devices[0]?.name === name);
}

async function wrapsFor(deviceId: string): Promise<number> {
  const rows = await world.query('select from public.chat_key_wraps where device_id = $1', [
    deviceId,
  ]);
  return rows.length;
}

async function talking() {
  const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
  const chatId = await startChatWith(ann.client, ben.person.handle);
  await ann.client.sendText({ chatId, text: 'before' });
  await untilTexts(ben.client, chatId, ['before']);
  return { ann, ben, chatId, annId: userIdOf(ann) };
}

/** The next manifest of an account with one device more, signed by whoever owns the database. */
async function forge(userId: UserId, device: ManifestDevice, as: 'ourselves' | 'the account') {
  const last = await newestManifest(userId);
  const before = parseDeviceManifest(last.body);
  const relay = await generateIdentityKeyPair();
  const { body, signature } = await signDeviceManifest({
    manifest: {
      ...before,
      accountKey: relay.publicKey,
      version: before.version + 1,
      previousHash: last.hash,
      devices: [...before.devices, device],
    },
    accountSeed: relay.seed,
  });
  const bytes = Buffer.from(body);
  if (as === 'the account') bytes.set(before.accountKey, bytes.indexOf(relay.publicKey));
  return {
    version: String(before.version + 1),
    body: bytes,
    signature: Buffer.from(signature),
    hash: Buffer.from(await sha256(bytes)),
    previous_hash: last.hash,
  } satisfies ManifestRow;
}

describe('who owns the database', () => {
  it('cannot add a device, with or without a manifest that it made', async () => {
    const { ann, ben, chatId, annId } = await talking();
    const device = await relaysDevice(2);
    await putDevice(annId, device);
    await Promise.all([comeBack(ann), comeBack(ben)]);
    await ben.client.sendText({ chatId, text: 'a row is no device' });
    await untilTexts(ann.client, chatId, ['before', 'a row is no device']);
    await seeRows(ann);
    expect(ann.client.devices.getSnapshot().devices).toMatchObject([{ thisDevice: true }]);

    const unsigned = await forge(annId, device, 'the account');
    const rows: ManifestRow[] = [
      { ...unsigned, signature: Buffer.alloc(64) },
      { ...unsigned, signature: (await newestManifest(annId)).signature },
      await forge(annId, device, 'the account'),
      await forge(annId, device, 'ourselves'),
    ];
    for (const row of rows) {
      await putManifest(annId, row);
      await Promise.all([comeBack(ann), comeBack(ben)]);
      await until(ben.client.chat(chatId), ({ trust }) => trust === 'doubtful');
      await until(ann.client.devices, ({ alarm }) => alarm !== null);
      await expect(ben.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
        code: 'untrusted',
      });
      await dropManifest(annId, row.version);
      await Promise.all([comeBack(ann), comeBack(ben)]);
      await until(
        ben.client.chat(chatId),
        ({ trust, canSend }) => trust === 'unchecked' && canSend,
      );
      await until(ann.client.devices, ({ alarm }) => alarm === null);
    }
    expect(await wrapsFor(device.deviceId)).toBe(0);
  });

  it('cannot exchange the keys of a device: seals go to those that are certified', async () => {
    const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
    const annId = userIdOf(ann);
    const swapped = await relaysDevice(1);
    const annsDevice = await deviceIdOf(ann);
    const { hybridKey, sealingKey } =
      parseDeviceManifest((await newestManifest(annId)).body).devices[0] ?? swapped;
    await world.query(
      `update public.devices set identity_key = $2, public_key = $3, hybrid_public_key = $4
       where id = $1`,
      [annsDevice, swapped.identityKey, swapped.sealingKey, swapped.hybridKey],
    );
    const begun = overhear(ben.liar, /^POST \/api\/chats$/);

    await startChatWith(ben.client, ann.person.handle).catch(() => undefined);

    const certified = toBase64Url((await sha256(hybridKey ?? sealingKey)).slice(0, 16));
    const [{ epoch }] = begun as [
      { epoch: { deviceWraps: { deviceId: string; sealedTo: string }[] } },
    ];
    const forAnn = epoch.deviceWraps.filter(({ deviceId }) => deviceId === annsDevice);
    expect(forAnn).toMatchObject([{ sealedTo: certified }]);
  });

  it('cannot bring back a device that was removed, by its row or by the chain from before', async () => {
    const { ann, ben, chatId, annId } = await talking();
    const other = await world.deviceOf(ann.person);
    const otherId = await deviceIdOf(other);
    await until(ann.client.devices, ({ devices }) => devices.length === 2);
    await ann.client.removeDevice({ deviceId: otherId });
    await until(ben.client.contact(annId), ({ deviceCount }) => deviceCount === 1);
    await ben.client.sendText({ chatId, text: 'without it' });
    await untilTexts(ann.client, chatId, ['before', 'without it']);
    await world.query(
      'update public.devices set is_active = true, revoked_at = null where id = $1',
      [otherId],
    );

    await Promise.all([comeBack(ann), comeBack(ben)]);
    await ben.client.sendText({ chatId, text: 'listed again' });
    await untilTexts(ann.client, chatId, ['before', 'without it', 'listed again']);
    await seeRows(ann);
    expect(ann.client.devices.getSnapshot().devices).toMatchObject([{ thisDevice: true }]);

    const removal = await newestManifest(annId);
    await dropManifest(annId, removal.version);
    await Promise.all([comeBack(ann), comeBack(ben)]);
    await until(ben.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    await until(ann.client.devices, ({ alarm }) => alarm === 'rollback');
    await expect(ben.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    await putManifest(annId, removal);
    await Promise.all([comeBack(ann), comeBack(ben)]);
    await until(ben.client.chat(chatId), ({ trust, canSend }) => trust === 'unchecked' && canSend);
    expect(await wrapsFor(otherId)).toBe(0);
  });
});

/** Holds one device of an account at the chain and vault of now; what it publishes gets to nobody. */
function keepApart({ liar }: Someone, annId: UserId, heldVersion: number) {
  const own: { version: number; body: string; signature: string }[] = [];
  let vault: unknown;
  liar.script.onRequest = ({ method, path, body }) => {
    if (publishRoute.test(`${method} ${path}`)) {
      own.push((body as { manifest: (typeof own)[number] }).manifest);
      return { answer: { status: 200, body: { devices: [] } } };
    }
    return { body };
  };
  rewrite(liar, /./, (body: ManifestPage & { vault: unknown }, { method, path, query }) => {
    if (accountRoute.test(`${method} ${path}`)) return { ...body, vault: (vault ??= body.vault) };
    if (method !== 'GET' || path !== `/api/people/${annId}/manifests`) return body;
    const after = Number(query.get('after'));
    const real = body.manifests.filter(({ version }) => version <= heldVersion);
    const manifests = [...real, ...own].filter(({ version }) => version > after);
    return { manifests, headVersion: heldVersion + own.length };
  });
  return own;
}

describe('a relay that tells two devices of an account two stories', () => {
  it('is found out by the owner, and by who gets a key that was made under the other one', async () => {
    const [ann, ben] = await Promise.all([world.person('ann'), world.person('ben')]);
    const annId = userIdOf(ann);
    const other = await world.deviceOf(ann.person);
    const otherId = await deviceIdOf(other);
    await until(ann.client.devices, ({ devices }) => devices.length === 2);
    await comeBack(ann);
    const signedApart = keepApart(ann, annId, 2);
    await comeBack(ann);
    await other.client.renameDevice({ deviceId: otherId, name: 'said to the others' });
    await ben.client.findPerson({ handle: ann.person.handle });
    await ann.client.renameDevice({ deviceId: otherId, name: 'said to the first' });
    expect(signedApart).toMatchObject([{ version: 3 }]);
    expect(Number((await newestManifest(annId)).version)).toBe(3);

    const chatId = await startChatWith(ann.client, ben.person.handle);

    await until(ben.client.chat(chatId), ({ trust }) => trust === 'doubtful');
    await expect(ben.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    tellTruth(ann.liar);
    await comeBack(ann);
    await until(ann.client.devices, ({ alarm }) => alarm === 'rollback');
    await expect(
      ann.client.renameDevice({ deviceId: otherId, name: 'again' }),
    ).rejects.toMatchObject({ code: 'rollback' });
  });

  it('is refused a signature by a device whose vault knows the other story', async () => {
    const ann = await world.person('ann');
    const annId = userIdOf(ann);
    const other = await world.deviceOf(ann.person);
    const otherId = await deviceIdOf(other);
    await until(ann.client.devices, ({ devices }) => devices.length === 2);
    const withheld: number[] = [];
    const signed = overhear(ann.liar, publishRoute);
    rewrite(ann.liar, manifestsRoute, (page: ManifestPage, { path }) => {
      if (!path.includes(annId)) return page;
      withheld.push(page.headVersion);
      const manifests = page.manifests.filter(({ version }) => version <= 2);
      return { manifests, headVersion: 2 };
    });
    await other.client.renameDevice({ deviceId: otherId, name: 'known to the vault' });
    await comeBack(ann);
    await until(ann.client.devices, ({ alarm }) => alarm === 'rollback');

    await expect(
      ann.client.renameDevice({ deviceId: otherId, name: 'a fork' }),
    ).rejects.toMatchObject({ code: 'rollback' });
    expect(signed).toEqual([]);
    expect(withheld).not.toEqual([]);
  });
});
