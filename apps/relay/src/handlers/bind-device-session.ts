import { ProtocolError } from '@sotto/protocol';
import { verifySessionProof } from '../domain/device-certificates.ts';
import { userRoute } from './route-handler.ts';

export const bindDeviceSession = userRoute('bindDeviceSession', async (services, request) => {
  const { caller, params, body } = request;
  const { device } = await services.database.authorise(
    caller.userId,
    caller.sessionId,
    params.deviceId,
  );
  if (!device) throw new ProtocolError('not_found');
  if (!device.isActive) throw new ProtocolError('gone');
  await verifySessionProof(
    caller,
    { deviceId: params.deviceId, identityKey: device.identityKey },
    body.sessionProof,
  );
  await services.database.bindDeviceSession(caller.userId, caller.sessionId, params.deviceId);
  services.access.forget(caller, params.deviceId);
  return { data: {} };
});
