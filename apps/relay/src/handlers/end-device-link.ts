import { announceLink } from '../domain/device-links.ts';
import { userRoute } from './route-handler.ts';

export const endDeviceLink = userRoute('endDeviceLink', async (services, { caller, params }) => {
  const { userId, sessionId } = caller;
  const { ended } = await services.deviceLinks.end(userId, sessionId, params.linkId);
  if (ended) announceLink(services, caller, params.linkId);
  return { data: {} };
});
