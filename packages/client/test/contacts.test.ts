import type { ChatId, UserId } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ContactState } from '../src/index.ts';
import {
  makePerson,
  signUpFully,
  startChatWith,
  textsOf,
  until,
  untilTexts,
} from '../src/testing/index.ts';
import type { TestClient, TestPerson } from '../src/testing/index.ts';
import { resetAccount } from './support/reset-account.ts';
import { startTestWorld } from './support/test-world.ts';
import type { TestWorld } from './support/test-world.ts';

let world: TestWorld;

beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world?.stop());

interface Met {
  ann: TestPerson;
  ben: TestPerson;
  a: TestClient;
  b: TestClient;
  annId: UserId;
  benId: UserId;
  chatId: ChatId;
}

const ownId = ({ client }: TestClient): UserId => {
  const state = client.session.getSnapshot();
  if (state.phase !== 'ready') throw new Error(state.phase);
  return state.profile.userId;
};

async function meet(): Promise<Met> {
  const [ann, ben] = [makePerson('ann'), makePerson('ben')];
  const [a, b] = [world.client(), world.client()];
  await Promise.all([signUpFully(a.client, ann), signUpFully(b.client, ben)]);
  const chatId = await startChatWith(a.client, ben.handle);
  await until(b.client.chats, ({ chats }) => chats.length === 1);
  return { ann, ben, a, b, annId: ownId(a), benId: ownId(b), chatId };
}

/** The contact once it can be compared. */
function contactOf({ client }: TestClient, userId: UserId): Promise<ContactState> {
  return until(
    client.contact(userId),
    ({ status, digits }) => status === 'ready' && digits !== null,
  );
}

/** Both have scanned the other's screen. */
async function checkEachOther({ a, b, annId, benId }: Met): Promise<void> {
  const [ofBen, ofAnn] = await Promise.all([contactOf(a, benId), contactOf(b, annId)]);
  await a.client.scanSafetyCode({ userId: benId, scanned: ofAnn.qr ?? '' });
  await b.client.scanSafetyCode({ userId: annId, scanned: ofBen.qr ?? '' });
}

const digitsOf = (state: ContactState): string => state.digits ?? '';

