import {
  fromBase64Url,
  identityAgreementKeyPair,
  SessionBuilder,
  SessionCipher,
  toBase64Url,
  utf8,
} from '@sotto/crypto';
import type { ProtocolAddress, ProtocolStores } from '@sotto/crypto';
import { startChatWith, untilTexts } from '@sotto/client/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createPreKeys } from '../../client/src/prekeys/pre-keys.ts';
import { openParts } from '../../client/test/support/device-parts.ts';
import { rewrite, tellTruth } from './lies.ts';
import { startLiedToWorld } from './lied-to.ts';
import type { LiedToWorld, Someone } from './lied-to.ts';

const claimRoute = /\/prekeys\/claim$/;

/** A claim's answer: bytes are base64url. */
interface Claimed {
  deviceId: string;
  registrationId: number;
  signedPreKey: { id: number; publicKey: string; signature: string };
  kemPreKey: { id: number; publicKey: string; signature: string };
  oneTimePreKey: { id: number; publicKey: string } | null;
}

let world: LiedToWorld;
let [ann, ben, cat]: Side[] = [];
beforeAll(async () => {
  world = await startLiedToWorld();
  const [a, b, c] = await Promise.all(['ann', 'ben', 'cat'].map((name) => world.person(name)));
  for (const other of [a, c]) {
    const chatId = await startChatWith(other!.client, b!.person.handle);
    await other!.client.sendText({ chatId, text: 'hello' });
    await untilTexts(b!.client, chatId, ['hello']);
  }
  [ann, ben, cat] = await Promise.all([a, b, c].map((one) => sideOf(one!)));
});
afterAll(() => world?.stop());

type Side = Awaited<ReturnType<typeof sideOf>>;

/** Somebody's device with sessions in memory, which claims through their liar. */
async function sideOf(someone: Someone) {
  const { liar, person } = someone;
  const { context, trust } = await openParts({ test: someone, person, relayUrl: liar.url });
  const preKeys = createPreKeys(context, trust);
  const own = await trust.refresh(context.userId);
  const number = own.devices.find(({ deviceId }) => deviceId === context.deviceId)?.number ?? 0;
  await vi.waitFor(
    async () => {
      const stock = await context.http.call('getPreKeyStock', {});
      expect(stock).toMatchObject({ oneTime: 100, oneTimeKem: 20 });
    },
    { timeout: 60_000, interval: 300 },
  );
  const identity = await identityAgreementKeyPair(context.keys.identity);
  const sessions = new Map<string, Uint8Array>();
  const nameOf = ({ name, deviceId }: ProtocolAddress) => `${name}.${deviceId}`;
  const stores: ProtocolStores = {
    ...preKeys.stores,
    sessions: {
      loadSession: async (address) => sessions.get(nameOf(address)),
      storeSession: async (address, record) => void sessions.set(nameOf(address), record),
    },
    identity: {
      getIdentityKeyPair: async () => identity,
      getLocalRegistrationId: async () => 1,
      isTrustedIdentity: async () => true,
      saveIdentity: async () => undefined,
    },
  };
  const address = { name: context.userId, deviceId: number };
  return { liar, context, preKeys, stores, sessions, address };
}

/** Claims a device's prekeys and begins a session with it. */
async function begin(from: Side, to: Side): Promise<SessionCipher> {
  const { userId, deviceId } = to.context;
  const { address, bundle } = await from.preKeys.claimBundle(userId, deviceId);
  const { stores } = from;
  await new SessionBuilder({ remoteAddress: address, stores }).processPreKeyBundle(bundle);
  return cipher(from, to);
}

const cipher = (from: Side, to: Side) =>
  new SessionCipher({
    localAddress: from.address,
    remoteAddress: to.address,
    stores: from.stores,
  });

/** Answers claims itself: the relay allows few a day. */
function lie({ liar }: Side, body: unknown): void {
  liar.script.onRequest = (request) =>
    claimRoute.test(request.path) ? { answer: { status: 200, body } } : { body: request.body };
}

/** What the relay answered a claim with, told truly. */
async function claimOf(from: Side, to: Side): Promise<Claimed> {
  const heard: Claimed[] = [];
  rewrite(from.liar, claimRoute, (claimed: Claimed) => {
    heard.push(claimed);
    return claimed;
  });
  await begin(from, to);
  from.sessions.clear();
  tellTruth(from.liar);
  const [claimed] = heard;
  if (!claimed) throw new Error('nothing was claimed');
  return claimed;
}

const flip = (text: string): string => {
  const bytes = fromBase64Url(text);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
  return toBase64Url(bytes);
};

/** A point of Curve25519 with its type byte; `hex` is little-endian as on the wire. */
const point = (hex: string): string => toBase64Url(Buffer.from(`05${hex}`, 'hex'));

