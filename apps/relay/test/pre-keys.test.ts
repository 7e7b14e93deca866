import { signXEdDSA, toBase64Url } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { publish, without } from './support/manifests.ts';
import { addDevice, ask, createChat, createPerson } from './support/person.ts';
import type { TestDevice, TestPerson } from './support/person.ts';
import { preKeyBody } from './support/pre-keys.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';

let test: TestRelay;
let alicePerson: TestPerson;
let alice: TestDevice;
let bob: TestDevice;
let bobPerson: TestPerson;

beforeAll(async () => {
  test = await startTestRelay({
    rateLimits: {
      auth: { points: 100_000, perSeconds: 60 },
      claim: { points: 100_000, perSeconds: 60 },
    },
  });
});
afterAll(() => test?.stop());

beforeEach(async () => {
  ({ device: alice, person: alicePerson } = await createPerson(test));
  ({ device: bob, person: bobPerson } = await createPerson(test));
  await createChat(test.relay, alice, bob);
});

const put = (as: TestDevice, body: unknown) =>
  ask(test.relay, 'PUT', '/api/devices/prekeys', { ...as, body });
const stock = (as: TestDevice) => ask(test.relay, 'GET', '/api/devices/prekeys', as);
const claim = (as: TestDevice, target: TestDevice) =>
  ask(
    test.relay,
    'POST',
    `/api/people/${target.userId}/devices/${target.deviceId}/prekeys/claim`,
    as,
  );

const nothing = { oneTime: 0, oneTimeKem: 0, signedPreKey: null, lastResortKemPreKeyId: null };

/** The same signature with one bit of its R part changed. */
function flipped(signature: string): string {
  const bytes = Buffer.from(signature, 'base64url');
  bytes[5] = (bytes[5] ?? 0) ^ 1;
  return bytes.toString('base64url');
}

