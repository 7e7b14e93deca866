import { signLabelled, uuidBytes } from '@sotto/crypto';
import { labels } from '@sotto/protocol';
import type { RandomSource } from '../platform.ts';
import type { DeviceKeys } from './device-keys.ts';

interface ProofInput {
  keys: DeviceKeys;
  userId: string;
  authSessionId: string;
  random: RandomSource;
}

/** The device's signature that ties an auth session to it, 64 bytes. */
export async function signSessionProof(input: ProofInput): Promise<Uint8Array> {
  return await signInSession(labels.sessionProof, input);
}

/** The device's signature that has its account deleted, in the auth session that asks; 64 bytes. */
export async function signAccountDeletion(input: ProofInput): Promise<Uint8Array> {
  return await signInSession(labels.accountDeletion, input);
}

/** The device's answer to the relay's challenge on a new socket, 64 bytes. */
export async function signSocketProof(
  input: ProofInput & { nonce: Uint8Array },
): Promise<Uint8Array> {
  const { keys, userId, authSessionId, nonce, random } = input;
  const fields = [nonce, uuidBytes(userId), uuidBytes(keys.deviceId), uuidBytes(authSessionId)];
  return await signLabelled({
    seed: keys.identity.seed,
    label: labels.socketProof,
    fields,
    random,
  });
}

async function signInSession(label: string, input: ProofInput): Promise<Uint8Array> {
  const { keys, userId, authSessionId, random } = input;
  const fields = [uuidBytes(userId), uuidBytes(keys.deviceId), uuidBytes(authSessionId)];
  return await signLabelled({ seed: keys.identity.seed, label, fields, random });
}
