import { announceLink } from '../domain/device-links.ts';
import { userRoute } from './route-handler.ts';

export const createDeviceLink = userRoute('createDeviceLink', async (services, request) => {
  const { caller, body } = request;
  const link = await services.deviceLinks.create(caller.userId, caller.sessionId, body);
  announceLink(services, caller, link.linkId);
  return { data: { link } };
});
