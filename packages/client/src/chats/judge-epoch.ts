import type { UserId } from '@sotto/protocol';
import { isClientError } from '../client-error.ts';
import type { TrustStore } from '../trust/trust-store.ts';
import type { OpenedKey } from './key-ring.ts';
import { parseMadeUnder, standingOf } from './made-under.ts';
import type { MadeUnder } from './made-under.ts';

/**
 * Whether the manifests that the newest key of a chat names go with what is known of its members. The
 * relay is asked for those that are newer: if it does not have them, it withholds them here, and a
 * device that was removed there would be sealed to from here. Two manifests of one version are two
 * stories, told to different people. `ignored`: in dispute, and by the word of a device that is none
 * of theirs any more, or of no device: it may name whatever it likes, so the next key goes above it.
 */
export async function judgeEpoch(options: {
  opened: OpenedKey;
  members: readonly UserId[];
  trust: TrustStore;
}): Promise<'holds' | 'disputed' | 'ignored'> {
  const { opened, members, trust } = options;
  const { madeUnder } = opened.epochKey;
  if (!madeUnder) return 'holds';
  const named = parseMadeUnder(madeUnder, members) ?? [];
  let holds = named.length > 0;
  for (const one of named) holds &&= await goesWith(one, trust);
  if (holds) return 'holds';
  return (await isStillTheirs(opened.givenBy, trust)) ? 'disputed' : 'ignored';
}

async function isStillTheirs(giver: OpenedKey['givenBy'], trust: TrustStore): Promise<boolean> {
  if (!giver) return false;
  const owner = await trust.refresh(giver.userId).catch(noneIfRefused);
  // Nobody's word that it was removed: as long as its owner is in doubt, it may still be theirs.
  return owner?.devices.find(({ deviceId }) => deviceId === giver.deviceId)?.current ?? true;
}

async function goesWith(one: MadeUnder, trust: TrustStore): Promise<boolean> {
  try {
    const known = (await trust.person(one.userId)) ?? (await trust.refresh(one.userId));
    let standing = standingOf(one, known);
    if (standing === 'ahead') standing = standingOf(one, await trust.refresh(one.userId));
    return standing === 'holds' || standing === 'superseded';
  } catch (error) {
    return noneIfRefused(error) ?? false;
  }
}

function noneIfRefused(error: unknown): undefined {
  const refused = ['rollback', 'untrusted', 'not_found'] as const;
  if (!refused.some((code) => isClientError(error, code))) throw error;
}
