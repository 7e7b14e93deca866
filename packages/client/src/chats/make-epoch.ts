import { createEpochKey } from '@sotto/crypto';
import { limits } from '@sotto/protocol';
import type { ChatId } from '@sotto/protocol';
import { ClientError } from '../client-error.ts';
import type { AccountContext } from '../engine/account-context.ts';
import type { RouteInput } from '../transport/http-client.ts';
import type { PersonTrust } from '../trust/person-trust.ts';
import { wrapIntoVault } from './key-ring.ts';
import type { HeldKey } from './key-ring.ts';
import { encodeMadeUnder } from './made-under.ts';
import { sealEpoch } from './seal-epoch.ts';
import type { NewDeviceWrap } from './seal-epoch.ts';

/** PBKDF2 iterations behind an epoch key; told to readers of the record, fixed by the crypto package. */
const iterations = 600_000;

/** An epoch that nobody has yet. */
export interface NewEpoch {
  epochKey: HeldKey;
  /** What begins it at the relay; the own devices' wraps come first. */
  body: RouteInput<'createEpoch'>['body']['epoch'];
  /** Wraps for which that request had no room. */
  rest: NewDeviceWrap[];
}

/**
 * Makes a chat's next key, sealed to the certified devices of `people` and bound to the manifests that
 * say so. Throws `locked` when the vault was closed meanwhile.
 */
export async function makeEpoch(options: {
  context: AccountContext;
  chatId: ChatId;
  epoch: number;
  people: readonly PersonTrust[];
}): Promise<NewEpoch> {
  const { context, chatId, epoch, people } = options;
  const { userId, keys, vault, platform } = context;
  const { random, clock } = platform;
  const timestampMs = clock.now();
  const password = vault.epochPassword(random);
  const made = await createEpochKey({ password, chatId, epoch, timestampMs, random });
  const madeUnder = encodeMadeUnder(people);
  const epochKey: HeldKey = { ...made, madeUnder };
  const sender = { userId, keys };
  const wraps = await sealEpoch({ chatId, epochKey, people, sender, random });
  const vaultWrap = await wrapIntoVault({ vault, chatId, epochKey, random });
  if (!vault.isOpen()) throw new ClientError('locked');
  const { keyId, commitment } = epochKey;
  const deviceWraps = wraps.slice(0, limits.wrapsPerRequest);
  const named = { epoch, keyId, commitment, timestampMs, iterations, madeUnder };
  return {
    epochKey,
    body: { ...named, deviceWraps, vaultWrap },
    rest: wraps.slice(limits.wrapsPerRequest),
  };
}
