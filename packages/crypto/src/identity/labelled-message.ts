import { assertFields, assertLabel, frame } from '../encoding/frame.ts';
import { utf8 } from '../encoding/text.ts';

/**
 * The bytes that a labelled signature covers: frame("sotto/v1/signature", [label, …fields]).
 *
 * They begin with a zero byte, so they can never equal a signed prekey (0x05…, 0x08…) or a Signal
 * message (0x33…, 0x44…) that the same identity key signs.
 */
export function labelledMessage(label: string, fields: readonly Uint8Array[]): Uint8Array {
  assertLabel(label, 'label');
  assertFields(fields, 'fields');
  return frame('sotto/v1/signature', [utf8(label), ...fields]);
}
