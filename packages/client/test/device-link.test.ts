import { parseDeviceLinkCode, toBase64Url, toHex } from '@sotto/crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LinkRequest, LinkState } from '../src/index.ts';
import { makePerson, signUpFully, startChatWith, until, untilTexts } from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { signInOnNewDevice, untilLink, untilRequest } from './support/linking.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';
import { createTappedTransport } from './support/wire-tap.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

const linkOf = ({ client }: TestClient): LinkState | null => {
  const state = client.session.getSnapshot();
  return state.phase === 'newDevice' ? state.link : null;
};

interface Asked {
  person: TestPerson;
  holder: TestClient;
  asker: TestClient;
  request: LinkRequest;
  qr: string;
}

/** A person on one device, and a second one that asks to be let in. */
async function ask(): Promise<Asked> {
  const person = makePerson('ann');
  const holder = world.client();
  await signUpFully(holder.client, person);
  const asker = await signInOnNewDevice(world, person, { deviceName: 'second device' });
  await asker.client.startLink();
  const { qr } = await untilLink(asker, 'waiting');
  const request = await untilRequest(holder, 'new');
  return { person, holder, asker, request, qr };
}

/** Whoever was let in writes to somebody, and reads what was written before. */
async function expectWhole(asker: TestClient): Promise<void> {
  const friend = makePerson('ben');
  const other = world.client();
  await signUpFully(other.client, friend);
  const chatId = await startChatWith(asker.client, friend.handle);
  await asker.client.sendText({ chatId, text: 'from the second device' });
  await until(other.client.chats, ({ chats }) => chats.length === 1);
  await untilTexts(other.client, chatId, ['from the second device']);
}

describe('letting a device in', () => {
  it('works by the camera, without the chat password', async () => {
    const { holder, asker, request, qr } = await ask();
    expect(request).toMatchObject({ deviceName: 'second device', deviceType: 'cli', code: null });

    await holder.client.answerLink({ scanned: qr });
    const { linkId } = await untilRequest(holder, 'scanned');
    await untilLink(asker, 'joining');
    await holder.client.approveLink({ linkId });

    await until(asker.client.session, ({ phase }) => phase === 'ready');
    await until(holder.client.devices, ({ devices }) =>
      devices.some(({ name, nameCertified }) => name === 'second device' && nameCertified),
    );
    await until(holder.client.devices, ({ requests }) =>
      requests.every(({ step }) => step === 'delivered'),
    );
    await expectWhole(asker);
  });

  it('works by the same six digits on both screens', async () => {
    const { person, holder, asker, request } = await ask();
    const { linkId } = request;

    await holder.client.answerLink({ linkId });
    const compared = await untilRequest(holder, 'comparing');
    const shown = await untilLink(asker, 'comparing');
    expect(shown.code).toMatch(/^[0-9]{6}$/);
    expect(compared.code).toBe(shown.code);
    await asker.client.confirmLink();
    await holder.client.approveLink({ linkId });
    await until(asker.client.session, ({ phase }) => phase === 'ready');

    await asker.client.lock();
    await asker.client.unlock({ chatPassword: person.chatPassword });
    await expectWhole(asker);
  });

  it('opens nothing before the digits were confirmed, also when it was delivered already', async () => {
    const { holder, asker, request } = await ask();
    const { linkId } = request;
    await holder.client.answerLink({ linkId });
    await untilRequest(holder, 'comparing');
    await untilLink(asker, 'comparing');

    await holder.client.approveLink({ linkId });
    await untilRequest(holder, 'delivered');
    asker.clock.advance(10_000);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(linkOf(asker)).toMatchObject({ step: 'comparing' });
    await asker.client.confirmLink();

    await until(asker.client.session, ({ phase }) => phase === 'ready');
  });

  it('shows the relay neither the secret of the code nor the digits', async () => {
    const person = makePerson('ann');
    const [one, other] = [createTappedTransport(), createTappedTransport()];
    const holder = world.client({ transport: one.transport });
    await signUpFully(holder.client, person);
    const asker = await signInOnNewDevice(world, person, { transport: other.transport });
    await asker.client.startLink();
    const { qr } = await untilLink(asker, 'waiting');
    await untilRequest(holder, 'new');
    const { linkId } = await holder.client.answerLink({ scanned: qr });
    const { code } = await untilRequest(holder, 'scanned');
    await holder.client.approveLink({ linkId });
    await until(asker.client.session, ({ phase }) => phase === 'ready');

    const { secret, commitment } = parseDeviceLinkCode(qr);
    const passed = [one, other].map(({ tap }) => [tap.sent, tap.received]);
    const seen = JSON.stringify(passed) + world.logged();
    expect(seen).toContain(toBase64Url(commitment));
    expect(seen).toContain(linkId);
    for (const form of [toBase64Url(secret), toHex(secret), `"${code}"`, qr]) {
      expect(seen).not.toContain(form);
    }
  });

  it('keeps older messages readable and gives the device what the others write', async () => {
    const [ann, ben] = [makePerson('ann'), makePerson('ben')];
    const [a, b] = [world.client(), world.client()];
    await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
    const chatId = await startChatWith(a.client, ben.handle);
    await a.client.sendText({ chatId, text: 'before' });
    const asker = await signInOnNewDevice(world, ann);
    await asker.client.startLink();
    const { qr } = await untilLink(asker, 'waiting');
    await untilRequest(a, 'new');
    const { linkId } = await a.client.answerLink({ scanned: qr });
    await untilRequest(a, 'scanned');
    await a.client.approveLink({ linkId });
    await until(asker.client.session, ({ phase }) => phase === 'ready');

    await untilTexts(asker.client, chatId, ['before']);
    await until(b.client.chats, ({ chats }) => chats.length === 1);
    await b.client.sendText({ chatId, text: 'after' });

    const { missing } = await untilTexts(asker.client, chatId, ['before', 'after']);
    expect(missing).toBe(0);
  });
});

