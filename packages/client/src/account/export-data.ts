import type { ChatId } from '@sotto/protocol';
import { missingOf } from '../chats/chat-view.ts';
import { partnerOf } from '../chats/chat-record.ts';
import type { ChatAtRest } from '../chats/chat-record.ts';
import { messageAtRestSchema, messageKey } from '../chats/message-record.ts';
import type { MessageAtRest } from '../chats/message-record.ts';
import { ClientError } from '../client-error.ts';
import type { OpenedAccount } from '../engine/engine-core.ts';
import type { DevicesState } from '../facade.ts';
import { keysUnder } from '../storage/record-keys.ts';

/** Raised when something that is there gets another meaning; additions leave it as it is. */
const formatVersion = 1;
/** Messages that are opened at once; what is written already is text. */
const pageRows = 200;

/**
 * Everything this device can read of the account, as one JSON text: profile, devices, contacts, drafts,
 * and each chat from its beginning. No key and no password is in it. What could not be opened is listed
 * as such. Throws `locked` as soon as the account is closed.
 */
export async function exportData(
  opened: OpenedAccount,
  devices: DevicesState,
): Promise<{ fileName: string; json: string }> {
  const { context, resident, runtime } = opened;
  const { handle, displayName } = context.profile();
  const exportedAt = timeOf(context.platform.clock.now());
  const head = {
    format: 'sotto-export',
    formatVersion,
    exportedAt,
    account: { userId: context.userId, handle, displayName, email: resident.email },
    devices: devicesOf(devices),
    contacts: await contactsOf(opened),
  };
  // Put together from its parts: a long chat is never there as objects and as text at once.
  const parts = [JSON.stringify(head, null, 1).slice(0, -2), ',\n "chats": ['];
  let separator = '\n';
  for (const { chatId } of runtime.book.all()) {
    parts.push(separator);
    await writeChat(opened, chatId, parts);
    separator = ',\n';
  }
  parts.push('\n ]\n}\n');
  assertOpen(opened);
  return { fileName: `sotto-${handle}-${exportedAt.slice(0, 10)}.json`, json: parts.join('') };
}

const timeOf = (ms: number): string => new Date(ms).toISOString();

function assertOpen({ context }: OpenedAccount): void {
  if (!context.isOpen()) throw new ClientError('locked');
}

function devicesOf({ devices, removed }: DevicesState) {
  return [
    ...devices.map(({ deviceId, name, deviceType, thisDevice, addedAtMs, lastSeenAtMs }) => ({
      deviceId,
      name,
      deviceType,
      thisDevice,
      addedAt: timeOf(addedAtMs),
      lastSeenAt: lastSeenAtMs === null ? null : timeOf(lastSeenAtMs),
    })),
    ...removed.map(({ deviceId, name, removedAtMs }) => ({
      deviceId,
      name,
      removedAt: timeOf(removedAtMs),
    })),
  ];
}

async function contactsOf({ context, runtime }: OpenedAccount) {
  const { book, trust } = runtime;
  const people = book.all().map((chat) => ({ chat, partner: partnerOf(chat, context.userId) }));
  const others = people.filter(({ partner }) => partner.userId !== context.userId);
  return await Promise.all(
    others.map(async ({ chat, partner: { userId, handle, displayName } }) => {
      // What is kept of a person may be damaged: `trust` says so.
      const person = await trust.person(userId).catch(() => undefined);
      const checkedAt = person?.checked ? timeOf(person.checked.atMs) : null;
      const gone = chat.partnerGone;
      return { userId, handle, displayName, gone, trust: trust.trustOf(userId), checkedAt };
    }),
  );
}

async function writeChat(opened: OpenedAccount, chatId: ChatId, parts: string[]): Promise<void> {
  const { context, runtime } = opened;
  await fetchRest(opened, chatId);
  const chat = runtime.book.require(chatId);
  const queued = runtime.outbox.entries(chatId).map(({ clientId, text, sentAtMs }) => ({
    id: clientId,
    sentAt: timeOf(sentAtMs),
    text,
  }));
  const head = {
    chatId,
    with: partnerOf(chat, context.userId).userId,
    startedAt: timeOf(chat.createdAtMs),
    complete: chat.cursor >= chat.headSeq,
    missing: missingOf(chat),
    draft: runtime.drafts.get(chatId),
    queued,
  };
  parts.push(`  ${JSON.stringify(head).slice(0, -1)},"messages":[`);
  const damaged = await writeMessages(opened, chat, parts);
  parts.push(`\n  ],"damaged":${damaged}}`);
}

/** Messages that the relay has and this device has not, as far as it can be reached. */
async function fetchRest({ runtime }: OpenedAccount, chatId: ChatId): Promise<void> {
  const { cursor, headSeq } = runtime.book.require(chatId);
  if (cursor < headSeq && runtime.connection.isOnline()) await runtime.catchUp(chatId);
}

/** Returns how many rows do not open any more. */
async function writeMessages(
  opened: OpenedAccount,
  { chatId }: ChatAtRest,
  parts: string[],
): Promise<number> {
  const { to, from: first } = keysUnder(`${chatId}/s/`);
  let from = first;
  let damaged = 0;
  let separator = '\n';
  for (;;) {
    assertOpen(opened);
    let lastKey = '';
    let found = 0;
    const note = (key: string) => {
      found += 1;
      if (key > lastKey) lastKey = key;
    };
    const rows = await opened.context.store.range(
      'messages',
      { from, to, limit: pageRows },
      messageAtRestSchema,
      (key) => {
        damaged += 1;
        note(key);
      },
    );
    for (const { key, value } of rows) {
      note(key);
      parts.push(separator, `   ${JSON.stringify(lineOf(value))}`);
      separator = ',\n';
    }
    if (found < pageRows) return damaged;
    from = messageKey(chatId, Number(lastKey.slice(first.length)) + 1);
  }
}

function lineOf({ seq, clientId, senderId, senderDeviceId, sentAtMs, body }: MessageAtRest) {
  const line = { number: seq, id: clientId, senderId, senderDeviceId, sentAt: timeOf(sentAtMs) };
  switch (body.kind) {
    case 'text':
      return { ...line, text: body.text };
    case 'unknown':
      return { ...line, unreadable: 'newer_version' };
    case 'unreadable':
      return { ...line, unreadable: body.cause };
  }
}
