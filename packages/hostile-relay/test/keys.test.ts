import {
  epochKeyFrom,
  fromBase64Url,
  generateHybridKeyPair,
  generateIdentityKeyPair,
  generateSealingKeyPair,
  parseDeviceManifest,
  sealSigned,
  sha256,
  signDeviceManifest,
  toBase64Url,
  uuidBytes,
  wrapKey,
} from '@sotto/crypto';
import { startChatWith, until, untilTexts } from '@sotto/client/testing';
import type { ChatId, UserId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { comeBack, deviceIdOf, overhear, rewrite, tellTruth, userIdOf } from './lies.ts';
import type { ManifestPage } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Victim } from './lied-to.ts';
import { chatRoute, keysRoute } from './wraps.ts';
import type { WireEpoch, WireNewEpoch } from './wraps.ts';

const purpose = 'chat-epoch-key';

let world: LiedToWorld;
beforeAll(async () => {
  world = await startLiedToWorld();
});
afterAll(() => world.stop());

function contextOf(chatId: ChatId, { epoch, keyId, madeUnder = '' }: WireEpoch): Uint8Array[] {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(epoch));
  return [uuidBytes(chatId), number, fromBase64Url(keyId), fromBase64Url(madeUnder)];
}

function flip(text: string): string {
  const bytes = fromBase64Url(text);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return toBase64Url(bytes);
}

async function certifiedKeys({ client }: Victim, userId: UserId, deviceId: string) {
  await until(client.session, ({ phase }) => phase === 'ready');
  const [row] = await world.query<{ body: Buffer }>(
    'select body from public.device_manifests where user_id = $1 order by version desc limit 1',
    [userId],
  );
  const found =
    row && parseDeviceManifest(row.body).devices.find((one) => one.deviceId === deviceId);
  if (!found) throw new Error('not certified');
  return found;
}

/** Ben is away and gets a chat from Ann and one from Cat; what they published is known. */
async function waitingForBen() {
  const [ann, ben, cat] = await Promise.all(
    ['ann', 'ben', 'cat'].map((name) => world.person(name)),
  );
  if (!ann || !ben || !cat) throw new Error('nobody');
  const benSecond = await world.deviceOf(ben.person);
  const secondId = await deviceIdOf(benSecond);
  for (const { client } of [ben, benSecond]) await client.setOnline({ online: false });
  const madeByAnn = overhear(ann.liar, chatRoute) as { epoch: WireNewEpoch }[];
  const madeByCat = overhear(cat.liar, chatRoute) as { epoch: WireNewEpoch }[];
  const chatId = await startChatWith(ann.client, ben.person.handle);
  const chatWithCat = await startChatWith(cat.client, ben.person.handle);
  await ann.client.sendText({ chatId, text: 'from Ann' });
  const [fromAnn, fromCat] = [madeByAnn[0]?.epoch, madeByCat[0]?.epoch];
  if (!fromAnn || !fromCat) throw new Error('nothing was published');
  const [annId, benId, catId] = [userIdOf(ann), userIdOf(ben), userIdOf(cat)];
  const [annDevice, benDevice, catDevice] = await Promise.all([ann, ben, cat].map(deviceIdOf));
  const wrapOf = ({ deviceWraps }: WireNewEpoch, deviceId: string | undefined) => {
    const found = deviceWraps.find((wrap) => wrap.deviceId === deviceId);
    if (!found) throw new Error('no such wrap');
    return found;
  };
  const ids = { annId, benId, catId, annDevice, benDevice, catDevice, secondId };
  return { ann, ben, cat, ids, fromAnn, fromCat, wrapOf, chatId, chatWithCat };
}

type Waiting = Awaited<ReturnType<typeof waitingForBen>>;
type Lie = (epoch: WireEpoch) => WireEpoch;

/** A key of the relay's own with everything as it should be, but for who sealed it. */
async function ownKey({ ben, chatId, ids }: Waiting, like: WireEpoch): Promise<WireEpoch> {
  const key = new Uint8Array(32).fill(7);
  const { epoch, timestampMs } = like;
  const made = await epochKeyFrom({ key, chatId, epoch, timestampMs });
  const named = {
    ...like,
    keyId: toBase64Url(made.keyId),
    commitment: toBase64Url(made.commitment),
  };
  const device = await certifiedKeys(ben, ids.benId, ids.benDevice ?? '');
  const { ephemeralPublicKey, ciphertext } = await sealSigned({
    payload: key,
    purpose,
    context: contextOf(chatId, named),
    sender: {
      userId: ids.annId,
      deviceId: ids.annDevice ?? '',
      identitySeed: (await generateIdentityKeyPair()).seed,
    },
    recipient: {
      userId: ids.benId,
      deviceId: device.deviceId,
      publicKey: device.sealingKey,
      ...(device.hybridKey && { hybridKey: device.hybridKey }),
    },
  });
  const deviceWrap = like.deviceWrap && {
    ...like.deviceWrap,
    ephemeralPublicKey: toBase64Url(ephemeralPublicKey),
    encryptedKey: toBase64Url(ciphertext),
  };
  return { ...named, deviceWrap, vaultWrap: null };
}

