import { randomBytes, randomUUID } from 'node:crypto';
import { limits } from '@sotto/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addDevice, ask, createChat, createPerson } from './support/person.ts';
import type { TestDevice } from './support/person.ts';
import { startTestRelay } from './support/test-relay.ts';
import type { TestRelay } from './support/test-relay.ts';
import { connect, next, send } from './support/test-socket.ts';

type Stored = { seq: number; createdAtMs: number };
type Envelope = Stored & { chatId: string; clientId: string; ciphertext: Buffer };

const message = (chatId: string, ciphertext = randomBytes(64)) => ({
  chatId,
  clientId: randomUUID(),
  ciphertext,
});

for (const withoutDatabaseUrl of [false, true]) {
  describe(`messages, appended ${withoutDatabaseUrl ? 'through PostgREST' : 'directly'}`, () => {
    let test: TestRelay;
    let alice: TestDevice;
    let alicesPhone: TestDevice;
    let bob: TestDevice;
    let carol: TestDevice;
    let chatId: string;

    beforeAll(async () => {
      test = await startTestRelay({ withoutDatabaseUrl });
      const first = await createPerson(test);
      alice = first.device;
      alicesPhone = await addDevice(test, first.person);
      bob = (await createPerson(test)).device;
      carol = (await createPerson(test)).device;
      chatId = await createChat(test.relay, alice, bob);
    });
    afterAll(() => test?.stop());

    it('are acknowledged with their number and told to every other device of the chat', async () => {
      const sender = await connect(test.relay, alice);
      const others = await Promise.all([
        connect(test.relay, alicesPhone),
        connect(test.relay, bob),
      ]);
      const stranger = await connect(test.relay, carol);
      let toSender = 0;
      let toStranger = 0;
      sender.on('message:new', () => toSender++);
      stranger.on('message:new', () => toStranger++);
      const heard = others.map((socket) => next<Envelope>(socket, 'message:new'));
      const sent = message(chatId);

      const answer = await send<Stored>(sender, 'message:send', sent);

      expect(answer).toEqual({
        ok: true,
        data: { seq: expect.any(Number), createdAtMs: expect.any(Number) },
      });
      for (const envelope of await Promise.all(heard)) {
        expect(envelope).toEqual({
          ...sent,
          ...(answer.ok ? answer.data : {}),
          senderId: alice.userId,
          senderDeviceId: alice.deviceId,
        });
      }
      expect({ toSender, toStranger }).toEqual({ toSender: 0, toStranger: 0 });
      for (const socket of [sender, stranger, ...others]) socket.disconnect();
    });

    it('that are sent again get the same answer and are not told again', async () => {
      const sender = await connect(test.relay, alice);
      const receiver = await connect(test.relay, bob);
      const heard: Envelope[] = [];
      receiver.on('message:new', (envelope: Envelope) => heard.push(envelope));
      const sent = message(chatId);

      const answers = await Promise.all([1, 2, 3].map(() => send(sender, 'message:send', sent)));
      const later = await send(sender, 'message:send', sent);
      const other = await send<Stored>(sender, 'message:send', {
        ...sent,
        ciphertext: randomBytes(64),
      });
      const last = message(chatId);
      await send(sender, 'message:send', last);

      expect(new Set([...answers, later].map((answer) => JSON.stringify(answer))).size).toBe(1);
      expect(answers[0]?.ok).toBe(true);
      expect(other).toEqual({ ok: false, error: { code: 'conflict' } });
      await expect
        .poll(() => heard.map(({ clientId }) => clientId))
        .toEqual([sent.clientId, last.clientId]);
      sender.disconnect();
      receiver.disconnect();
    });

    it('keep the order they were sent in, and are read back by number without holes', async () => {
      const sender = await connect(test.relay, alice);
      const receiver = await connect(test.relay, bob);
      const heard: Envelope[] = [];
      receiver.on('message:new', (envelope: Envelope) => heard.push(envelope));
      const sent = Array.from({ length: 60 }, () => message(chatId));

      const answers = await Promise.all(
        sent.map((each) => send<Stored>(sender, 'message:send', each)),
      );

      const numbers = answers.map((answer) => (answer.ok ? answer.data.seq : -1));
      const first = numbers[0] ?? 0;
      expect(numbers).toEqual(sent.map((_, index) => first + index));
      await expect.poll(() => heard.length).toBe(60);
      expect(heard.map(({ seq }) => seq)).toEqual(numbers);
      const read: Envelope[] = [];
      for (let after = first - 1; ; after = read.at(-1)?.seq ?? after) {
        const page = await send<{ messages: Envelope[]; headSeq: number }>(
          receiver,
          'message:sync',
          { chatId, afterSeq: after, limit: 25 },
        );
        if (!page.ok) throw new Error(page.error.code);
        expect(page.data.headSeq).toBe(numbers.at(-1));
        if (page.data.messages.length === 0) break;
        read.push(...page.data.messages);
      }
      expect(read.map(({ clientId }) => clientId)).toEqual(sent.map(({ clientId }) => clientId));
      expect(read.map(({ ciphertext }) => Buffer.from(ciphertext).toString('hex'))).toEqual(
        sent.map(({ ciphertext }) => ciphertext.toString('hex')),
      );
      sender.disconnect();
      receiver.disconnect();
    });

    it('however large, are all read by someone who asks for whole pages of several chats', async () => {
      const pages = 4;
      const sender = await connect(test.relay, alice);
      const { device: dora } = await createPerson(test);
      const largeChat = await createChat(test.relay, alice, dora);
      const sent = Array.from({ length: 40 }, () =>
        message(largeChat, randomBytes(limits.messageCiphertextBytes)),
      );
      const stored = await Promise.all(sent.map((each) => send(sender, 'message:send', each)));
      expect(stored.every(({ ok }) => ok)).toBe(true);
      const reader = await connect(test.relay, dora);

      const read: string[] = [];
      while (read.length < sent.length) {
        const sync = { chatId: largeChat, afterSeq: read.length, limit: limits.syncPageRows };
        // As a client does that catches up in several chats at once.
        const answers = await Promise.all(
          Array.from({ length: pages }, () =>
            send<{ messages: Envelope[] }>(reader, 'message:sync', sync),
          ),
        );
        const [first = [], ...others] = answers.map((answer) =>
          answer.ok ? answer.data.messages.map(({ clientId }) => clientId) : [],
        );
        expect(first.length).toBeGreaterThan(0);
        expect(others).toEqual(others.map(() => first));
        read.push(...first);
      }

      expect(read).toEqual(sent.map(({ clientId }) => clientId));
      expect(reader.connected).toBe(true);
      reader.disconnect();
      sender.disconnect();
    });

    it('of a chat one is not in look like messages of a chat that does not exist', async () => {
      const stranger = await connect(test.relay, carol);
      const page = { afterSeq: 0, limit: 10 };

      const answers = await Promise.all([
        send(stranger, 'message:send', message(chatId)),
        send(stranger, 'message:send', message(randomUUID())),
        send(stranger, 'message:sync', { chatId, ...page }),
        send(stranger, 'message:sync', { chatId: randomUUID(), ...page }),
        send(stranger, 'receipt:send', { chatId, ciphertext: randomBytes(40) }),
        send(stranger, 'receipt:send', { chatId: randomUUID(), ciphertext: randomBytes(40) }),
      ]);

      for (const answer of answers) {
        expect(answer).toEqual({ ok: false, error: { code: 'not_found' } });
      }
      stranger.disconnect();
    });

    it('are sent and read without a socket too, under the same rules', async () => {
      const receiver = await connect(test.relay, bob);
      const heard = next<Envelope>(receiver, 'message:new');
      const ciphertext = randomBytes(48);
      const clientId = randomUUID();
      const path = `/api/chats/${chatId}/messages`;
      const as = { token: alice.token, deviceId: alice.deviceId };
      const body = { messages: [{ clientId, ciphertext: ciphertext.toString('base64url') }] };

      const sent = await ask(test.relay, 'POST', path, { ...as, body });
      const again = await ask(test.relay, 'POST', path, { ...as, body });

      expect(sent.status).toBe(200);
      expect(again.body).toEqual(sent.body);
      const [result] = sent.body['results'] as Stored[];
      expect((await heard).ciphertext.equals(ciphertext)).toBe(true);
      const read = await ask(
        test.relay,
        'GET',
        `${path}?after=${(result?.seq ?? 0) - 1}&limit=5`,
        as,
      );
      expect(read.body['messages']).toEqual([
        expect.objectContaining({ clientId, ciphertext: ciphertext.toString('base64url') }),
      ]);
      receiver.disconnect();
    });

    it('have receipts that reach the other devices and come with a page', async () => {
      const reader = await connect(test.relay, bob);
      const sender = await connect(test.relay, alice);
      const ciphertext = randomBytes(40);
      const heard = next<{ ciphertext: Buffer; deviceId: string }>(sender, 'receipt:new');

      const answer = await send(reader, 'receipt:send', { chatId, ciphertext });

      expect(answer).toEqual({ ok: true, data: {} });
      expect(await heard).toMatchObject({ ciphertext, deviceId: bob.deviceId });
      const page = await send<{ receipts: { ciphertext: Buffer }[] }>(sender, 'message:sync', {
        chatId,
        afterSeq: 0,
        limit: 1,
      });
      expect(page.ok && page.data.receipts.map((each) => each.ciphertext)).toContainEqual(
        ciphertext,
      );
      reader.disconnect();
      sender.disconnect();
    });
  });
}
