import { equalBytes } from '@sotto/crypto/verify';
import type { DeviceManifest, ManifestDevice } from '@sotto/crypto/verify';
import { ProtocolError } from '@sotto/protocol';

/** What a manifest does to the devices of the one before it. */
export interface ManifestChanges {
  added: ManifestDevice[];
  removed: ManifestDevice[];
  /** Another name, or other sealing keys. */
  changed: { device: ManifestDevice; isRenamed: boolean }[];
}

/**
 * @throws ProtocolError `bad_request` when a device has another identity key, number or time of adding:
 *   these never change.
 */
export function compareManifests(
  previous: DeviceManifest | undefined,
  next: DeviceManifest,
): ManifestChanges {
  const before = new Map(previous?.devices.map((device) => [device.deviceId, device]));
  const changes: ManifestChanges = { added: [], removed: [], changed: [] };
  for (const device of next.devices) {
    const old = before.get(device.deviceId);
    before.delete(device.deviceId);
    if (!old) {
      changes.added.push(device);
      continue;
    }
    if (
      old.number !== device.number ||
      old.addedAtMs !== device.addedAtMs ||
      !equalBytes(old.identityKey, device.identityKey)
    ) {
      throw new ProtocolError('bad_request');
    }
    const isRenamed = !equalBytes(old.nameHash, device.nameHash);
    if (isRenamed || !hasSameKeys(old, device)) changes.changed.push({ device, isRenamed });
  }
  changes.removed.push(...before.values());
  return changes;
}

const none = new Uint8Array();

const hasSameKeys = (one: ManifestDevice, other: ManifestDevice) =>
  equalBytes(one.sealingKey, other.sealingKey) &&
  equalBytes(one.hybridKey ?? none, other.hybridKey ?? none);