/** The same, in a wrap that only the vault's owner could have made. */
async function ownVaultWrap({ chatId }: Waiting, forged: WireEpoch): Promise<WireEpoch> {
  const vaultWrap = await wrapKey({
    wrappingKey: new Uint8Array(32).fill(9),
    purpose,
    context: contextOf(chatId, forged),
    key: new Uint8Array(32).fill(7),
  });
  return { ...forged, deviceWrap: null, vaultWrap: toBase64Url(vaultWrap) };
}

/** Every way to pass a key off as what it is not, by name. */
async function allLies(waiting: Waiting, honest: WireEpoch): Promise<Record<string, Lie>> {
  const { fromAnn, fromCat, wrapOf, ids, ben } = waiting;
  const { benId, benDevice = '', catId, catDevice = '', annDevice, secondId } = ids;
  const rewrap =
    (change: object): Lie =>
    (epoch) => ({ ...epoch, deviceWrap: epoch.deviceWrap && { ...epoch.deviceWrap, ...change } });
  const forged = await ownKey(waiting, honest);
  const vaultForged = await ownVaultWrap(waiting, forged);
  const { sealingKey } = await certifiedKeys(ben, benId, benDevice);
  const sealingName = toBase64Url((await sha256(sealingKey)).slice(0, 16));
  const ephemeral = honest.deviceWrap?.ephemeralPublicKey ?? '';
  const short = toBase64Url(fromBase64Url(ephemeral).slice(0, 32));
  const [catVaultWrap] = await world.query<{ encrypted_key: Buffer }>(
    `select encrypted_key from public.chat_key_wraps
      where chat_id = $1 and user_id = $2 and device_id is null`,
    [waiting.chatWithCat, benId],
  );
  const mine = { deviceId: benDevice, userId: benId };
  return {
    'a key of its own in the name of the sender': () => forged,
    'a key of its own as if the own vault had wrapped it': () => vaultForged,
    'the wrap of another chat': rewrap({ ...wrapOf(fromCat, benDevice) }),
    'the vault wrap of another chat': (epoch) => ({
      ...epoch,
      deviceWrap: null,
      vaultWrap: toBase64Url(catVaultWrap?.encrypted_key ?? new Uint8Array(0)),
    }),
    'the wrap of another person': rewrap({ ...wrapOf(fromAnn, annDevice), ...mine }),
    'the wrap of another device': rewrap({ ...wrapOf(fromAnn, secondId), ...mine }),
    'another person as who sealed it': rewrap({
      sealedByUserId: catId,
      sealedByDeviceId: catDevice,
    }),
    'the own other device as who sealed it': rewrap({
      sealedByUserId: benId,
      sealedByDeviceId: secondId,
    }),
    'other manifests that it was made under': (epoch) => ({
      ...epoch,
      madeUnder: flip(epoch.madeUnder ?? ''),
    }),
    'no manifests that it was made under': ({ madeUnder: _taken, ...epoch }) => epoch,
    'the number of another epoch': (epoch) => ({ ...epoch, epoch: 2 }),
    'another commitment': (epoch) => ({ ...epoch, commitment: flip(epoch.commitment) }),
    'the id of another key': (epoch) => ({ ...epoch, keyId: fromCat.keyId }),
    'no name of the key it is sealed to': ({ deviceWrap, ...epoch }) => {
      const { sealedTo: _taken, ...wrap } = deviceWrap ?? {};
      return { ...epoch, deviceWrap: wrap as WireEpoch['deviceWrap'] };
    },
    'the name of the key without a post-quantum half': rewrap({ sealedTo: sealingName }),
    'the post-quantum half cut off': rewrap({ ephemeralPublicKey: short, sealedTo: sealingName }),
    'the name of no key': rewrap({ sealedTo: toBase64Url(new Uint8Array(16)) }),
    'a changed byte': rewrap({ encryptedKey: flip(honest.deviceWrap?.encryptedKey ?? '') }),
    'nothing at all': (epoch) => ({ ...epoch, deviceWrap: null, vaultWrap: null }),
  };
}

