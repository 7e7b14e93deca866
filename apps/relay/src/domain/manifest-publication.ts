import { equalBytes, sha256, utf8 } from '@sotto/crypto/verify';
import type { ManifestDevice } from '@sotto/crypto/verify';
import { deviceIdSchema, ProtocolError } from '@sotto/protocol';
import type { DeviceId, routes } from '@sotto/protocol';
import type * as z from 'zod/mini';
import type { Database, ListedDevice, VerifiedManifest } from '../db/database.ts';
import type { DeviceCaller } from './caller.ts';
import { certifiedDevice, certifyManifest } from './device-certificates.ts';
import { compareManifests } from './manifest-changes.ts';

type Publication = z.output<(typeof routes)['publishManifest']['body']>;

/** A manifest that may be published, taken apart for the database. */
export interface CertifiedPublication {
  manifest: VerifiedManifest;
  devices: ListedDevice[];
  removed: DeviceId[];
}

/**
 * That another account key comes with a vault alone is checked where both are stored.
 *
 * @throws ProtocolError as `certifyManifest`, and `bad_request` for a manifest that adds devices, removes
 *   the caller, or gives a name a hash that is not its own.
 */
export async function certifyPublication(
  database: Database,
  caller: DeviceCaller,
  publication: Publication,
): Promise<CertifiedPublication> {
  const { manifest, previous, stored } = await certifyManifest(
    database,
    caller.userId,
    publication.manifest,
  );
  const { added, changed, removed } = compareManifests(previous, manifest);
  const keepsCaller = manifest.devices.some(({ deviceId }) => deviceId === caller.deviceId);
  if (added.length > 0 || !keepsCaller) throw new ProtocolError('bad_request');
  const names = await namesOf(manifest.devices, publication.names);
  const isNamed = changed.every(
    ({ device, isRenamed }) => !isRenamed || names.has(device.deviceId),
  );
  if (!isNamed) throw new ProtocolError('bad_request');
  return {
    manifest: stored,
    devices: manifest.devices.map((device) => ({
      ...certifiedDevice(device),
      name: names.get(device.deviceId),
    })),
    removed: removed.map(({ deviceId }) => deviceIdSchema.parse(deviceId)),
  };
}

async function namesOf(
  devices: readonly ManifestDevice[],
  given: Publication['names'],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  for (const { deviceId, name } of given) {
    const device = devices.find((each) => each.deviceId === deviceId);
    if (!device || names.has(deviceId)) throw new ProtocolError('bad_request');
    const hash = await sha256(utf8(name));
    if (!equalBytes(hash, device.nameHash)) throw new ProtocolError('bad_request');
    names.set(deviceId, name);
  }
  return names;
}