/** Points no honest device publishes: https://cr.yp.to/ecdh.html lists those of low order. */
const badPoints = {
  zero: point('00'.repeat(32)),
  one: point(`01${'00'.repeat(31)}`),
  'of order 8': point('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
  'the other one of order 8': point(
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  ),
  'p - 1': point(`ec${'ff'.repeat(30)}7f`),
  'p, which is zero written otherwise': point(`ed${'ff'.repeat(30)}7f`),
  'p + 1, which is one written otherwise': point(`ee${'ff'.repeat(30)}7f`),
  'with its highest bit set': point(`09${'00'.repeat(30)}80`),
  'of another type': toBase64Url(Buffer.from(`06${'09'.padEnd(64, '0')}`, 'hex')),
};

describe('a relay that hands out prekeys', () => {
  it('begins no session with a bundle that the device did not make', async () => {
    const own = await claimOf(ben!, ann!);
    const ofAnother = await claimedOnce();
    const { registrationId } = own;
    const edits: Record<string, (claimed: Claimed) => object> = {
      'without a signed prekey': () => ({ signedPreKey: null }),
      'without a post-quantum prekey': () => ({ kemPreKey: null }),
      'without a signature': ({ signedPreKey: key }) => ({
        signedPreKey: { ...key, signature: toBase64Url(new Uint8Array(64)) },
      }),
      'with an altered signature': ({ signedPreKey: key }) => ({
        signedPreKey: { ...key, signature: flip(key.signature) },
      }),
      'with an altered key': ({ signedPreKey: key }) => ({
        signedPreKey: { ...key, publicKey: flip(key.publicKey) },
      }),
      'with an altered post-quantum key': ({ kemPreKey: key }) => ({
        kemPreKey: { ...key, publicKey: flip(key.publicKey) },
      }),
      'signed by another identity': () => ({ signedPreKey: own.signedPreKey }),
      'with the post-quantum key of another identity': () => ({ kemPreKey: own.kemPreKey }),
      'of another device': () => own,
      'of another device under the name of this one': () => ({ ...own, deviceId: undefined }),
      'with an id of zero': ({ signedPreKey: key }) => ({ signedPreKey: { ...key, id: 0 } }),
      'with an id that is no number': ({ signedPreKey: key }) => ({
        signedPreKey: { ...key, id: '1' },
      }),
    };
    const begun: string[] = [];
    for (const [name, edit] of Object.entries(edits)) {
      const claimed = { ...ofAnother, registrationId };
      const lied: object = { ...claimed, ...edit(claimed) };
      lie(ann!, name.includes('under the name') ? { ...lied, deviceId: claimed.deviceId } : lied);
      await begin(ann!, ben!).then(
        () => begun.push(name),
        () => undefined,
      );
    }

    expect(begun).toEqual([]);
    expect(ann!.sessions.size).toBe(0);
  });

  it.each(Object.entries(badPoints))(
    'begins no session over a one-time key that is %s',
    async (_name, publicKey) => {
      const honest = await claimedOnce();
      lie(ann!, { ...honest, oneTimePreKey: { id: 7, publicKey } });

      await expect(begin(ann!, ben!)).rejects.toMatchObject({ code: 'bad_key' });
      expect(ann!.sessions.size).toBe(0);
    },
  );

  it('gives two people one one-time key: whoever comes second is not understood', async () => {
    const claimed = await claimedOnce();
    const sessions: SessionCipher[] = [];
    for (const side of [ann!, cat!]) {
      lie(side, claimed);
      sessions.push(await begin(side, ben!));
    }
    const [first, second] = await Promise.all(sessions.map((one) => one.encrypt(utf8('hello'))));

    expect(await cipher(ben!, ann!).decrypt(first!)).toEqual(utf8('hello'));
    await expect(cipher(ben!, cat!).decrypt(second!)).rejects.toMatchObject({
      code: expect.any(String) as string,
    });
    expect(ben!.sessions.size).toBe(1);
  });

  it('keeps all one-time keys back: the last resort is still signed by the device', async () => {
    ben!.sessions.clear();
    ann!.sessions.clear();
    const { kemPreKey } = await lastResort();
    lie(ann!, { ...(await claimedOnce()), kemPreKey, oneTimePreKey: null });

    const session = await begin(ann!, ben!);

    expect(await cipher(ben!, ann!).decrypt(await session.encrypt(utf8('at last')))).toEqual(
      utf8('at last'),
    );
  });
});

let once: Claimed | null = null;
/** One true answer for several tests: who claims may do so 20 times a day. */
async function claimedOnce(): Promise<Claimed> {
  once ??= await claimOf(ann!, ben!);
  return once;
}

/** The last-resort key as the database holds it. */
async function lastResort(): Promise<Pick<Claimed, 'kemPreKey'>> {
  const [row] = await world.query<{ prekey_id: string; public_key: Buffer; signature: Buffer }>(
    'select * from public.kem_prekeys where device_id = $1 and is_last_resort',
    [ben!.context.deviceId],
  );
  if (!row) throw new Error('no last resort');
  const { prekey_id, public_key, signature } = row;
  return {
    kemPreKey: {
      id: Number(prekey_id),
      publicKey: toBase64Url(public_key),
      signature: toBase64Url(signature),
    },
  };
}