describe('a request that comes to nothing', () => {
  it('is declined on the other device, and can be made again', async () => {
    const { holder, asker, request } = await ask();

    await holder.client.declineLink({ linkId: request.linkId });

    expect(await untilLink(asker, 'ended')).toEqual({ step: 'ended', cause: 'declined' });
    expect(holder.client.devices.getSnapshot().requests).toEqual([]);
    await asker.client.startLink();
    expect((await untilRequest(holder, 'new')).linkId).not.toBe(request.linkId);
  });

  it('vanishes from the other device when it is cancelled', async () => {
    const { holder, asker } = await ask();

    await asker.client.cancelLink();

    expect(linkOf(asker)).toBeNull();
    await until(holder.client.devices, ({ requests }) => requests.length === 0);
  });

  it('ends by itself after ten minutes on both sides', async () => {
    const { holder, asker } = await ask();

    holder.clock.advance(601_000);
    asker.clock.advance(601_000);

    expect(await untilLink(asker, 'ended')).toEqual({ step: 'ended', cause: 'expired' });
    await until(
      holder.client.devices,
      ({ requests, status }) => requests.length === 0 || status === 'locked',
    );
  });

  it('ends with the chat password typed instead', async () => {
    const { person, holder, asker } = await ask();

    await asker.client.unlock({ chatPassword: person.chatPassword });

    expect(asker.client.session.getSnapshot().phase).toBe('ready');
    await until(holder.client.devices, ({ requests }) => requests.length === 0);
  });

  it('dies with the program that asked: nothing of it is on the disk', async () => {
    const { person, holder, asker, request } = await ask();
    await holder.client.answerLink({ linkId: request.linkId });
    await untilLink(asker, 'comparing');
    const rows = [...asker.disk.values()].flatMap((table) => [...table.keys()]);

    await world.close(asker);
    const again = world.client({ disk: asker.disk });
    await until(again.client.session, ({ phase }) => phase === 'signedOut');
    await again.client.signIn({ email: person.email, password: person.password });

    expect(rows).toEqual([]);
    expect(again.client.session.getSnapshot()).toMatchObject({ phase: 'newDevice', link: null });
    await expect(again.client.confirmLink()).rejects.toMatchObject({ code: 'conflict' });
  });

  it('goes on after the connection was away', async () => {
    const { holder, asker, request } = await ask();
    const { linkId } = request;
    await world.stopRelay();
    asker.clock.advance(5_000);
    await expect(holder.client.answerLink({ linkId })).rejects.toMatchObject({ code: 'offline' });
    await world.startRelay();
    holder.clock.advance(31_000);
    await until(holder.client.connection, ({ status }) => status === 'online');

    await holder.client.answerLink({ linkId });
    asker.clock.advance(16_000);
    await untilRequest(holder, 'comparing');
    await untilLink(asker, 'comparing');
    await asker.client.confirmLink();
    await holder.client.approveLink({ linkId });

    await until(asker.client.session, ({ phase }) => phase === 'ready');
  });
});

describe('answers', () => {
  it('are given once: a second device finds the request taken', async () => {
    const { person, holder, asker, request } = await ask();
    const third = await signInOnNewDevice(world, person);
    await third.client.unlock({ chatPassword: person.chatPassword });
    const { linkId } = request;
    await untilRequest(third, 'new');
    await holder.client.answerLink({ linkId });

    await untilRequest(third, 'busy');
    await expect(third.client.answerLink({ linkId })).rejects.toMatchObject({ code: 'conflict' });
    await expect(third.client.approveLink({ linkId })).rejects.toMatchObject({ code: 'conflict' });

    await untilLink(asker, 'comparing');
    await asker.client.confirmLink();
    await untilRequest(holder, 'comparing');
    await holder.client.approveLink({ linkId });
    await until(asker.client.session, ({ phase }) => phase === 'ready');
  });

  it('refuse codes of no request, and approval before there is anything to compare', async () => {
    const { holder, request } = await ask();
    const { linkId } = request;
    const elsewhere = await ask();

    for (const scanned of ['https://example.org', elsewhere.qr]) {
      await expect(holder.client.answerLink({ scanned })).rejects.toMatchObject({
        code: 'not_found',
      });
    }
    await expect(holder.client.approveLink({ linkId })).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      holder.client.approveLink({ linkId: elsewhere.request.linkId }),
    ).rejects.toMatchObject({ code: 'not_found' });
  });
});
