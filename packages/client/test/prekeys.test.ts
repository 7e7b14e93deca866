import {
  fromBase64Url,
  identityAgreementKeyPair,
  SessionBuilder,
  SessionCipher,
  toBase64Url,
  utf8,
} from '@sotto/crypto';
import type { ProtocolAddress, ProtocolStores } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPreKeys } from '../src/prekeys/pre-keys.ts';
import { preKeyPlanKey, preKeyPlanSchema } from '../src/prekeys/prekey-records.ts';
import { startChatWith, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { openParts } from './support/device-parts.ts';
import type { DeviceParts } from './support/device-parts.ts';
import { flipped, meet } from './support/hostile.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';
import type { WireTap } from './support/wire-tap.ts';

const dayMs = 86_400_000;
const claimRoute = /prekeys\/claim$/;

interface Claimed {
  registrationId: number;
  signedPreKey: { id: number; publicKey: string; signature: string };
  kemPreKey: { id: number; publicKey: string; signature: string };
  oneTimePreKey: { id: number; publicKey: string } | null;
}

interface Side extends DeviceParts {
  preKeys: ReturnType<typeof createPreKeys>;
  address: ProtocolAddress;
  stores: ProtocolStores;
  tap: WireTap;
}

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

/** Sessions and identities in memory, prekeys as the device keeps them. */
async function open(test: TestClient, person: TestPerson): Promise<Side> {
  const { transport, tap } = createTappedTransport();
  const parts = await openParts({ test, person, relayUrl: world.url, transport });
  const { context, trust } = parts;
  const preKeys = createPreKeys(context, trust);
  const own = await trust.refresh(context.userId);
  const number = own.devices.find(({ deviceId }) => deviceId === context.deviceId)?.number ?? 0;
  const sessions = new Map<string, Uint8Array>();
  const identity = await identityAgreementKeyPair(context.keys.identity);
  const textOf = ({ name, deviceId }: ProtocolAddress) => `${name}.${deviceId}`;
  const stores: ProtocolStores = {
    ...preKeys.stores,
    sessions: {
      loadSession: async (address) => sessions.get(textOf(address)),
      storeSession: async (address, record) => void sessions.set(textOf(address), record),
    },
    identity: {
      getIdentityKeyPair: async () => identity,
      getLocalRegistrationId: async () => (await planOf(parts)).registrationId,
      isTrustedIdentity: async () => true,
      saveIdentity: async () => undefined,
    },
  };
  return { ...parts, preKeys, address: { name: context.userId, deviceId: number }, stores, tap };
}

async function planOf({ context }: DeviceParts) {
  const plan = await context.store.read('state', preKeyPlanKey, preKeyPlanSchema);
  if (!plan) throw new Error('no plan yet');
  return plan;
}

const stockOf = ({ context }: DeviceParts) => context.http.call('getPreKeyStock', {});

/** Two people with a chat whose clients have published their prekeys. */
async function meetWithPreKeys() {
  const { a, b, ann, ben } = await meet(world);
  const chatId = await startChatWith(a.client, ben.handle);
  await a.client.sendText({ chatId, text: 'hello' });
  await untilTexts(b.client, chatId, ['hello']);
  const [one, other] = await Promise.all([open(a, ann), open(b, ben)]);
  for (const side of [one, other]) {
    await vi.waitFor(
      async () => {
        expect(await stockOf(side)).toMatchObject({ oneTime: 100, oneTimeKem: 20 });
        expect((await planOf(side)).pending).toBeNull();
      },
      { timeout: 30_000, interval: 200 },
    );
  }
  return { a, b, ann, ben, one, other };
}

const claim = (from: Side, to: Side) =>
  from.preKeys.claimBundle(to.context.userId, to.context.deviceId);

/** A session begun from a claimed bundle, one message each way. */
async function converse(from: Side, to: Side, text: string): Promise<void> {
  const { address, bundle } = await claim(from, to);
  expect(address).toEqual(to.address);
  await new SessionBuilder({ remoteAddress: address, stores: from.stores }).processPreKeyBundle(
    bundle,
  );
  const cipherOf = (side: Side, remote: Side) =>
    new SessionCipher({
      localAddress: side.address,
      remoteAddress: remote.address,
      stores: side.stores,
    });
  const [mine, theirs] = [cipherOf(from, to), cipherOf(to, from)];
  const first = await mine.encrypt(utf8(text));
  expect(first.type).toBe('preKey');
  expect(await theirs.decrypt(first)).toEqual(utf8(text));
  const answer = await theirs.encrypt(utf8(`re: ${text}`));
  expect(await mine.decrypt(answer)).toEqual(utf8(`re: ${text}`));
}

describe('prekeys of two real devices', () => {
  it('begin sessions with one-time keys, which are used up, and without them', async () => {
    const { one, other } = await meetWithPreKeys();

    await converse(one, other, 'with one-time keys');

    expect(await stockOf(other)).toMatchObject({ oneTime: 99, oneTimeKem: 19 });
    one.tap.onAnswer = (route, answer) => {
      if (!claimRoute.test(route)) return answer;
      return { ...(answer as Claimed), oneTimePreKey: null };
    };
    await converse(one, other, 'without a one-time key');
    await converse(other, one, 'the other way');
  });

  it('are claimed for certified devices only, and only as their identity key signed them', async () => {
    const { one, other } = await meetWithPreKeys();
    const { deviceId } = one.context;
    const flip = (text: string) => toBase64Url(flipped(fromBase64Url(text)));
    const mine: Claimed[] = [];
    other.tap.onAnswer = (route, answer) => {
      if (claimRoute.test(route)) mine.push(answer as Claimed);
      return answer;
    };
    await claim(other, one);
    const [foreign] = mine;
    if (!foreign) throw new Error('nothing was claimed');
    const edits: ((claimed: Claimed) => object)[] = [
      ({ signedPreKey: key }) => ({ signedPreKey: { ...key, publicKey: flip(key.publicKey) } }),
      ({ signedPreKey: key }) => ({ signedPreKey: { ...key, signature: flip(key.signature) } }),
      ({ kemPreKey: key }) => ({ kemPreKey: { ...key, publicKey: flip(key.publicKey) } }),
      ({ kemPreKey: key }) => ({ kemPreKey: { ...key, signature: flip(key.signature) } }),
      // Properly signed, by the device that asks.
      () => ({ signedPreKey: foreign.signedPreKey }),
      () => ({ kemPreKey: foreign.kemPreKey }),
      () => ({ deviceId }),
    ];
    for (const edit of edits) {
      one.tap.onAnswer = (route, answer) => {
        if (!claimRoute.test(route)) return answer;
        return { ...(answer as Claimed), ...edit(answer as Claimed) };
      };
      await expect(claim(one, other)).rejects.toMatchObject({ code: 'untrusted' });
    }
    delete one.tap.onAnswer;

    const unknown = one.preKeys.claimBundle(other.context.userId, deviceId);
    await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are refilled when they run low, under ids that were never used', async () => {
    const { b, one, other } = await meetWithPreKeys();
    const seen: Claimed[] = [];
    one.tap.onAnswer = (route, answer) => {
      if (claimRoute.test(route)) seen.push(answer as Claimed);
      return answer;
    };
    await b.client.setOnline({ online: false });
    for (let count = 0; count < 17; count += 1) await claim(one, other);
    expect(await stockOf(other)).toMatchObject({ oneTime: 83, oneTimeKem: 3 });

    await b.client.setOnline({ online: true });

    await vi.waitFor(
      async () => expect(await stockOf(other)).toMatchObject({ oneTime: 83, oneTimeKem: 20 }),
      { timeout: 30_000, interval: 200 },
    );
    await claim(one, other);
    const ids = seen.map(({ kemPreKey }) => kemPreKey.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('are signed anew after 7 days; former ones open what is under way for 30', async () => {
    const { a, one, other } = await meetWithPreKeys();
    const before = await planOf(one);
    const { bundle, address } = await claim(other, one);
    await new SessionBuilder({ remoteAddress: address, stores: other.stores }).processPreKeyBundle(
      bundle,
    );
    const first = await new SessionCipher({
      localAddress: other.address,
      remoteAddress: address,
      stores: other.stores,
    }).encrypt(utf8('under way'));

    a.clock.setWallClock(8 * dayMs);
    await one.preKeys.keep();

    const after = await planOf(one);
    expect(after.signed?.id).not.toBe(before.signed?.id);
    expect(after.lastResort?.id).not.toBe(before.lastResort?.id);
    expect(await stockOf(one)).toMatchObject({
      signedPreKey: { id: after.signed?.id },
      lastResortKemPreKeyId: after.lastResort?.id,
    });
    const opened = await new SessionCipher({
      localAddress: one.address,
      remoteAddress: other.address,
      stores: one.stores,
    }).decrypt(first);
    expect(opened).toEqual(utf8('under way'));

    a.clock.setWallClock(31 * dayMs);
    await one.preKeys.keep();

    const formerId = before.signed?.id ?? 0;
    expect(await one.stores.signedPreKeys.loadSignedPreKey(formerId)).toBeUndefined();
    expect((await planOf(one)).formerSigned.map(({ id }) => id)).toEqual([after.signed?.id]);
  });

  it('that an interruption left unpublished are published with the same bytes', async () => {
    const { one } = await meetWithPreKeys();
    const bodies: string[] = [];
    one.tap.onRequest = (route, body) => {
      if (route !== 'PUT /api/devices/prekeys') return;
      bodies.push(body ?? '');
      if (bodies.length === 1) throw new TypeError('lost');
    };
    one.context.platform.clock.now = () => Date.now() + 8 * dayMs;

    await expect(one.preKeys.keep()).rejects.toMatchObject({ code: 'offline' });
    expect((await planOf(one)).pending).not.toBeNull();
    await one.preKeys.keep();

    expect(bodies).toHaveLength(2);
    expect(bodies[1]).toBe(bodies[0]);
    expect((await planOf(one)).pending).toBeNull();
  });
});
