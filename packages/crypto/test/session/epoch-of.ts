import {
  parsePreKeySignalMessage,
  parseSignalMessage,
  type CiphertextMessage,
} from '../../src/index.ts';
import { parseBraidMessage } from '../../src/session/spqr/braid-message.ts';

/** The epoch of the post-quantum ratchet that a message names; 0 where there is none. */
export function epochOf({ type, serialized }: CiphertextMessage): number {
  const inner = type === 'preKey' ? parsePreKeySignalMessage(serialized).message : serialized;
  const { pqRatchet } = parseSignalMessage(inner);
  return pqRatchet ? parseBraidMessage(pqRatchet).epoch : 0;
}
