import { uuidBytes } from '@sotto/crypto';
import { be64 } from '../engine/byte-encoding.ts';

/** What names an epoch in the context of its seals and wraps. */
export interface EpochName {
  epoch: number;
  keyId: Uint8Array;
  madeUnder?: Uint8Array | undefined;
}

export const epochKeyPurpose = 'chat-epoch-key';

/** What a wrap or seal of an epoch key is bound to: chat, epoch, key id, and what it was made under. */
export function epochContext(chatId: string, name: EpochName): Uint8Array[] {
  const { epoch, keyId, madeUnder } = name;
  return [uuidBytes(chatId), be64(epoch), keyId, ...(madeUnder ? [madeUnder] : [])];
}
