import { userRoute } from './route-handler.ts';

/** That a change needs a session bound to a device, once there is one, is checked where it is stored. */
export const putProfile = userRoute('putProfile', async (services, { caller, body }) => ({
  data: { profile: await services.database.putProfile(caller.userId, caller.sessionId, body) },
}));
