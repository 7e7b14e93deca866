import { randomBytes, randomUUID } from 'node:crypto';
import { toBase64Url } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, ask, authenticate, createPerson } from './support/person.ts';
import type { Answer, TestDevice, TestPerson } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next } from './support/test-socket.ts';

let test: TestRelay;

beforeAll(async () => {
  test = await startTestRelay();
});
afterAll(() => test?.stop());

const random = (length: number) => randomBytes(length).toString('base64url');
type As = { token: string; deviceId?: string };

const requestOf = (linkId: string = randomUUID()) => ({
  linkId,
  commitment: random(32),
  deviceName: 'Firefox on Linux',
  deviceType: 'web',
});
const revealOf = () => ({ publicKey: random(32), nonce: random(32) });
const deliveryOf = () => ({ ephemeralPublicKey: random(32), sealed: random(200) });

const create = (as: As, body: unknown) =>
  ask(test.relay, 'POST', '/api/device-links', { ...as, body });
const list = (as: As) => ask(test.relay, 'GET', '/api/device-links', as);
const read = (as: As, linkId: string) => ask(test.relay, 'GET', `/api/device-links/${linkId}`, as);
const put = (as: As, linkId: string, step: string, body: unknown) =>
  ask(test.relay, 'PUT', `/api/device-links/${linkId}/${step}`, { ...as, body });
const end = (as: As, linkId: string) =>
  ask(test.relay, 'DELETE', `/api/device-links/${linkId}`, { ...as, body: {} });

const linkIn = (answer: Answer) => answer.body['link'] as Record<string, unknown>;

interface Asked {
  person: TestPerson;
  laptop: TestDevice;
  phone: As & { sessionId: string };
  linkId: string;
}

function answerOf(person: TestPerson, device: TestDevice) {
  return {
    identityKey: toBase64Url(device.identity.publicKey),
    accountKey: toBase64Url(person.account.publicKey),
    nonce: random(32),
    tag: random(32),
  };
}

/** A person with a laptop, and a signed-in session that asks to be let in. */
async function asked(): Promise<Asked> {
  const { person, device: laptop } = await createPerson(test);
  const { token, sessionId } = await authenticate(test, 'token?grant_type=password', person);
  const request = requestOf();
  expect((await create({ token }, request)).status).toBe(200);
  return { person, laptop, phone: { token, sessionId }, linkId: request.linkId };
}

