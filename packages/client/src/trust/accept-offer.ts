import type { CertifiedDevice, PersonTrust } from './person-trust.ts';

/**
 * The offered chain in the place of the pinned one, unchecked. Devices of the former key explain what
 * they sent; all of them were removed before anything of the new chain.
 */
export function acceptOffer(person: PersonTrust): PersonTrust | undefined {
  const { offered } = person;
  if (!offered) return undefined;
  const again = new Set(offered.devices.map(({ deviceId }) => deviceId));
  const former = person.devices
    .filter(({ deviceId }) => !again.has(deviceId))
    .map((device): CertifiedDevice => ({
      ...device,
      current: false,
      removedAtVersion: 1,
      ofFormerKey: true,
    }));
  return {
    ...offered,
    devices: [...former, ...offered.devices],
    alarm: null,
    offered: null,
    checked: null,
  };
}
