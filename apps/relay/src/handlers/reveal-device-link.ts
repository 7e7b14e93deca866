import { announceLink } from '../domain/device-links.ts';
import { userRoute } from './route-handler.ts';

export const revealDeviceLink = userRoute('revealDeviceLink', async (services, request) => {
  const { caller, params, body } = request;
  const { userId, sessionId } = caller;
  const link = await services.deviceLinks.reveal(userId, sessionId, params.linkId, body);
  announceLink(services, caller, link.linkId);
  return { data: { link } };
});