describe('A device link', () => {
  it('goes from request to delivery, and every step is told to the account', async () => {
    const { person, device: laptop } = await createPerson(test);
    const { token } = await authenticate(test, 'token?grant_type=password', person);
    const phone = { token };
    const request = requestOf();
    const answer = answerOf(person, laptop);
    const reveal = revealOf();
    const delivery = deliveryOf();
    const { linkId } = request;
    const socket = await connect(test.relay, laptop);
    const told = async (step: () => Promise<Answer>) => {
      const event = next(socket, 'deviceLink:changed');
      const result = await step();
      expect(await event).toEqual({ linkId });
      expect(result.status).toBe(200);
      return result;
    };

    const made = linkIn(await told(() => create(phone, request)));
    const listed = (await list(laptop)).body['links'];
    const answered = linkIn(await told(() => put(laptop, linkId, 'answer', answer)));
    const seen = linkIn(await read(phone, linkId));
    const revealed = linkIn(await told(() => put(phone, linkId, 'reveal', reveal)));
    await told(() => put(laptop, linkId, 'delivery', delivery));
    const delivered = linkIn(await read(phone, linkId));

    expect(made).toMatchObject({ ...request, state: 'open', answer: null, reveal: null });
    expect(Number(made['expiresAtMs']) - Number(made['createdAtMs'])).toBe(600_000);
    expect(listed).toEqual([made]);
    expect(answered).toEqual({
      ...made,
      state: 'answered',
      answer: { deviceId: laptop.deviceId, ...answer },
    });
    expect(seen).toEqual(answered);
    expect(revealed).toEqual({ ...answered, state: 'revealed', reveal });
    expect(delivered).toMatchObject({ state: 'delivered', delivery });
    expect((await list(laptop)).body['links']).toEqual([]);
    socket.disconnect();
  });

  it('is answered by the first device, and only that one delivers', async () => {
    const { person, laptop, phone, linkId } = await asked();
    const tablet = await addDevice(test, person);
    const answer = answerOf(person, laptop);

    const early = await put(phone, linkId, 'reveal', revealOf());
    const first = await put(laptop, linkId, 'answer', answer);
    const repeated = await put(laptop, linkId, 'answer', answer);
    const second = await put(tablet, linkId, 'answer', answerOf(person, tablet));
    const changed = await put(laptop, linkId, 'answer', { ...answer, nonce: random(32) });
    const tooEarly = await put(laptop, linkId, 'delivery', deliveryOf());
    await put(phone, linkId, 'reveal', revealOf());
    const other = await put(tablet, linkId, 'delivery', deliveryOf());
    const right = deliveryOf();
    const delivered = await put(laptop, linkId, 'delivery', right);
    const again = await put(laptop, linkId, 'delivery', right);
    const replaced = await put(laptop, linkId, 'delivery', deliveryOf());

    expect(early.status).toBe(409);
    expect([first.status, repeated.status]).toEqual([200, 200]);
    expect(repeated.body).toEqual(first.body);
    expect([second.status, changed.status, tooEarly.status]).toEqual([409, 409, 409]);
    expect(other.status).toBe(403);
    expect([delivered.status, again.status, replaced.status]).toEqual([200, 200, 409]);
  });

  it('is not answered in the name of another device or account', async () => {
    const { person, laptop, linkId } = await asked();
    const tablet = await addDevice(test, person);
    const right = answerOf(person, laptop);
    const { person: stranger, device: foreign } = await createPerson(test);

    const otherDevice = { ...right, identityKey: toBase64Url(tablet.identity.publicKey) };
    const otherAccount = { ...right, accountKey: toBase64Url(stranger.account.publicKey) };

    expect((await put(laptop, linkId, 'answer', otherDevice)).status).toBe(403);
    expect((await put(laptop, linkId, 'answer', otherAccount)).status).toBe(403);
    expect((await put(foreign, linkId, 'answer', answerOf(stranger, foreign))).status).toBe(404);
    expect((await put(laptop, linkId, 'answer', right)).status).toBe(200);
  });

  it('is revealed and read by the session that asked, and by no other', async () => {
    const { person, laptop, phone, linkId } = await asked();
    const other = await authenticate(test, 'token?grant_type=password', person);
    await put(laptop, linkId, 'answer', answerOf(person, laptop));
    const reveal = revealOf();

    expect((await put(other, linkId, 'reveal', reveal)).status).toBe(404);
    expect((await put(laptop, linkId, 'reveal', reveal)).status).toBe(404);
    expect((await put(phone, linkId, 'reveal', reveal)).status).toBe(200);
    expect((await put(phone, linkId, 'reveal', reveal)).status).toBe(200);
    expect((await put(phone, linkId, 'reveal', revealOf())).status).toBe(409);
    await put(laptop, linkId, 'delivery', deliveryOf());
    for (const as of [{ token: other.token }, laptop]) {
      expect((await read(as, linkId)).status).toBe(404);
    }
    expect(JSON.stringify((await list(laptop)).body)).not.toContain('sealed');
    expect((await read(phone, linkId)).status).toBe(200);
  });

  it('can be declined from anywhere in the account, twice, and holds nothing then', async () => {
    const { person, laptop, phone, linkId } = await asked();
    const { device: stranger } = await createPerson(test);

    expect((await end(stranger, linkId)).status).toBe(200);
    expect(linkIn(await read(phone, linkId))['state']).toBe('open');
    await put(laptop, linkId, 'answer', answerOf(person, laptop));
    expect((await end(laptop, linkId)).status).toBe(200);
    expect((await end(laptop, linkId)).status).toBe(200);
    expect(linkIn(await read(phone, linkId))).toMatchObject({
      state: 'declined',
      answer: null,
      reveal: null,
      delivery: null,
    });
    expect((await put(laptop, linkId, 'answer', answerOf(person, laptop))).status).toBe(410);
    expect((await list(laptop)).body['links']).toEqual([]);
  });

  it('is answered alike when asked again, and refused with other content', async () => {
    const { person } = await createPerson(test);
    const session = await authenticate(test, 'token?grant_type=password', person);
    const { person: other } = await createPerson(test);
    const foreign = await authenticate(test, 'token?grant_type=password', other);
    const request = requestOf();

    const first = await create(session, request);
    const again = await create(session, request);

    expect(again).toMatchObject({ status: 200, body: first.body });
    expect((await create(session, requestOf(request.linkId))).status).toBe(409);
    expect((await create(foreign, request)).status).toBe(409);
  });

  it('is one of at most three', async () => {
    const { person, device } = await createPerson(test);
    const session = await authenticate(test, 'token?grant_type=password', person);
    const requests = [requestOf(), requestOf(), requestOf()];

    const together = await Promise.all(
      [...requests, requestOf(), requestOf()].map((request) => create(session, request)),
    );

    const statuses = together.map(({ status }) => status).sort((a, b) => a - b);
    expect(statuses).toEqual([200, 200, 200, 413, 413]);
    const { links } = (await list(device)).body as { links: { linkId: string }[] };
    await end(session, links[0]?.linkId ?? '');
    expect((await create(session, requestOf())).status).toBe(200);
  });

  it('ends with the session that asked', async () => {
    const { person, laptop, phone, linkId } = await asked();

    await ask({ url: test.stack.url }, 'POST', '/auth/v1/logout?scope=local', {
      token: phone.token,
      headers: { apikey: test.stack.publishableKey },
    });

    expect((await list(laptop)).body['links']).toEqual([]);
    expect((await put(laptop, linkId, 'answer', answerOf(person, laptop))).status).toBe(410);
  });
});
