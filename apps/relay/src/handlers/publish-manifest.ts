import { announceDevices, announceVault } from '../domain/devices.ts';
import { certifyPublication } from '../domain/manifest-publication.ts';
import { deviceRoute } from './route-handler.ts';

export const publishManifest = deviceRoute('publishManifest', async (services, request) => {
  const { caller, body } = request;
  const { manifest, devices, removed } = await certifyPublication(services.database, caller, body);
  const records = await services.database.publishManifest(
    caller.userId,
    caller.deviceId,
    manifest,
    devices,
    body.vault,
  );
  // Also after a repeat: the first time may have ended between the database and here.
  if (removed.length > 0) services.access.forgetPerson(caller.userId);
  for (const deviceId of removed) services.fanOut.endDevice(deviceId);
  if (body.vault) announceVault(services, caller.userId, caller.deviceId, body.vault.version);
  await announceDevices(services, caller.userId);
  return { data: { devices: records } };
});