describe('a relay that hands out the key of a chat', () => {
  it('has none of its edits taken for it, and the true one afterwards', async () => {
    const waiting = await waitingForBen();
    const { ben, chatId } = waiting;
    let honest: WireEpoch | null = null;
    let lie: Lie = ({ ...epoch }) => ({ ...epoch, deviceWrap: null, vaultWrap: null });
    let told = 0;
    rewrite(ben.liar, keysRoute, (page: { epochs: WireEpoch[] }, { path }) => {
      if (!path.includes(chatId)) return page;
      honest = page.epochs[0] ?? null;
      told += 1;
      return { epochs: page.epochs.map((epoch) => lie(epoch)) };
    });
    await comeBack(ben);
    await vi.waitFor(() => expect(honest).not.toBeNull(), { timeout: 10_000 });
    await until(ben.client.chat(waiting.chatWithCat), ({ canSend }) => canSend);
    await vi.waitFor(
      async () =>
        expect(
          await world.query(
            `select from public.chat_key_wraps
              where chat_id = $1 and user_id = $2 and device_id is null`,
            [waiting.chatWithCat, waiting.ids.benId],
          ),
        ).toHaveLength(1),
      { timeout: 10_000 },
    );
    const lies = await allLies(waiting, honest as unknown as WireEpoch);

    const believed: string[] = [];
    for (const [name, next] of Object.entries(lies)) {
      lie = next;
      const before = told;
      await comeBack(ben);
      await vi.waitFor(
        () => expect(told, `${name}, after ${believed.join(', ')}`).toBeGreaterThan(before),
        {
          timeout: 10_000,
        },
      );
      const opened = until(ben.client.chat(chatId), ({ canSend }) => canSend, 250);
      if (await opened.catch(() => null)) believed.push(name);
    }

    expect(believed).toEqual([]);
    tellTruth(ben.liar);
    await comeBack(ben);
    await untilTexts(ben.client, chatId, ['from Ann']);
    await until(ben.client.chat(chatId), ({ canSend }) => canSend);
  });
});

describe('a relay that puts itself in the place of somebody at first contact', () => {
  it('is pinned as them, shows another safety code than theirs, and cannot step aside unseen', async () => {
    const [ann, cat] = await Promise.all([world.person('ann'), world.person('cat')]);
    const [annId, catId] = [userIdOf(ann), userIdOf(cat)];
    const relay = await generateIdentityKeyPair();
    const { body, signature } = await signDeviceManifest({
      accountSeed: relay.seed,
      manifest: {
        userId: catId,
        version: 1,
        previousHash: new Uint8Array(32),
        accountKey: relay.publicKey,
        timeMs: 1,
        devices: [
          {
            deviceId: crypto.randomUUID(),
            number: 1,
            nameHash: new Uint8Array(32),
            identityKey: (await generateIdentityKeyPair()).publicKey,
            sealingKey: (await generateSealingKeyPair()).publicKey,
            hybridKey: (await generateHybridKeyPair()).publicKey,
            addedAtMs: 1,
          },
        ],
      },
    });
    const forged = { version: 1, body: toBase64Url(body), signature: toBase64Url(signature) };
    rewrite(ann.liar, /^GET .*\/manifests$/, (page: ManifestPage, { path }) =>
      path.includes(catId) ? { manifests: [forged], headVersion: 1 } : page,
    );
    await startChatWith(ann.client, cat.person.handle).catch(() => undefined);
    const chatId = await startChatWith(cat.client, ann.person.handle);

    const onOurs = await until(ann.client.contact(catId), ({ digits }) => digits !== null);
    const onTheirs = await until(cat.client.contact(annId), ({ digits }) => digits !== null);
    expect(onOurs).toMatchObject({ trust: 'unchecked' });
    expect(onOurs.digits).not.toBe(onTheirs.digits);
    const scanned = { userId: catId, scanned: onTheirs.qr ?? '' };
    expect(await ann.client.scanSafetyCode(scanned)).toEqual({ outcome: 'no_match' });

    tellTruth(ann.liar);
    await comeBack(ann);
    await until(ann.client.chat(chatId), ({ trust, canSend }) => trust === 'changed' && !canSend);
    await expect(ann.client.sendText({ chatId, text: 'x' })).rejects.toMatchObject({
      code: 'untrusted',
    });
  });
});
