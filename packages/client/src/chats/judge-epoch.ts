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
 * stories, told to different people.
 */
export async function judgeEpoch(options: {
  opened: OpenedKey;
  members: readonly UserId[];
  trust: TrustStore;
}): Promise<'holds' | 'disputed'> {
  const { opened, members, trust } = options;
  const { madeUnder } = opened.epochKey;
  if (!madeUnder) return 'holds';
  const named = parseMadeUnder(madeUnder, members);
  if (!named) return 'disputed';
  for (const one of named) {
    if (!(await goesWith(one, trust))) return 'disputed';
  }
  return 'holds';
}

async function goesWith(one: MadeUnder, trust: TrustStore): Promise<boolean> {
  try {
    const known = (await trust.person(one.userId)) ?? (await trust.refresh(one.userId));
    let standing = standingOf(one, known);
    if (standing === 'ahead') standing = standingOf(one, await trust.refresh(one.userId));
    return standing === 'holds' || standing === 'superseded';
  } catch (error) {
    const refused = ['rollback', 'untrusted', 'not_found'] as const;
    if (refused.some((code) => isClientError(error, code))) return false;
    throw error;
  }
}
