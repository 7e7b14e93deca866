import { certifyDevice, verifySessionProof } from '../domain/device-certificates.ts';
import { announceDevices } from '../domain/devices.ts';
import { userRoute } from './route-handler.ts';

export const registerDevice = userRoute('registerDevice', async (services, { caller, body }) => {
  const { device, manifest } = await certifyDevice(services.database, caller.userId, body);
  await verifySessionProof(caller, device, body.sessionProof);
  const record = await services.database.registerDevice(
    caller.userId,
    caller.sessionId,
    device,
    manifest,
  );
  services.access.forget(caller, body.deviceId);
  await announceDevices(services, caller.userId);
  return { data: { device: record } };
});
