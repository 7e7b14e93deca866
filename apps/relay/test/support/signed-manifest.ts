import { signDeviceManifest, toBase64Url } from '@sotto/crypto';
import type { IdentityKeyPair, ManifestDevice } from '@sotto/crypto';
import type { TestPerson } from './person.ts';

/** A manifest's record and what the next one must follow. */
export interface SignedManifest {
  head: TestPerson['manifests'][number];
  record: { version: number; body: string; signature: string };
}

/** The next manifest of the person's chain, with these devices; not yet part of `person`. */
export async function signNextManifest(
  person: TestPerson,
  devices: ManifestDevice[],
  change: {
    version?: number;
    previousHash?: Uint8Array;
    /** Another account key, which the person's own endorses. */
    successor?: IdentityKeyPair;
  } = {},
): Promise<SignedManifest> {
  const signer = change.successor ?? person.account;
  const before = person.manifests.at(-1);
  const version = change.version ?? (before?.version ?? 0) + 1;
  const { body, signature, hash } = await signDeviceManifest({
    manifest: {
      userId: person.userId,
      version,
      previousHash: change.previousHash ?? before?.hash ?? new Uint8Array(32),
      accountKey: signer.publicKey,
      devices,
      timeMs: Date.now(),
    },
    accountSeed: signer.seed,
    ...(change.successor && { formerSeed: person.account.seed }),
  });
  return {
    head: { version, hash, devices },
    record: { version, body: toBase64Url(body), signature: toBase64Url(signature) },
  };
}
