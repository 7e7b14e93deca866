import { limits } from '@sotto/protocol';
import type { ChatId } from '@sotto/protocol';
import type { AccountContext } from '../engine/account-context.ts';
import type { NewDeviceWrap } from './seal-epoch.ts';

/** Adds wraps to an epoch, as many requests as it takes. */
export async function putWraps(
  context: AccountContext,
  place: { chatId: ChatId; epoch: number },
  wraps: readonly NewDeviceWrap[],
  vaultWrap?: Uint8Array,
): Promise<void> {
  for (let at = 0; at === 0 || at < wraps.length; at += limits.wrapsPerRequest) {
    const deviceWraps = wraps.slice(at, at + limits.wrapsPerRequest);
    const first = at === 0 ? vaultWrap : undefined;
    if (deviceWraps.length === 0 && !first) return;
    await context.http.call('putChatWraps', {
      params: place,
      body: { deviceWraps, vaultWrap: first },
    });
  }
}
