import type { ChatId, UserId } from '@sotto/protocol';
import type { OwnDevices } from '../devices/own-devices.ts';
import type { CatchUp } from '../sync/catch-up.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { ChatBook } from './chat-book.ts';
import type { EpochRenewal } from './epoch-renewal.ts';

/** What stands in the way of a chat. */
export interface ChatDoubts {
  /** Whether the relay's last word on a member of this chat, on its key, or on the own account was refused. */
  isInDoubt(chatId: ChatId): Promise<boolean>;
  /**
   * Whether something may be sealed for this chat now. Nothing is sent before the members' manifests were
   * asked for since the last reconnect and since the relay told of another one; a look that this outlasts
   * is taken again. Throws what the network throws.
   */
  mayEncrypt(chatId: ChatId): Promise<boolean>;
}

export function createChatDoubts(options: {
  book: ChatBook;
  trust: TrustStore;
  /** Parts that ask for doubts themselves. */
  devices: () => Pick<OwnDevices, 'isBehind' | 'reachesAnchor'>;
  renewal: () => Pick<EpochRenewal, 'settle'>;
  catchUp: () => Pick<CatchUp, 'lookAt'>;
}): ChatDoubts {
  const { book, trust, devices, renewal, catchUp } = options;

  const membersOf = (chatId: ChatId): UserId[] =>
    book.get(chatId)?.members.map((member) => member.userId) ?? [];

  async function isInDoubt(chatId: ChatId): Promise<boolean> {
    const doubts = await Promise.all(membersOf(chatId).map((id) => trust.isInDoubt(id)));
    const isDisputed = (book.get(chatId)?.disputedEpoch ?? null) !== null;
    return doubts.includes(true) || isDisputed || devices().isBehind();
  }

  return {
    isInDoubt,
    async mayEncrypt(chatId) {
      const ids = membersOf(chatId);
      await catchUp().lookAt(ids);
      do {
        if (!(await devices().reachesAnchor()) || (await isInDoubt(chatId))) return false;
        if (!(await renewal().settle(chatId))) return false;
      } while (await catchUp().lookAt(ids));
      return true;
    },
  };
}