/** Points that no key agreement may touch, with the type byte. */
const refusedPoints: [string, string][] = [
  ['the point 0', `05${'00'.repeat(32)}`],
  ['the point 1', `0501${'00'.repeat(31)}`],
  ['a point of order 8', '05e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'],
  [
    'another point of order 8',
    '055f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  ],
  ['the point p - 1', `05ec${'ff'.repeat(30)}7f`],
  ['p, another spelling of 0', `05ed${'ff'.repeat(30)}7f`],
  ['p + 1, another spelling of 1', `05ee${'ff'.repeat(30)}7f`],
  ['a point of the twist', `0502${'00'.repeat(31)}`],
  ['a key with its top bit set', `0509${'00'.repeat(30)}80`],
  ['a key of another type', `0609${'00'.repeat(31)}`],
];

describe('Prekeys', () => {
  it('are published, counted, claimed once each, and named low', async () => {
    const body = await preKeyBody(alice, { oneTime: 2, oneTimeKem: 1 });
    const listener = await connect(test.relay, alice);
    const told = next(listener, 'preKeys:low');

    const published = await put(alice, body);
    const repeated = await put(alice, body);
    const claims = [await claim(bob, alice), await claim(bob, alice), await claim(bob, alice)];

    expect(published).toMatchObject({
      status: 200,
      body: {
        oneTime: 2,
        oneTimeKem: 1,
        signedPreKey: { id: 1 },
        lastResortKemPreKeyId: body.lastResortKemPreKey.id,
      },
    });
    expect(repeated.body).toEqual(published.body);
    const { signedPreKey, registrationId } = body;
    const common = { deviceId: alice.deviceId, registrationId, signedPreKey };
    expect(claims.map(({ body: claimed }) => claimed)).toEqual([
      { ...common, kemPreKey: body.oneTimeKemPreKeys[0], oneTimePreKey: body.oneTimePreKeys[0] },
      { ...common, kemPreKey: body.lastResortKemPreKey, oneTimePreKey: body.oneTimePreKeys[1] },
      { ...common, kemPreKey: body.lastResortKemPreKey, oneTimePreKey: null },
    ]);
    expect(await told).toEqual({ deviceId: alice.deviceId });
    expect((await stock(alice)).body).toMatchObject({ oneTime: 0, oneTimeKem: 0 });
    listener.disconnect();
  });

  it.each(['signedPreKey', 'lastResortKemPreKey'] as const)(
    'need a signature by the identity key of the device that publishes: %s',
    async (name) => {
      const body = await preKeyBody(alice);
      const foreign = await preKeyBody(bob);
      const wrong = flipped(body[name].signature);

      expect((await put(alice, { ...body, [name]: foreign[name] })).status).toBe(403);
      const forged = { ...body, [name]: { ...body[name], signature: wrong } };
      expect((await put(alice, forged)).status).toBe(403);
      // A signature over another key of the same device.
      const swapped = { ...body[name], signature: (await preKeyBody(alice))[name].signature };
      expect((await put(alice, { ...body, [name]: swapped })).status).toBe(403);
      expect((await stock(alice)).body).toEqual(nothing);
    },
  );

  it('that are KEM keys for one use are signed as well', async () => {
    const body = await preKeyBody(alice, { oneTimeKem: 2 });
    const [first, second] = body.oneTimeKemPreKeys;
    const foreign = await preKeyBody(bob, { oneTimeKem: 2 });

    for (const oneTimeKemPreKeys of [
      [first, { ...second, signature: first?.signature }],
      [first, foreign.oneTimeKemPreKeys[1]],
    ]) {
      expect((await put(alice, { ...body, oneTimeKemPreKeys })).status).toBe(403);
    }
    expect((await stock(alice)).body).toEqual(nothing);
  });

  it.each(refusedPoints)('refuse %s, signed or not', async (_, hex) => {
    const publicKey = Uint8Array.from(Buffer.from(hex, 'hex'));
    const body = await preKeyBody(alice);
    const key = { id: 7, publicKey: toBase64Url(publicKey) };
    const signature = toBase64Url(
      await signXEdDSA({ seed: alice.identity.seed, message: publicKey }),
    );

    const oneTime = await put(alice, { ...body, oneTimePreKeys: [key] });
    const signed = await put(alice, { ...body, signedPreKey: { ...key, signature } });

    expect([oneTime.status, signed.status]).toEqual([400, 400]);
    expect((await stock(alice)).body).toEqual(nothing);
  });

  it('refuse a KEM key of another type, and one id for two keys', async () => {
    const body = await preKeyBody(alice, { oneTime: 2, oneTimeKem: 1 });
    const [one, two] = body.oneTimePreKeys;
    const [kem] = body.oneTimeKemPreKeys;
    const otherType = Buffer.from(kem?.publicKey ?? '', 'base64url');
    otherType[0] = 0x07;
    const message = Uint8Array.from(otherType);
    const signature = await signXEdDSA({ seed: alice.identity.seed, message });

    for (const change of [
      { oneTimePreKeys: [one, { ...two, id: one?.id }] },
      { oneTimePreKeys: [one, one] },
      { oneTimeKemPreKeys: [kem, kem] },
      { oneTimeKemPreKeys: [{ ...kem, id: body.lastResortKemPreKey.id }] },
      {
        oneTimeKemPreKeys: [
          { id: 5, publicKey: toBase64Url(message), signature: toBase64Url(signature) },
        ],
      },
    ]) {
      expect((await put(alice, { ...body, ...change })).status).toBe(400);
    }
  });

  it('never change under an id, and are not taken back after they were used', async () => {
    const body = await preKeyBody(alice, { oneTime: 2, oneTimeKem: 1 });
    await put(alice, body);
    await claim(bob, alice);

    const others = await preKeyBody(alice, { oneTime: 2, oneTimeKem: 1 });
    const changes = [
      { oneTimePreKeys: others.oneTimePreKeys.slice(0, 1) },
      { oneTimePreKeys: others.oneTimePreKeys.slice(1) },
      { oneTimeKemPreKeys: others.oneTimeKemPreKeys },
      { signedPreKey: others.signedPreKey },
      { lastResortKemPreKey: others.lastResortKemPreKey },
    ];

    for (const change of changes) {
      expect((await put(alice, { ...body, ...change })).status).toBe(409);
    }
    expect((await put(alice, body)).body).toMatchObject({ oneTime: 1, oneTimeKem: 0 });
  });

  it('are kept up to the limit', async () => {
    await put(alice, await preKeyBody(alice, { oneTime: limits.oneTimePreKeys }));

    const more = await put(alice, await preKeyBody(alice, { oneTime: 1, firstId: 500 }));
    const tooMany = await preKeyBody(alice, { oneTime: limits.oneTimePreKeys + 1, firstId: 600 });

    expect(more).toMatchObject({ status: 413, body: { error: { code: 'too_large' } } });
    expect((await put(alice, tooMany)).status).toBe(400);
  });

  it('are asked for by people who share a chat and by the own devices, of an active device', async () => {
    const phone = await addDevice(test, alicePerson);
    const { device: eve } = await createPerson(test);
    await put(alice, await preKeyBody(alice));
    await put(phone, await preKeyBody(phone));
    const notFound = { status: 404, body: { error: { code: 'not_found' } } };

    expect((await claim(phone, alice)).status).toBe(200);
    expect(await claim(eve, alice)).toMatchObject(notFound);
    expect(await claim(bob, { ...alice, userId: bob.userId })).toMatchObject(notFound);
    expect((await claim({ ...bob, deviceId: alice.deviceId }, alice)).status).toBe(401);
    await publish(test.relay, alice, alicePerson, without(alicePerson, phone.deviceId));
    expect(await claim(bob, phone)).toMatchObject(notFound);
    for (const refused of [
      await put(phone, await preKeyBody(phone)),
      await stock(phone),
      await claim(phone, alice),
    ]) {
      expect(refused).toMatchObject({ status: 410, body: { error: { code: 'gone' } } });
    }
  });

  it('without a signed one among them are not handed out, nor used up', async () => {
    const { signedPreKey, ...rest } = await preKeyBody(alice, { oneTime: 1, oneTimeKem: 1 });
    await put(alice, rest);

    const early = await claim(bob, alice);
    const before = await stock(alice);
    await put(alice, { ...rest, signedPreKey });

    expect(early.status).toBe(404);
    expect(before.body).toMatchObject({ oneTime: 1, oneTimeKem: 1, signedPreKey: null });
    expect((await claim(bob, alice)).body).toMatchObject({
      signedPreKey,
      oneTimePreKey: rest.oneTimePreKeys[0],
    });
  });

  it('cannot be drained by one device', async () => {
    await put(alice, await preKeyBody(alice, { oneTime: limits.oneTimePreKeys }));
    const statuses: number[] = [];
    for (let n = 0; n < limits.preKeyClaimsPerDay; n++) {
      statuses.push((await claim(bob, alice)).status);
    }

    const refused = await claim(bob, alice);

    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(refused).toMatchObject({ status: 429, body: { error: { code: 'rate_limited' } } });
    const { retryAfterMs } = refused.body['error'] as { retryAfterMs: number };
    expect(retryAfterMs).toBeGreaterThan(23 * 3_600_000);
    expect(refused.headers.get('retry-after')).toBe(String(Math.ceil(retryAfterMs / 1000)));
    expect((await stock(alice)).body).toMatchObject({
      oneTime: limits.oneTimePreKeys - limits.preKeyClaimsPerDay,
    });
  });

  it('are 100 different ones in 200 claims at once, and none in the other 100', async () => {
    const claimers = [bob];
    while (claimers.length < 200 / limits.preKeyClaimsPerDay) {
      claimers.push(await addDevice(test, bobPerson));
    }
    await put(alice, await preKeyBody(alice, { oneTime: limits.oneTimePreKeys }));

    const claims = await Promise.all(
      claimers.flatMap((claimer) =>
        Array.from({ length: limits.preKeyClaimsPerDay }, () => claim(claimer, alice)),
      ),
    );

    expect(claims.map(({ status }) => status)).toEqual(claims.map(() => 200));
    const ids = claims.map(({ body }) => (body['oneTimePreKey'] as { id: number } | null)?.id);
    expect(ids.filter((id) => id === undefined)).toHaveLength(100);
    expect(new Set(ids.filter((id) => id !== undefined)).size).toBe(100);
  });

  it('are asked for no more often than the class allows', async () => {
    const relay = await test.another({ rateLimits: { claim: { points: 2, perSeconds: 60 } } });
    await put(alice, await preKeyBody(alice));
    const path = `/api/people/${alice.userId}/devices/${alice.deviceId}/prekeys/claim`;

    const statuses = [];
    for (let n = 0; n < 3; n++) statuses.push((await ask(relay, 'POST', path, bob)).status);

    expect(statuses).toEqual([200, 200, 429]);
  });
});
