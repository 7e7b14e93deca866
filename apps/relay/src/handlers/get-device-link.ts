import { userRoute } from './route-handler.ts';

/** That it is the session which asked is checked where the row is read. */
export const getDeviceLink = userRoute('getDeviceLink', async (services, { caller, params }) => ({
  data: { link: await services.deviceLinks.get(caller.userId, caller.sessionId, params.linkId) },
}));
