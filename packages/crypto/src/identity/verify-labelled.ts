import { labelledMessage } from './labelled-message.ts';
import { verifyXEdDSA } from './verify-xeddsa.ts';

/** Whether a signature made by `signLabelled` verifies for exactly this label and these fields. */
export async function verifyLabelled(input: {
  publicKey: Uint8Array;
  label: string;
  fields: readonly Uint8Array[];
  signature: Uint8Array;
}): Promise<boolean> {
  const message = labelledMessage(input.label, input.fields);
  return verifyXEdDSA({ publicKey: input.publicKey, message, signature: input.signature });
}
