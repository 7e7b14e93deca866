import { userRoute } from './route-handler.ts';

/** That all but the first vault need a session bound to a device is checked where it is stored. */
export const putVault = userRoute('putVault', async (services, request) => {
  const { caller, body, claimedDeviceId } = request;
  const data = await services.database.putVault(caller.userId, caller.sessionId, body);
  await services.database.audit(caller.userId, claimedDeviceId, 'vault_stored', data);
  return { data };
});
