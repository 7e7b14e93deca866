import { verifyPreKeys } from '../domain/pre-keys.ts';
import { deviceRoute } from './route-handler.ts';

export const putPreKeys = deviceRoute('putPreKeys', async (services, { caller, body }) => {
  const { identityKey } = await services.access.checkDevice(caller, caller.deviceId);
  await verifyPreKeys(identityKey, body);
  return { data: await services.database.putPreKeys(caller.userId, caller.deviceId, body) };
});
