import { announceLink } from '../domain/device-links.ts';
import { deviceRoute } from './route-handler.ts';

export const deliverDeviceLink = deviceRoute('deliverDeviceLink', async (services, request) => {
  const { caller, params, body } = request;
  const { userId, deviceId } = caller;
  await services.deviceLinks.deliver(userId, deviceId, params.linkId, body);
  announceLink(services, caller, params.linkId);
  return { data: {} };
});
