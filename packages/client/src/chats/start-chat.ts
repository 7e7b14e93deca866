import { chatIdSchema } from '@sotto/protocol';
import type { ChatId, UserId } from '@sotto/protocol';
import { ClientError, isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { randomUuid } from '../engine/random-id.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { KeyRing } from './key-ring.ts';
import { makeEpoch } from './make-epoch.ts';
import { putWraps } from './put-wraps.ts';

/**
 * Opens the direct chat with a person: the one that exists, or a new one whose first key is sealed to
 * every certified device of both. Throws `untrusted` or `rollback` if the manifests of one of them do not hold,
 * or the own ones end below the vault's anchor.
 */
export async function startChat(options: StartOptions): Promise<ChatId> {
  try {
    return await start(options);
  } catch (error) {
    // Somebody's manifests went on while the key was made, as by a change of keys in the background.
    if (isClientError(error, 'conflict')) return await start(options);
    // Another device of the account removed one a moment ago: the vault that goes with it may be had.
    if (!isClientError(error, 'rollback') || !(await options.reachesAnchor())) throw error;
    return await start(options);
  }
}

interface StartOptions {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
  chatKeys: ChatKeys;
  partnerId: UserId;
  /** As of the own devices: brings chain and vault together. */
  reachesAnchor: () => Promise<boolean>;
}

async function start(options: StartOptions): Promise<ChatId> {
  const { context, book, ring, trust, chatKeys, partnerId } = options;
  const { userId, platform, http } = context;
  const existing = book.all().find(({ members }) => isWith(members, userId, partnerId));
  if (existing) return existing.chatId;
  const ids = [...new Set([userId, partnerId])];
  const people = await Promise.all(ids.map((id) => trust.refresh(id)));
  const chatId = chatIdSchema.parse(randomUuid(platform.random));
  const { epochKey, body, rest } = await makeEpoch({ context, trust, chatId, epoch: 1, people });
  const { chat, created } = await http.call('createDirectChat', {
    body: { chatId, kind: 'direct', partnerId, epoch: body },
  });
  if (!isWith(chat.members, userId, partnerId)) throw new ClientError('untrusted');
  if (created && chat.chatId !== chatId) throw new ClientError('untrusted');
  if (created) await ring.add(chatId, epochKey);
  await book.merge(chat);
  // Devices that had no room in that request; an exchange gives them the key too.
  if (created) await putWraps(context, { chatId, epoch: 1 }, rest).catch(() => undefined);
  if (created) chatKeys.arrived.emit(chatId);
  else await chatKeys.exchange(chat.chatId);
  return chat.chatId;
}

function isWith(
  members: readonly { userId: UserId }[],
  userId: UserId,
  partnerId: UserId,
): boolean {
  const ids = members.map((member) => member.userId);
  const wanted = new Set([userId, partnerId]);
  return ids.length === wanted.size && ids.every((id) => wanted.has(id));
}
