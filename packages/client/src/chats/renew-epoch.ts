import type { ChatId } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatKeys } from './chat-keys.ts';
import type { HeldKey, KeyRing } from './key-ring.ts';
import { makeEpoch } from './make-epoch.ts';
import { putWraps } from './put-wraps.ts';

/**
 * Tries once to begin the epoch after `current`. When somebody was first, or has other devices than are
 * known here, their word is fetched instead; the caller looks again whether anything is due.
 */
export async function renewEpoch(options: {
  context: AccountContext;
  ring: KeyRing;
  trust: TrustStore;
  chatKeys: ChatKeys;
  chatId: ChatId;
  current: HeldKey;
  people: readonly PersonTrust[];
}): Promise<void> {
  const { context, ring, trust, chatKeys, chatId, current, people } = options;
  const epoch = current.epoch + 1;
  const { epochKey, body, rest } = await makeEpoch({ context, chatId, epoch, people });
  try {
    await context.http.call('createEpoch', { params: { chatId }, body: { epoch: body } });
  } catch (error) {
    if (!isClientError(error, 'conflict')) throw error;
    await Promise.all(people.map(({ userId }) => trust.refresh(userId)));
    return await chatKeys.exchange(chatId);
  }
  await ring.add(chatId, epochKey);
  // Whoever is not reached by this gets the key with the next exchange.
  await putWraps(context, { chatId, epoch }, rest).catch(() => undefined);
  chatKeys.arrived.emit(chatId);
}
