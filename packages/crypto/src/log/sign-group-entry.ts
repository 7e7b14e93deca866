import { signLabelled } from '../identity/sign-labelled.ts';
import type { RandomSource } from '../primitives/random.ts';
import { sha256 } from '../primitives/sha2.ts';
import { groupEntryLabel, serializeGroupEntry, type GroupEntry } from './group-entry.ts';

/** An entry as it is published. */
export interface SignedGroupEntry {
  body: Uint8Array;
  /** 64 bytes. */
  signature: Uint8Array;
  /** SHA-256 of the body, 32 bytes: names the entry and the epoch after it. */
  hash: Uint8Array;
}

/** Signs an entry with the seed of the author's device identity key; `bad_encoding` as for the layout. */
export async function signGroupEntry(input: {
  entry: GroupEntry;
  identitySeed: Uint8Array;
  random?: RandomSource;
}): Promise<SignedGroupEntry> {
  const body = serializeGroupEntry(input.entry);
  const signing = { seed: input.identitySeed, label: groupEntryLabel, fields: [body] };
  const { random } = input;
  const signature = await signLabelled(random ? { ...signing, random } : signing);
  return { body, signature, hash: await sha256(body) };
}
