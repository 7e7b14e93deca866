import { sha256, utf8 } from '@sotto/crypto';
import type { ManifestDevice } from '@sotto/crypto';
import { ask } from './person.ts';
import type { Answer, TestDevice, TestPerson } from './person.ts';
import { signNextManifest } from './signed-manifest.ts';

/** The devices that the person's newest manifest lists. */
export const listedDevices = (person: TestPerson): ManifestDevice[] => [
  ...(person.manifests.at(-1)?.devices ?? []),
];

/** The listed devices with one of them changed. */
export const withChange = (
  person: TestPerson,
  deviceId: string,
  change: Partial<ManifestDevice>,
): ManifestDevice[] =>
  listedDevices(person).map((device) =>
    device.deviceId === deviceId ? { ...device, ...change } : device,
  );

/** The listed devices without one of them. */
export const without = (person: TestPerson, deviceId: string): ManifestDevice[] =>
  listedDevices(person).filter((device) => device.deviceId !== deviceId);

export const nameHash = (name: string): Promise<Uint8Array> => sha256(utf8(name));

/** Publishes the next manifest as a device; the person's chain grows when it was taken. */
export async function publish(
  relay: { url: string },
  as: TestDevice,
  person: TestPerson,
  devices: ManifestDevice[],
  names: { deviceId: string; name: string }[] = [],
): Promise<Answer> {
  const { head, record } = await signNextManifest(person, devices);
  const answer = await ask(relay, 'POST', '/api/devices/manifests', {
    ...as,
    body: { manifest: record, names },
  });
  if (answer.status === 200) person.manifests.push(head);
  return answer;
}
