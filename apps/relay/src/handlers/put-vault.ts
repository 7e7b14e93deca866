import { userRoute } from './route-handler.ts';

/** That all but the first vault need a session bound to a device is checked where it is stored. */
export const putVault = userRoute('putVault', async (services, { caller, body }) => ({
  data: await services.database.putVault(caller.userId, caller.sessionId, body),
}));
