import { equalBytes, sha256, utf8 } from '@sotto/crypto';
import type { DeviceId } from '@sotto/protocol';
import type { DevicesState, DeviceSummary, RemovedDevice } from '../facade.ts';
import type { CertifiedDevice, PersonTrust } from '../trust/person-trust.ts';
import type { Account } from './register-device.ts';

/** A device as the relay lists it: its word, to be shown beside what the manifest certifies. */
export type ListedDevice = Account['devices'][number];

/** What is shown of the own devices while nothing is known of them. */
export const noDevices: DevicesState = {
  status: 'loading',
  devices: [],
  removed: [],
  requests: [],
  changesKeys: false,
  keysDue: false,
  alarm: null,
};

/** The certified devices, this one first, then the newest. Names and times of the relay are checked or marked. */
export async function viewDevices(options: {
  own: PersonTrust;
  listed: readonly ListedDevice[];
  thisDevice: DeviceId;
  /** Nobody has said here that they know of them. */
  unseen: ReadonlySet<DeviceId>;
}): Promise<DeviceSummary[]> {
  const { own, listed, thisDevice, unseen } = options;
  const devices = await Promise.all(
    own.devices
      .filter(({ current }) => current)
      .map(async (device): Promise<DeviceSummary> => {
        const row = listed.find(({ deviceId }) => deviceId === device.deviceId);
        return {
          deviceId: device.deviceId,
          name: row?.name ?? '',
          nameCertified: row !== undefined && (await isCertifiedName(device, row.name)),
          deviceType: row?.deviceType ?? 'web',
          thisDevice: device.deviceId === thisDevice,
          isNew: device.deviceId !== thisDevice && unseen.has(device.deviceId),
          addedAtMs: device.addedAtMs ?? row?.createdAtMs ?? 0,
          lastSeenAtMs: row?.lastSeenAtMs ?? null,
          postQuantum: device.hybridKey !== undefined,
        };
      }),
  );
  const rank = ({ thisDevice: first }: DeviceSummary) => (first ? 0 : 1);
  return devices.sort((a, b) => rank(a) - rank(b) || b.addedAtMs - a.addedAtMs);
}

/** Devices that were certified once and are not any more, the newest removal first. */
export function viewRemoved(own: PersonTrust, listed: readonly ListedDevice[]): RemovedDevice[] {
  const former = new Set(own.devices.filter(({ current }) => !current).map((one) => one.deviceId));
  return listed
    .flatMap(({ deviceId, name, revokedAtMs }) =>
      former.has(deviceId) && revokedAtMs !== null
        ? [{ deviceId, name, removedAtMs: revokedAtMs }]
        : [],
    )
    .sort((a, b) => b.removedAtMs - a.removedAtMs);
}

/** The manifest holds the hash of the name's UTF-8. */
export async function hashName(name: string): Promise<Uint8Array> {
  return await sha256(utf8(name));
}

async function isCertifiedName({ nameHash }: CertifiedDevice, name: string): Promise<boolean> {
  return nameHash !== undefined && equalBytes(nameHash, await hashName(name));
}