describe('the safety code of two people', () => {
  it('is the same 60 digits on both screens, and marks the other when they are', async () => {
    const { a, b, annId, benId } = await meet();
    const [ofBen, ofAnn] = await Promise.all([contactOf(a, benId), contactOf(b, annId)]);

    expect(ofBen).toMatchObject({ trust: 'unchecked', checkedAtMs: null, deviceCount: 1 });
    expect(ofBen.digits).toMatch(/^[0-9]{60}$/);
    expect(ofBen.digits).toBe(ofAnn.digits);
    await a.client.markChecked({ userId: benId, digits: digitsOf(ofBen) });

    const checked = await until(a.client.contact(benId), ({ trust }) => trust === 'checked');
    expect(checked.checkedAtMs).not.toBeNull();
    await until(a.client.chats, ({ chats }) => chats[0]?.trust === 'checked');
    await a.client.unmarkChecked({ userId: benId });
    await until(a.client.contact(benId), ({ trust }) => trust === 'unchecked');
    await until(a.client.chats, ({ chats }) => chats[0]?.trust === 'unchecked');
  });

  it('marks the other from a camera, in chat and list, and only from their screen', async () => {
    const met = await meet();
    const { a, b, annId, benId, chatId } = met;
    const others = await meet();
    const [ofBen, ofAnn] = await Promise.all([contactOf(a, benId), contactOf(b, annId)]);
    const elsewhere = await contactOf(others.b, others.annId);
    const scan = async (scanned: string | null) =>
      (await a.client.scanSafetyCode({ userId: benId, scanned: scanned ?? '' })).outcome;

    expect(await scan(ofBen.qr)).toBe('other_person');
    expect(await scan(elsewhere.qr)).toBe('other_person');
    expect(await scan(ofBen.digits)).toBe('malformed');
    expect((await contactOf(a, benId)).trust).toBe('unchecked');
    expect(await scan(ofAnn.qr)).toBe('match');

    await until(a.client.chat(chatId), ({ trust }) => trust === 'checked');
    await expect(
      a.client.markChecked({ userId: benId, digits: digitsOf(elsewhere) }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(a.client.markChecked({ userId: annId, digits: '' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(a.client.markChecked({ userId: others.annId, digits: '' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('stays marked through a restart and another device of theirs; the disk does not tell', async () => {
    const met = await meet();
    const { ann, ben, a, b, benId, chatId } = met;
    await checkEachOther(met);
    await until(a.client.chat(chatId), ({ trust }) => trust === 'checked');
    const { digits } = await contactOf(a, benId);

    const rows = [...a.disk.values()].flatMap((table) => [...table]);
    for (const [, bytes] of rows) {
      const text = Buffer.from(bytes).toString('latin1');
      expect(text.includes('checked') || text.includes(digits ?? '')).toBe(false);
    }
    expect(rows.length).toBeGreaterThan(5);
    await world.close(a);
    const again = world.client({ disk: a.disk });
    await until(again.client.session, ({ phase }) => phase === 'locked');
    expect(again.client.contact(benId).getSnapshot().status).toBe('locked');
    await again.client.unlock({ chatPassword: ann.chatPassword });
    const second = world.client();
    await until(second.client.session, ({ phase }) => phase === 'signedOut');
    await second.client.signIn({ email: ben.email, password: ben.password });
    await second.client.unlock({ chatPassword: ben.chatPassword });

    const state = await until(again.client.contact(benId), ({ deviceCount }) => deviceCount === 2);
    expect(state).toMatchObject({ trust: 'checked', digits });
    await b.client.sendText({ chatId, text: 'still me' });
    await untilTexts(again.client, chatId, ['still me']);
  });
});

describe('another account key', () => {
  /** Ben has a new account key; Ann has checked the old one. */
  async function exchanged(meanwhile: (met: Met) => Promise<unknown> = async () => undefined) {
    const met = await meet();
    const { ben, a, b, chatId } = met;
    await a.client.sendText({ chatId, text: 'to the old key' });
    await untilTexts(b.client, chatId, ['to the old key']);
    await checkEachOther(met);
    await until(a.client.chat(chatId), ({ trust }) => trust === 'checked');
    await world.close(b);
    await world.stopRelay();
    await meanwhile(met);
    await resetAccount(world, ben.handle);
    await world.startRelay();
    a.clock.advance(31_000);
    await until(a.client.contact(met.benId), ({ trust }) => trust === 'doubtful');
    const fresh = world.client();
    await until(fresh.client.session, ({ phase }) => phase === 'signedOut');
    await fresh.client.signIn({ email: ben.email, password: ben.password });
    const { recoveryKey } = await fresh.client.setChatPassword({ chatPassword: ben.chatPassword });
    const [text = ''] = recoveryKey.split('-');
    await fresh.client.confirmRecoveryKey({ groups: [{ index: 0, text }] });
    const contact = await until(
      a.client.contact(met.benId),
      ({ trust, change }) => trust === 'changed' && change !== null,
    );
    return { ...met, b: fresh, contact };
  }

  it('stops everything until it is accepted; then the chat goes on under a new key', async () => {
    const { a, b, annId, benId, chatId, contact } = await exchanged();

    expect(contact.change).toMatchObject({ wasChecked: true });
    const own = await contactOf(b, annId);
    expect(contact.change?.digits).toBe(own.digits);
    expect(contact.digits).not.toBe(own.digits);
    await until(a.client.chats, ({ chats }) => chats[0]?.trust === 'changed');
    expect((await until(a.client.chat(chatId), ({ trust }) => trust === 'changed')).canSend).toBe(
      false,
    );
    await expect(a.client.sendText({ chatId, text: 'no' })).rejects.toMatchObject({
      code: 'untrusted',
    });
    const scanned = { userId: benId, scanned: own.qr ?? '' };
    expect(await a.client.scanSafetyCode(scanned)).toEqual({ outcome: 'no_match' });
    await expect(
      a.client.acceptKeyChange({ userId: benId, digits: digitsOf(contact) }),
    ).rejects.toMatchObject({ code: 'conflict' });

    await a.client.acceptKeyChange({ userId: benId, digits: contact.change?.digits ?? '' });

    const accepted = await until(
      a.client.contact(benId),
      ({ trust, digits }) => trust === 'unchecked' && digits !== null,
    );
    expect(accepted).toMatchObject({ checkedAtMs: null, change: null, digits: own.digits });
    await a.client.sendText({ chatId, text: 'to the new key' });
    const state = await until(b.client.chat(chatId), (chat) =>
      textsOf(chat).includes('to the new key'),
    );
    expect(textsOf(state)).toEqual(['<key_missing>', 'to the new key']);
    await b.client.sendText({ chatId, text: 'from the new key' });
    await untilTexts(a.client, chatId, ['to the old key', 'to the new key', 'from the new key']);
    expect(await a.client.scanSafetyCode(scanned)).toEqual({ outcome: 'match' });
  });

  it('holds back what was queued before, and sends it under the new key', async () => {
    const { a, b, benId, chatId, contact } = await exchanged(async (met) => {
      await until(met.a.client.connection, ({ status }) => status !== 'online');
      await met.a.client.sendText({ chatId: met.chatId, text: 'queued' });
    });
    const before = await until(a.client.chat(chatId), ({ messages }) => messages.length === 2);
    expect(before.messages[1]?.delivery).toBe('queued');
    await until(b.client.chats, ({ chats }) => chats.length === 1);
    expect(textsOf(await untilTexts(b.client, chatId, ['<key_missing>']))).toHaveLength(1);

    await a.client.acceptKeyChange({ userId: benId, digits: contact.change?.digits ?? '' });

    await untilTexts(b.client, chatId, ['<key_missing>', 'queued']);
    const sent = await until(a.client.chat(chatId), ({ messages }) => messages[1]?.seq === 2);
    expect(textsOf(sent)).toEqual(['to the old key', 'queued']);
  });

  it('stays noticed through a restart, before the relay was asked again', async () => {
    const { ann, a, benId, chatId, contact } = await exchanged();
    await world.close(a);

    const again = world.client({ disk: a.disk });
    await until(again.client.session, ({ phase }) => phase === 'locked');
    await again.client.setOnline({ online: false });
    await again.client.unlock({ chatPassword: ann.chatPassword });

    const state = await until(again.client.contact(benId), ({ trust }) => trust === 'changed');
    expect(state.change).toEqual(contact.change);
    await expect(again.client.sendText({ chatId, text: 'no' })).rejects.toMatchObject({
      code: 'untrusted',
    });
  });
});
