import { generateKyberPreKey, generatePreKeys, generateSignedPreKey } from '@sotto/crypto';
import type { KyberPreKeyRecord, PreKeyRecord, SignedPreKeyRecord } from '@sotto/crypto';
import { ClientError } from '../client-error.ts';
import type { RandomSource } from '../platform.ts';

/** One-time keys between two turns of the event loop: some milliseconds on JavaScript alone. */
const oneTimeAtOnce = 8;

/** What a generation run makes; ids are the caller's to choose. */
export interface GeneratedPreKeys {
  oneTime: PreKeyRecord[];
  oneTimeKem: KyberPreKeyRecord[];
  signed: SignedPreKeyRecord | null;
  lastResort: KyberPreKeyRecord | null;
}

/**
 * Makes prekeys in slices, so that typing and scrolling go on. The KEM comes with this module: it is
 * loaded when keys are made. Throws `locked` when the account is closed under way.
 */
export async function generateInSlices(options: {
  wanted: {
    oneTime: { startId: number; count: number };
    oneTimeKem: { startId: number; count: number };
    signedId: number | null;
    lastResortId: number | null;
  };
  identitySeed: Uint8Array;
  random: RandomSource;
  isOpen: () => boolean;
}): Promise<GeneratedPreKeys> {
  const { wanted, identitySeed, random, isOpen } = options;
  const oneTime: PreKeyRecord[] = [];
  const oneTimeKem: KyberPreKeyRecord[] = [];
  const turn = async () => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (!isOpen()) throw new ClientError('locked');
  };
  const makeKem = async (id: number, lastResort: boolean) => {
    await turn();
    return await generateKyberPreKey({ id, identitySeed, lastResort, random });
  };
  const { startId } = wanted.oneTime;
  for (let made = 0; made < wanted.oneTime.count; made += oneTimeAtOnce) {
    await turn();
    const count = Math.min(oneTimeAtOnce, wanted.oneTime.count - made);
    oneTime.push(...(await generatePreKeys({ startId: startId + made, count, random })));
  }
  for (let made = 0; made < wanted.oneTimeKem.count; made += 1) {
    oneTimeKem.push(await makeKem(wanted.oneTimeKem.startId + made, false));
  }
  const { signedId, lastResortId } = wanted;
  const signed =
    signedId === null ? null : await generateSignedPreKey({ id: signedId, identitySeed, random });
  const lastResort = lastResortId === null ? null : await makeKem(lastResortId, true);
  await turn();
  return { oneTime, oneTimeKem, signed, lastResort };
}
