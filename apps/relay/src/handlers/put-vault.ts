import { announceVault } from '../domain/devices.ts';
import { userRoute } from './route-handler.ts';

/** That all but the first vault need a session bound to a device is checked where it is stored. */
export const putVault = userRoute('putVault', async (services, request) => {
  const { caller, body, claimedDeviceId } = request;
  const data = await services.database.putVault(caller.userId, caller.sessionId, body);
  announceVault(services, caller.userId, claimedDeviceId, data.version);
  return { data };
});
