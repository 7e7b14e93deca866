import type { RandomSource } from '../primitives/random.ts';
import { labelledMessage } from './labelled-message.ts';
import { signXEdDSA } from './sign-xeddsa.ts';

/**
 * Signs byte fields under a label (1 to 255 printable ASCII characters) with XEdDSA, 64 bytes.
 *
 * Label and fields are length-prefixed, so no two distinct inputs share a signature.
 */
export async function signLabelled(input: {
  seed: Uint8Array;
  label: string;
  fields: readonly Uint8Array[];
  random?: RandomSource;
}): Promise<Uint8Array> {
  const message = labelledMessage(input.label, input.fields);
  const { seed, random } = input;
  return signXEdDSA(random ? { seed, message, random } : { seed, message });
}
