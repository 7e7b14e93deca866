import { createEpochKey } from '@sotto/crypto';
import { chatIdSchema } from '@sotto/protocol';
import type { ChatId, UserId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import { randomUuid } from '../engine/random-id.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import type { ChatKeys } from './chat-keys.ts';
import { wrapIntoVault } from './key-ring.ts';
import type { KeyRing } from './key-ring.ts';
import { sealEpoch } from './seal-epoch.ts';

/** PBKDF2 iterations behind an epoch key; told to readers of the record, fixed by the crypto package. */
const iterations = 600_000;

/**
 * Opens the direct chat with a person: the one that exists, or a new one whose first key is sealed to
 * every certified device of both. Throws `untrusted` or `rollback` if the person's manifests do not hold.
 */
export async function startChat(options: {
  context: AccountContext;
  book: ChatBook;
  ring: KeyRing;
  trust: TrustStore;
  chatKeys: ChatKeys;
  partnerId: UserId;
}): Promise<ChatId> {
  const { context, book, ring, trust, chatKeys, partnerId } = options;
  const { userId, keys, vault, platform, http } = context;
  const { random, clock } = platform;
  const existing = book.all().find(({ members }) => isWith(members, userId, partnerId));
  if (existing) return existing.chatId;
  const ids = [...new Set([userId, partnerId])];
  const people = await Promise.all(ids.map((id) => trust.refresh(id)));
  const chatId = chatIdSchema.parse(randomUuid(random));
  const timestampMs = clock.now();
  const password = vault.epochPassword(random);
  const epochKey = await createEpochKey({ password, chatId, epoch: 1, timestampMs, random });
  const sender = { userId, keys };
  const deviceWraps = await sealEpoch({ chatId, epochKey, people, sender, random });
  const vaultWrap = await wrapIntoVault({ vault, chatId, epochKey, random });
  const { keyId, commitment } = epochKey;
  const { chat, created } = await http.call('createDirectChat', {
    body: {
      chatId,
      kind: 'direct',
      partnerId,
      epoch: { epoch: 1, keyId, commitment, timestampMs, iterations, deviceWraps, vaultWrap },
    },
  });
  if (!isWith(chat.members, userId, partnerId)) throw new ClientError('untrusted');
  if (created && chat.chatId !== chatId) throw new ClientError('untrusted');
  if (created) await ring.add(chatId, epochKey);
  await book.merge(chat);
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
